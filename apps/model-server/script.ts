/**
 * Owns the instruction language of the toy model: lines in a prompt such as `reply: ...` or `fail: 429`, and which
 * of them is due at this turn. README.md describes it for people. Does not answer requests.
 */

export interface ToolCall {
  name: string;
  /** As written, valid JSON or not: what a model sends is not always valid either. */
  arguments: string;
}

/** What one turn of the model is told to do; undefined members were not given. */
export interface Turn {
  reply?: string;
  json?: string;
  outline?: number;
  words?: number;
  think?: string;
  calls: ToolCall[];
}

export type Trouble =
  | { kind: 'status'; status: number; retryAfter: string | null; times: number }
  | { kind: 'context' | 'filter' | 'hang' | 'truncate' | 'cut' | 'garbage' }
  | { kind: 'huge'; bytes: number };

export interface Script {
  turns: Turn[];
  delayMs: number;
  paceMs: number;
  trouble: Trouble | null;
}

const MOST_MS = 60_000;
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_WORDS = 100_000;
const LINE =
  /^\s*(reply|json|outline|words|think|call|then|delay|pace|fail(?: once| \d+ times)?|huge|hang|truncate|cut|garbage)\s*(?::(.*))?$/i;
const ALONE = new Set(['hang', 'truncate', 'cut', 'garbage', 'then']);
const UNITS: Record<string, number> = { ms: 1, s: 1000, b: 1, kb: 1024, mb: 1024 * 1024 };

/** `20ms`, `2s`, `3MB`; a bare number counts in the first unit. */
function amount(text: string, most: number): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|kb|mb|b)?/i.exec(text);
  if (match === null) return 0;
  return Math.min(most, Number(match[1]) * (UNITS[(match[2] ?? 'ms').toLowerCase()] ?? 1));
}

function troubleOf(word: string, rest: string): Trouble | null {
  if (word === 'huge') return { kind: 'huge', bytes: amount(rest, MOST_BYTES) };
  if (word === 'hang' || word === 'truncate' || word === 'cut' || word === 'garbage') return { kind: word };
  const what = rest.trim().toLowerCase();
  if (what === 'context' || what === 'filter') return { kind: what };
  const match = /^(\d{3})(?:\s+retry-after\s+(\S+))?/.exec(what);
  if (match === null) return null;
  const times = / (\d+) times$/.exec(word)?.[1];
  return {
    kind: 'status',
    status: Number(match[1]),
    retryAfter: match[2] ?? null,
    times: word.endsWith('once') ? 1 : times === undefined ? Number.POSITIVE_INFINITY : Number(times),
  };
}

function apply(turn: Turn, word: string, rest: string): void {
  const text = rest.trim().replaceAll('\\n', '\n');
  if (word === 'reply') turn.reply = turn.reply === undefined ? text : `${turn.reply}\n${text}`;
  else if (word === 'json') turn.json = rest.trim();
  else if (word === 'think') turn.think = text;
  else if (word === 'outline') turn.outline = Math.min(1000, Number.parseInt(rest, 10) || 3);
  else if (word === 'words') turn.words = Math.min(MOST_WORDS, Number.parseInt(rest, 10) || 0);
  else if (word === 'call') {
    const match = /^\s*(\S+)\s*(.*)$/s.exec(rest);
    if (match !== null) turn.calls.push({ name: match[1] as string, arguments: (match[2] ?? '').trim() || '{}' });
  }
}

/** The script in `text`, or null when no line of it is an instruction. */
export function parseScript(text: string): Script | null {
  const turns: Turn[] = [{ calls: [] }];
  const script: Script = { turns, delayMs: 0, paceMs: 0, trouble: null };
  let found = false;
  for (const line of text.split(/\r?\n/)) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const word = (match[1] as string).toLowerCase().replace(/\s+/g, ' ');
    const rest = match[2];
    if (rest === undefined && !ALONE.has(word)) continue;
    found = true;
    if (word === 'then') turns.push({ calls: [] });
    else if (word === 'delay') script.delayMs = amount(rest ?? '', MOST_MS);
    else if (word === 'pace') script.paceMs = amount(rest ?? '', MOST_MS);
    else if (word === 'huge' || word.startsWith('fail') || (ALONE.has(word) && word !== 'then')) {
      script.trouble = troubleOf(word, rest ?? '');
    } else apply(turns.at(-1) as Turn, word, rest ?? '');
  }
  return found ? script : null;
}

/** The text without its instructions: what the toy takes as the topic. */
export function withoutScript(text: string): string {
  return text
    .split(/\r?\n/)
    .filter((line) => {
      const match = LINE.exec(line);
      return match === null || (match[2] === undefined && !ALONE.has((match[1] as string).toLowerCase()));
    })
    .join('\n')
    .trim();
}
