/**
 * Owns what full text search sees of a text and of a question. Pure; does not search.
 *
 * SQLite's unicode61 takes a run of letters as one word. Chinese, Japanese and Korean are written
 * without spaces (or with endings on the words), so each of their characters becomes a word of its
 * own, and a question asks for pairs of neighbours.
 */

const CJK = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}';
const CHARACTER = new RegExp(`[${CJK}]`, 'gu');
/** The same characters as unicode61 takes for parts of words. */
const TERM = new RegExp(`[${CJK}]+|(?:(?![${CJK}])[\\p{L}\\p{N}\\p{M}\\p{Co}])+`, 'gu');
const STARTS_CJK = new RegExp(`^[${CJK}]`, 'u');

/** A question is a sentence or two; what is longer is cut, so that its cost has a bound. */
const MOST_QUESTION = 10_000;
const MOST_TERMS = 64;

/** The text as it is indexed. */
export function indexed(text: string): string {
  return text.replace(CHARACTER, ' $& ');
}

function phrases(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, before) => `${characters[before]} ${character}`);
}

/**
 * The question as a MATCH expression: any of its words. Only letters and digits of it come through,
 * each word in quotes, so nothing in it is syntax. null when it has no words.
 */
export function matchExpression(question: string): string | null {
  const terms = new Set<string>();
  for (const [run] of question.slice(0, MOST_QUESTION).toWellFormed().matchAll(TERM)) {
    for (const term of STARTS_CJK.test(run) ? phrases(run) : [run.toLowerCase()]) {
      if (terms.size < MOST_TERMS) terms.add(`"${term}"`);
    }
  }
  return terms.size === 0 ? null : [...terms].join(' OR ');
}
