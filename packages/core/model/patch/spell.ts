/**
 * Owns new pieces of the text of a workflow file: pairs, elements and single values, as write.ts spells them, at the
 * column where they go. Does not know the old text but for its style.
 */
import type { Scalar } from 'yaml';
import type { Json } from '../item.ts';
import { isObject } from '../shape.ts';
import { orderedNode, written } from '../write.ts';
import { Unsupported } from './places.ts';

type Fields = { [key: string]: Json };

/** What a map holds, for the order of new keys and for nodes that move. */
export type Kind = 'top' | 'node' | 'nodes' | 'other';

export interface Style {
  /** Texts are written in one line, in double quotes: nothing around them can become a part of them. */
  quoted: boolean;
  /** Spaces inside the brackets of flows. */
  padded: boolean;
}

export const kindOf = (kind: Kind, key: string): Kind => {
  if ((kind === 'top' && key === 'nodes') || (kind === 'node' && key === 'body')) return 'nodes';
  return kind === 'nodes' ? 'node' : 'other';
};

export function indented(text: string, column: number): string {
  const space = ' '.repeat(column);
  return text.replaceAll(/^(?=.*\S)/gm, space);
}

const orderedIn = (kind: Kind, key: string, value: Json): unknown => {
  const inner = kindOf(kind, key);
  if (!isObject(value)) return value;
  if (inner === 'node') return orderedNode(value as never);
  if (inner !== 'nodes') return value;
  return Object.fromEntries(Object.entries(value).map(([id, node]) => [id, orderedIn('nodes', id, node)]));
};

export function rendered({ quoted }: Style, fields: Fields, kind: Kind): string {
  const value = Object.fromEntries(Object.entries(fields).map(([key, one]) => [key, orderedIn(kind, key, one)]));
  return written(value, { quoted });
}

export function itemText({ quoted }: Style, value: Json): string {
  return written([value], { quoted });
}

/** Without its key, in the style that the one before had. */
export function scalarText({ quoted }: Style, value: Json, style: Scalar.Type | null): string {
  const text = written({ k: value }, { quoted, ...(style === null ? {} : { style }) }).replace(/\r?\n$/, '');
  if (!text.startsWith('k: ')) throw new Unsupported();
  return text.slice(3);
}

export function flowText({ quoted, padded }: Style, value: Json): string {
  const made = written([value], { quoted, flow: true, padded }).trim();
  return made.replace(/^\[\s*([\s\S]*?)\s*\]$/, '$1');
}
