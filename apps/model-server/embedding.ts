/**
 * Owns the vectors of the toy model: words and parts of words, hashed into a fixed number of places. Texts that share
 * words are near each other, which is what search needs; meaning is not in it. Does not read requests.
 */
import { createHash } from 'node:crypto';
import { wordsOf } from './schema-value.ts';

export const DIMENSIONS = 256;
const PART = 3;
const WEIGHT_OF_PART = 0.3;
/** Words that are everywhere say nothing about a text. */
const COMMON = new Set(
  'the and for are was were has have had not but with from that thi what which who how into your you she him her'.split(
    ' ',
  ),
);

function add(vector: number[], feature: string, weight: number): void {
  const hash = createHash('sha1').update(feature).digest();
  const place = hash.readUInt32LE(0) % vector.length;
  vector[place] = (vector[place] ?? 0) + ((hash[4] ?? 0) % 2 === 0 ? weight : -weight);
}

/** A vector of length 1; the same for the same text. */
export function embed(text: string, dimensions = DIMENSIONS): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const word of wordsOf(text)) {
    if (word.length < 3 || COMMON.has(word)) continue;
    add(vector, word, 1);
    for (let at = 0; at + PART <= word.length && word.length > PART; at += 1) {
      add(vector, `#${word.slice(at, at + PART)}`, WEIGHT_OF_PART);
    }
  }
  const length = Math.hypot(...vector);
  // A text without words must not be near everything: it gets a place of its own.
  if (length === 0) return vector.map((_, i) => (i === 0 ? 1 : 0));
  return vector.map((value) => Math.round((value / length) * 1e6) / 1e6);
}
