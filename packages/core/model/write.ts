/**
 * Owns the text of a definition: YAML for people that reads back as the same definition, whatever characters it
 * holds. The same definition always gives the same text. Does not read (format.ts) or check.
 */
import { Document, isScalar, Scalar, visit } from 'yaml';
import type { Definition, NodeDefinition } from './definition.ts';

/** The order in which people look for them; what is not listed follows as it comes. */
export const TOP = ['rondo', 'id', 'name', 'description', 'inputs', 'settings', 'nodes', 'output', 'layout'] as const;
export const NODE = [
  'type',
  'title',
  'notes',
  'after',
  'disabled',
  'pin',
  'executeOnce',
  'alwaysOutput',
  'loop',
  'with',
  'body',
  'result',
] as const;

/** Characters that do not survive as they are in every editor, or that reading refuses. */
const ODD = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufeff\ufffd\ufffe\uffff]/u;
const ODD_BUT_LINES = /[^\P{Cc}\n]|[\p{Cs}\p{Zl}\p{Zp}\ufeff\ufffd\ufffe\uffff]/u;

/** Reading counts brackets outside double quotes, to guard itself against deep nesting. */
const MOST_BRACKETS = 100;
const bracketsOf = (text: string): number => text.match(/[[{]/g)?.length ?? 0;

export function writeDefinition(definition: Definition): string {
  return written(ordered(definition));
}

/** One node as it stands in the file, below its id. */
export function writeNode(node: NodeDefinition): string {
  return written(orderedNode(node));
}

export interface Spelling {
  /** All texts but keys in double quotes, in one line. */
  quoted?: boolean;
  /** In brackets, not on lines of their own. */
  flow?: boolean;
  padded?: boolean;
  /** Of texts, where it can hold them. */
  style?: Scalar.Type;
}

/** YAML of any value. */
export function written(
  value: unknown,
  { quoted = false, flow = false, padded = false, style }: Spelling = {},
): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  if (flow && hasFlow(document.contents)) document.contents.flow = true;
  visit(document, {
    Scalar(key, node) {
      if (typeof node.value !== 'string') return;
      const odd = key === 'key' ? ODD : ODD_BUT_LINES;
      if (style !== undefined && key !== 'key') node.type = style;
      if (odd.test(node.value) || bracketsOf(node.value) > MOST_BRACKETS || (quoted && key !== 'key'))
        node.type = Scalar.QUOTE_DOUBLE;
    },
    Pair(_, pair) {
      // Lists of what comes before are read at a glance; so are flows of single words.
      if (isScalar(pair.key) && pair.key.value === 'after' && hasFlow(pair.value)) pair.value.flow = true;
    },
  });
  const text = document.toString({
    lineWidth: 0,
    flowCollectionPadding: padded,
    ...(quoted ? { doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER } : {}),
  });
  return text.replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff\ufffd\ufffe\uffff]/g, escaped);
}

/** They stand in double quotes only. */
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const hasFlow = (value: unknown): value is { flow?: boolean } =>
  value !== null && typeof value === 'object' && 'items' in value;

function ordered(definition: Definition): Record<string, unknown> {
  return { ...inOrder(definition, TOP), nodes: orderedNodes(definition.nodes) };
}

function orderedNodes(nodes: Record<string, NodeDefinition>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(nodes).map(([id, node]) => [id, orderedNode(node)]));
}

export function orderedNode(node: NodeDefinition): Record<string, unknown> {
  const fields = inOrder(node, NODE);
  return node.body === undefined ? fields : { ...fields, body: orderedNodes(node.body) };
}

function inOrder(value: object, order: readonly string[]): Record<string, unknown> {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const place = (name: string): number => {
    const at = order.indexOf(name);
    return at < 0 ? order.length : at;
  };
  return Object.fromEntries(entries.sort(([a], [b]) => place(a) - place(b)));
}
