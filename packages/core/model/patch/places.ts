/**
 * Owns where the parts of a YAML text are: columns, lines, and the lines that belong to each pair or element, with its
 * comments. Reads only. Changing them is patch.ts.
 */
import { isMap, isNode, isPair, isScalar, isSeq, Scalar, type Node, type Pair, type YAMLMap } from 'yaml';

/** The old text cannot be kept here. */
export class Unsupported extends Error {}

export const rangeOf = (node: Node): [number, number, number] => {
  if (node.range == null) throw new Unsupported();
  return node.range;
};

export const startOf = ({ key }: Pair): number => rangeOf(key as Node)[0];

export function endOf(text: string, { key, value }: Pair): number {
  return Math.max(rangeOf(key as Node)[1], value === null ? 0 : endOfNode(text, value as Node));
}

/** Behind its last leaf: what the library takes for the end may lie behind comments of what follows. */
export function endOfNode(text: string, node: Node): number {
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const last = node.items.at(-1);
    if (isPair(last)) return endOf(text, last);
    if (isNode(last)) return endOfNode(text, last);
  }
  const [start, end] = rangeOf(node);
  const isBlock = isScalar(node) && (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED);
  // Its empty lines at the end are a part of it.
  if (isBlock && /^[|>]\d?\+/.test(text.slice(start, start + 3))) return text[end - 1] === '\n' ? end - 1 : end;
  let at = end;
  while (at > start && /\s/.test(text[at - 1] as string)) at -= 1;
  return at;
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

export function columnAt(text: string, at: number): number {
  return at - lineStart(text, at);
}

export function columnOf(text: string, map: YAMLMap): number {
  const [first] = map.items;
  if (first === undefined) throw new Unsupported();
  return columnAt(text, startOf(first));
}

export function dashBefore(text: string, node: Node): number {
  let at = rangeOf(node)[0] - 1;
  while (at > 0 && text[at] === ' ') at -= 1;
  if (text[at] !== '-') throw new Unsupported();
  return at;
}

export interface Chunk {
  from: number;
  to: number;
  /** It begins its line. */
  ownLine: boolean;
  /** Comments above it that an empty line parts from it: they stay when it goes. */
  loose: string;
}

/** The lines of each part: its comments above, itself, comments below that are indented deeper. */
export function chunksOf(text: string, starts: readonly number[], ends: readonly number[], column: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (const [at, start] of starts.entries()) {
    const own = lineStart(text, start);
    const ownLine = text.slice(own, start).trim() === '';
    let from = chunks.at(-1)?.to ?? own;
    if (at === 0 && ownLine) {
      // Comments right above the first one are its own.
      while (from > 0) {
        const above = lineStart(text, from - 1);
        const line = text.slice(above, from);
        if (!/^\s*#/.test(line) || line.search(/\S/) !== column) break;
        from = above;
      }
      if (from === 0) from = own;
    }
    let to = lineEnd(text, ends[at] ?? start);
    while (to < text.length) {
      const line = text.slice(to, lineEnd(text, to));
      if (!/^\s*#/.test(line) || line.search(/\S/) <= column) break;
      to = lineEnd(text, to);
    }
    const lead = text.slice(from, own);
    const loose = /^([\s\S]*\n)?[ \t]*\r?\n/.exec(lead)?.[0] ?? '';
    chunks.push({ from, to, ownLine, loose: loose.includes('#') ? loose : '' });
  }
  return chunks;
}

export function keyOf({ key }: Pair): string {
  if (!isScalar(key)) throw new Unsupported();
  return String(key.value);
}
