/**
 * Owns how often and why in few words: badges of nodes and containers, labels of return lines. From what core/explain
 * says and, with a run, from its counts. Pure. The reasons are a closed list.
 */
import type { Explanation } from '@rondo/core/lint/explain.ts';
import type { Definition, LoopSettings, NodeDefinition } from '@rondo/core/model/definition.ts';
import { placedNodes } from '../document/tree.ts';

export interface Badge {
  /** `× 1 M`; null: once. */
  count: string | null;
  reason: string;
  /** The whole of it, for the tooltip. */
  title: string;
}

const MOST = 28;
const cut = (text: string, most = MOST): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** Names that a loop has when nobody gave it one. */
const PLAIN: Readonly<Record<string, string>> = { each: 'item', batches: 'batch', until: 'pass', together: 'time' };

/** `Enrich each customer` is `customer`; other names are taken whole. */
export function elementOf(name: string): string {
  const plain = PLAIN[name.replace(/-\d+$/, '').toLowerCase()];
  if (plain !== undefined) return plain;
  const found = /\beach\s+(.+)$/i.exec(name);
  return cut(found?.[1] ?? name, 18);
}

const containersOf = new WeakMap<Definition, Map<string, NodeDefinition>>();
function containers(definition: Definition): Map<string, NodeDefinition> {
  let found = containersOf.get(definition);
  if (found === undefined) {
    found = new Map(placedNodes(definition).flatMap(({ id, node }) => (node.body === undefined ? [] : [[id, node]])));
    containersOf.set(definition, found);
  }
  return found;
}

const namesOf = new WeakMap<Definition, Map<string, string>>();
export function nameOf(definition: Definition, id: string): string {
  let names = namesOf.get(definition);
  if (names === undefined) {
    names = new Map(placedNodes(definition).map(({ id: key, node }) => [key, node.title ?? key]));
    namesOf.set(definition, names);
  }
  return names.get(id) ?? id;
}

/** Code of an expression as one may read it: without braces and `$json.`. */
export function spoken(template: unknown): string {
  const text = typeof template === 'string' ? template : JSON.stringify(template ?? '');
  const code = /^\s*\{\{([\s\S]*)\}\}\s*$/.exec(text)?.[1] ?? text;
  return cut(
    code
      .trim()
      .replaceAll(/\$json\.|\$loop\.vars\./g, '')
      .replaceAll('$loop.index', 'index')
      .replaceAll(/\s*===?\s*/g, ' is ')
      .replaceAll(/\s*!==?\s*/g, ' is not ')
      .replaceAll(/["'`]/g, '')
      .replaceAll(/\s+/g, ' ')
      .replace(/ is true$/, ''),
    32,
  );
}

/** `until done, at most 20`; null: nothing says when it ends. */
export function endOf(loop: LoopSettings = {}): string | null {
  const atMost = loop.limit === undefined ? '' : `, at most ${loop.limit}`;
  if (loop.times !== undefined) return `${spoken(loop.times)} times`;
  if (loop.until !== undefined) return `until ${spoken(loop.until)}${atMost}`;
  if (loop.while !== undefined) return `while ${spoken(loop.while)}${atMost}`;
  if (loop.stopWhen !== undefined) return `until ${spoken(loop.stopWhen)}${atMost}`;
  return loop.limit === undefined ? null : `at most ${loop.limit}`;
}

/** What the header of a container says: `For Each`, then how many. */
export function containerKind(node: NodeDefinition): string {
  const size = node.loop?.size;
  switch (node.type) {
    case 'for-each':
      if (size === 'all') return 'All at once';
      return typeof size === 'number' && size > 1 ? `Batches of ${size}` : 'For Each';
    case 'loop':
      if (node.loop?.times !== undefined) return 'Times';
      if (node.loop?.while !== undefined && node.loop.until === undefined) return 'While';
      return 'Until';
    case 'branches':
      return node.loop?.over === undefined ? 'Together' : 'Branches';
    default:
      return node.type;
  }
}

/** Before a run: what the definition says. */
export function plannedCount(node: NodeDefinition): string | null {
  const { loop = {} } = node;
  if (typeof loop.times === 'number') return String(loop.times);
  if (Array.isArray(loop.over)) return String(loop.over.length);
  if (node.type === 'loop' && loop.limit !== undefined) return `1 to ${loop.limit}`;
  return null;
}

const handsOn = new WeakMap<object, boolean>();
/** Told from the whole text of a body, so asked once of each. */
function takesPrevious(body: object): boolean {
  let found = handsOn.get(body);
  if (found === undefined) handsOn.set(body, (found = JSON.stringify(body).includes('$loop.previous')));
  return found;
}

/** A loop that hands something on, so that a line really returns. */
export function returnLabel(node: NodeDefinition): string | null {
  if (node.type === 'loop') return endOf(node.loop) ?? 'again, without an end';
  if (node.type === 'for-each' && node.body !== undefined && takesPrevious(node.body)) return 'with the result before';
  return null;
}

/** The badge of a node that is no open container. */
export function badgeOf(definition: Definition, node: NodeDefinition, said: Explanation, run: number | null): Badge {
  const around = said.inside.at(-1);
  const each = around === undefined ? null : `each ${elementOf(nameOf(definition, around))}`;
  const title = said.why;
  const loop = around === undefined ? undefined : containers(definition).get(around);
  if (loop?.type === 'loop' && said.runs !== 'never') {
    const outer = said.inside.at(-2);
    const reason = outer === undefined ? 'in each pass' : `per ${elementOf(nameOf(definition, outer))}`;
    return { count: `×${NARROW}${plannedCount(loop) ?? 'n'}`, reason, title };
  }
  const count = run === null ? null : shortTimes(run);
  switch (said.runs) {
    case 'never':
      return { count: null, reason: node.pin === undefined ? 'off' : 'pinned', title };
    case 'once':
      if (each === null) return { count: null, reason: '', title };
      return { count: `×${NARROW}${count ?? ''}`.trim(), reason: each, title };
    case 'per batch': {
      const size = node.loop?.size;
      return {
        count: `×${NARROW}${count ?? ''}`.trim(),
        reason: `in batches of ${typeof size === 'number' ? size : 'n'}`,
        title,
      };
    }
    case 'per page':
      return { count: `×${NARROW}${count ?? ''}`.trim(), reason: 'pages', title };
    case 'per round':
      return {
        count: `×${NARROW}${count ?? plannedCount(node) ?? ''}`.trim(),
        reason: endOf(node.loop) ?? 'without an end',
        title,
      };
    case 'per item':
      // The run counts the loop around; how many items each iteration has is not among its counts.
      if (each !== null)
        return { count: '×', reason: `n per ${elementOf(nameOf(definition, around as string))}`, title };
      return { count: `×${NARROW}${count ?? plannedCount(node) ?? ''}`.trim(), reason: 'each item', title };
  }
}

const NARROW = '\u00a0';

/** 1 M, 228 k, 41. */
export function shortTimes(value: number): string {
  for (const [size, unit] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (value >= size) return `${Number((value / size).toPrecision(3))}\u202f${unit}`;
  }
  return String(value);
}
