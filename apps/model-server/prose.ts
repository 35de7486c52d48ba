/**
 * Owns the texts that the toy model writes when nobody tells it what to say: the same for the same topic, of a
 * given length, and honest about knowing nothing. Does not read requests.
 */

/** How the toy counts tokens: a word with the space before it. */
export function tokensOf(text: string): string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
}

const FACETS = [
  'Beginnings',
  'How it works',
  'What can go wrong',
  'A worked example',
  'Numbers that matter',
  'Who uses it',
  'Questions people ask',
  'Looking ahead',
];

const OPENING = 'This is about TOPIC, as a toy model tells it.';

const SENTENCES = [
  'It knows nothing of TOPIC and repeats what it was given.',
  'A real model would have something to say here, and would say it differently each time.',
  'The toy says the same every time, which is what tests and demonstrations need.',
  'Whoever reads on will find TOPIC again, and nothing else.',
  'There is more to TOPIC than these lines, but not in this model.',
];

/** What a prompt is about: what it quotes, else its last line, shortened. */
export function topicOf(prompt: string): string {
  const quoted = [...prompt.matchAll(/"([^"\n]{1,80})"|\u201c([^\u201d\n]{1,80})\u201d/g)].at(-1);
  const line = quoted?.[1] ?? quoted?.[2] ?? prompt.trim().split('\n').at(-1) ?? '';
  const words = line.trim().replace(/\s+/g, ' ').split(' ').slice(0, 8).join(' ');
  return words.replace(/[.:;,!?]+$/, '') || 'nothing';
}

/** A numbered list of chapter titles. */
export function outline(count: number): string {
  const title = (i: number): string => {
    const round = Math.floor(i / FACETS.length);
    return round === 0 ? (FACETS[i] as string) : `${FACETS[i % FACETS.length]}, part ${round + 1}`;
  };
  return Array.from({ length: count }, (_, i) => `${i + 1}. ${title(i)}`).join('\n');
}

/** Three sentences about the topic; which ones, the topic decides. With `words`, as many sentences as it takes, cut there. */
export function prose(topic: string, words?: number): string {
  let seed = 0;
  for (const letter of topic) seed = (seed * 31 + (letter.codePointAt(0) ?? 0)) % 10_007;
  const sentence = (i: number): string =>
    (SENTENCES[(seed + i) % SENTENCES.length] as string).replaceAll('TOPIC', () => topic);
  if (words === undefined) return [OPENING.replace('TOPIC', () => topic), sentence(0), sentence(1)].join(' ');
  const out: string[] = [];
  for (let i = 0; out.length < words; i += 1)
    out.push(...(i === 0 ? OPENING.replace('TOPIC', () => topic) : sentence(i - 1)).split(' '));
  const text = out.slice(0, words).join(' ');
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}
