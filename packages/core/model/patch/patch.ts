/**
 * Owns changing the text of a workflow file to another definition without touching what did not change: comments, order
 * and spelling of everything else stay, character by character. What comes out always reads back as what was wanted;
 * where that cannot be had with the old text, the whole is written anew. Does not check definitions.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  Scalar,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Definition } from '../definition.ts';
import { parseDefinition } from '../format.ts';
import type { Json } from '../item.ts';
import { isObject } from '../shape.ts';
import { readText } from '../text.ts';
import { NODE, TOP, writeDefinition } from '../write.ts';
import {
  chunksOf,
  columnAt,
  columnOf,
  dashBefore,
  endOf,
  endOfNode,
  keyOf,
  rangeOf,
  startOf,
  Unsupported,
  type Chunk,
} from './places.ts';
import { sameJson } from './same.ts';
import { flowText, indented, itemText, kindOf, rendered, scalarText, type Kind, type Style } from './spell.ts';

type Fields = { [key: string]: Json };

interface Splice {
  from: number;
  to: number;
  text: string;
}

interface Source extends Style {
  text: string;
  /** Nodes of the old text by id, wherever they are. */
  nodes: Map<string, Found>;
  /** Ids of nodes of the new definition. */
  ids: ReadonlySet<string>;
}

interface Found {
  map: YAMLMap;
  at: number;
  before: Json;
}

/** The text of `next`, made of the text of the native file `file`. Throws nothing. */
export function patchDefinition(text: string, next: Definition, file: string): string {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const old = text.slice(mark.length);
  const { value } = readText(old, 'workflow');
  if (value === null) return writeDefinition(next);
  const wanted = wantedOf(value, old, next, file);
  if (/^\s*\{/.test(old) && isJson(old)) return mark + patchJson(old, value, wanted);
  for (const quoted of [false, true]) {
    const made = patchYaml(old, value, wanted, quoted);
    if (made !== null && sameJson(readText(made, 'workflow').value, wanted)) return mark + made;
  }
  return writeDefinition(next);
}

/** As JSON, without the name that was made of the name of the file. */
function wantedOf(before: Fields, text: string, next: Definition, file: string): Fields {
  const wanted = JSON.parse(JSON.stringify(next)) as Fields;
  if (Object.hasOwn(before, 'name')) return wanted;
  if (parseDefinition(text, file).definition?.name === wanted['name'] || wanted['name'] === '') {
    const { name: _, ...rest } = wanted;
    return rest;
  }
  return wanted;
}

// ---- JSON

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Keys in the order that they had. */
function patchJson(text: string, before: Fields, wanted: Fields): string {
  const indent = /^\s*[{[]\r?\n([ \t]+)\S/.exec(text)?.[1] ?? (text.trim().includes('\n') ? 2 : 0);
  const end = /\s*$/.exec(text)?.[0] ?? '';
  const made = JSON.stringify(inOrderOf(before, wanted), null, indent);
  return (text.includes('\r\n') ? made.replaceAll('\n', '\r\n') : made) + end;
}

function inOrderOf(before: Json, wanted: Json): Json {
  if (Array.isArray(wanted)) {
    const old = Array.isArray(before) ? before : [];
    return wanted.map((one, at) => inOrderOf(old[at] ?? null, one));
  }
  if (!isObject(wanted)) return wanted;
  const old = isObject(before) ? before : {};
  const keys = keysInOrder(Object.keys(old), Object.keys(wanted), 'other');
  return Object.fromEntries(keys.map((key) => [key, inOrderOf(own(old, key), wanted[key] as Json)]));
}

const own = (object: Fields, key: string): Json => (Object.hasOwn(object, key) ? (object[key] as Json) : null);

// ---- YAML

function patchYaml(text: string, before: Fields, wanted: Fields, quoted: boolean): string | null {
  try {
    const document = parseDocument(text, { uniqueKeys: false, merge: false, prettyErrors: false });
    const { contents } = document;
    if (!isMap(contents) || document.errors.length > 0) return null;
    const source: Source = { text, quoted, padded: /\{ \S/.test(text), nodes: new Map(), ids: idsIn(wanted) };
    collectNodes(source, contents, before);
    const splices = mapSplices(source, contents, before, wanted, 'top');
    const made = spliced(text, splices, 0, text.length);
    return text.includes('\r\n') ? made.replaceAll(/\r?\n/g, '\r\n') : made;
  } catch (error) {
    if (error instanceof Unsupported || error instanceof RangeError) return null;
    throw error;
  }
}

function spliced(text: string, splices: readonly Splice[], from: number, to: number): string {
  let out = '';
  let at = from;
  for (const one of splices.toSorted((a, b) => a.from - b.from)) {
    out += text.slice(at, one.from) + one.text;
    at = one.to;
  }
  return out + text.slice(at, to);
}

function collectNodes(source: Source, map: YAMLMap, before: Fields): void {
  const nodes = pairOf(map, 'nodes') ?? pairOf(map, 'body');
  const values = before['nodes'] ?? before['body'];
  if (nodes === undefined || !isMap(nodes.value) || !isObject(values)) return;
  const inner = nodes.value;
  for (const [at, pair] of inner.items.entries()) {
    const id = keyOf(pair);
    const value = own(values, id);
    source.nodes.set(id, { map: inner, at, before: value });
    if (isMap(pair.value) && isObject(value)) collectNodes(source, pair.value, value);
  }
}

function idsIn(owner: Fields): Set<string> {
  const nodes = owner['nodes'] ?? owner['body'];
  if (!isObject(nodes)) return new Set();
  return new Set(Object.entries(nodes).flatMap(([id, node]) => [id, ...(isObject(node) ? idsIn(node) : [])]));
}

const pairOf = (map: YAMLMap, name: string): Pair | undefined =>
  map.items.find(({ key }) => isScalar(key) && key.value === name);

/** Old keys stay where they are; new ones come behind the one that they follow. */
function keysInOrder(old: readonly string[], wanted: readonly string[], kind: Kind): string[] {
  const kept = old.filter((key) => wanted.includes(key));
  const order: readonly string[] | null = kind === 'top' ? TOP : kind === 'node' ? NODE : null;
  const common = wanted.filter((key) => kept.includes(key));
  // The order of fields is the author's; that of nodes and of people's own keys is part of the definition.
  const result = order === null && common.some((key, at) => key !== kept[at]) ? [...common] : [...kept];
  for (const [at, key] of wanted.entries()) {
    if (result.includes(key)) continue;
    const place = order === null ? 0 : order.indexOf(key);
    const behind =
      order === null || place < 0
        ? wanted.slice(0, at).findLast((one) => result.includes(one))
        : result.findLast((one) => order.includes(one) && order.indexOf(one) < place);
    result.splice(behind === undefined ? (order === null ? 0 : result.length) : result.indexOf(behind) + 1, 0, key);
  }
  return result;
}

function mapSplices(source: Source, map: YAMLMap, before: Fields, wanted: Fields, kind: Kind): Splice[] {
  const old = map.items.map(keyOf);
  const renamed = renameIn(source, old, wanted, kind);
  const names = old.map((key) => (key === renamed?.from ? renamed.to : key));
  const keys = keysInOrder(names, Object.keys(wanted), kind);
  const same = keys.length === names.length && keys.every((key, at) => key === names[at]);
  if (map.flow === true) {
    if (!same || renamed !== null) return [wholeFlow(source, map, wanted)];
    return map.items.flatMap((pair) => pairSplices(source, map, pair, before, wanted, kind, true));
  }
  const each = map.items.map((pair, at): Splice[] => {
    const name = names[at] as string;
    if (!Object.hasOwn(wanted, name)) return [];
    const splices = pairSplices(
      source,
      map,
      pair,
      before,
      { ...wanted, [keyOf(pair)]: wanted[name] as Json },
      kind,
      false,
    );
    if (name === keyOf(pair)) return splices;
    const [from, to] = rangeOf(pair.key as Node);
    return [{ from, to, text: scalarText(source, name, null) }, ...splices];
  });
  if (same) return each.flat();
  // Keys came, went or moved: the pairs are put together anew, each with its own lines.
  const chunks = chunksOf(
    source.text,
    map.items.map(startOf),
    map.items.map((one) => endOf(source.text, one)),
    columnOf(source.text, map),
  );
  const first = chunks[0] as Chunk;
  const last = chunks.at(-1) as Chunk;
  if (!first.ownLine || keys.length === 0) throw new Unsupported();
  const parts = keys.map((key) => {
    const at = names.indexOf(key);
    const chunk = at < 0 ? undefined : chunks[at];
    if (chunk !== undefined) return spliced(source.text, each[at] ?? [], chunk.from, chunk.to);
    return newPair(source, key, wanted[key] as Json, kind, columnOf(source.text, map));
  });
  const lost = chunks.filter((_, at) => !keys.includes(names[at] as string)).map((one) => one.loose);
  const text = lost.join('') + parts.join('');
  // The last line of a file may have no end.
  return [{ from: first.from, to: last.to, text: closed(text, source.text.slice(first.from, last.to)) }];
}

const closed = (text: string, old: string): string => (old.endsWith('\n') ? text : text.replace(/\r?\n$/, ''));

/** One key of nodes that went for one that came: its comments go with it. */
function renameIn(
  source: Source,
  old: readonly string[],
  wanted: Fields,
  kind: Kind,
): { from: string; to: string } | null {
  if (kind !== 'nodes') return null;
  const gone = old.filter((key) => !source.ids.has(key));
  const come = Object.keys(wanted).filter((key) => !source.nodes.has(key));
  const [from] = gone;
  const [to] = come;
  return gone.length === 1 && come.length === 1 && from !== undefined && to !== undefined ? { from, to } : null;
}

function pairSplices(
  source: Source,
  map: YAMLMap,
  pair: Pair,
  before: Fields,
  wanted: Fields,
  kind: Kind,
  inFlow: boolean,
): Splice[] {
  const key = keyOf(pair);
  const from = own(before, key);
  const to = wanted[key] as Json;
  if (sameJson(from, to)) return [];
  const value = pair.value as Node | null;
  try {
    const inner = value === null ? null : valueSplices(source, value, from, to, kindOf(kind, key), inFlow);
    if (inner !== null) return inner;
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
  }
  if (inFlow) throw new Unsupported();
  const name = isScalar(pair.key) ? String(pair.key.value) : key;
  const text = rendered(source, { [name]: to }, kind).replace(/\r?\n$/, '');
  const [start] = rangeOf(pair.key as Node);
  return [
    {
      from: start,
      to: endOf(source.text, pair),
      text: indented(text, columnOf(source.text, map)).trimStart(),
    },
  ];
}

/** Null: the value is to be written anew with its key. */
function valueSplices(source: Source, value: Node, from: Json, to: Json, kind: Kind, inFlow: boolean): Splice[] | null {
  if (isAlias(value)) throw new Unsupported();
  if (isMap(value) && isObject(from) && isObject(to) && Object.keys(to).length > 0)
    return mapSplices(source, value, from, to, kind);
  if (isSeq(value) && Array.isArray(from) && Array.isArray(to) && to.length > 0)
    return seqSplices(source, value, from, to);
  const [start, end] = rangeOf(value);
  if (inFlow) return [{ from: start, to: end, text: flowText(source, to) }];
  if (!isScalar(value) || start === end || (to !== null && typeof to === 'object')) return null;
  if (value.type === Scalar.BLOCK_LITERAL || value.type === Scalar.BLOCK_FOLDED) return null;
  const text = scalarText(source, to, value.type ?? null);
  return text.includes('\n') ? null : [{ from: start, to: end, text }];
}

function seqSplices(source: Source, seq: YAMLSeq, before: readonly Json[], wanted: readonly Json[]): Splice[] {
  const nodes = seq.items as Node[];
  if (seq.flow === true) {
    if (before.length !== wanted.length) return [wholeFlow(source, seq, [...wanted])];
    return nodes.flatMap((node, at) => {
      if (sameJson(before[at] ?? null, wanted[at] ?? null)) return [];
      return valueSplices(source, node, before[at] as Json, wanted[at] as Json, 'other', true) ?? [];
    });
  }
  const dashes = nodes.map((node) => dashBefore(source.text, node));
  const from = aligned(before, wanted);
  const column = columnAt(source.text, dashes[0] ?? 0);
  const item = (at: number): Splice[] => {
    const old = from[at] ?? -1;
    const [was, is] = [before[old] as Json, wanted[at] as Json];
    if (sameJson(was, is)) return [];
    const node = nodes[old] as Node;
    let inner: Splice[] | null = null;
    try {
      inner = valueSplices(source, node, was, is, 'other', false);
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
    }
    const text = indented(itemText(source, is), column)
      .trimStart()
      .replace(/\r?\n$/, '');
    return inner ?? [{ from: dashes[old] ?? 0, to: endOfNode(source.text, node), text }];
  };
  if (before.length === wanted.length && from.every((old, at) => old === at))
    return wanted.flatMap((_, at) => item(at));
  const chunks = chunksOf(
    source.text,
    dashes,
    nodes.map((node) => endOfNode(source.text, node)),
    column,
  );
  const [first] = chunks;
  const last = chunks.at(-1);
  if (first === undefined || last === undefined || !first.ownLine) throw new Unsupported();
  const text = wanted
    .map((value, at) => {
      const chunk = chunks[from[at] ?? -1];
      return chunk === undefined
        ? indented(itemText(source, value), column)
        : spliced(source.text, item(at), chunk.from, chunk.to);
    })
    .join('');
  return [{ from: first.from, to: last.to, text: closed(text, source.text.slice(first.from, last.to)) }];
}

/** For each wanted element the old one that it is, or was; -1: none. Equal ones first, then what lies between. */
function aligned(before: readonly Json[], wanted: readonly Json[]): number[] {
  const from = wanted.map(() => -1);
  let next = 0;
  for (const [at, value] of wanted.entries()) {
    const found = before.findIndex((one, old) => old >= next && sameJson(one, value));
    if (found < 0) continue;
    from[at] = found;
    next = found + 1;
  }
  for (const [at, old] of from.entries()) {
    if (old >= 0) continue;
    const behind = at === 0 ? -1 : (from[at - 1] as number);
    const limit = from.slice(at).find((one) => one >= 0) ?? before.length;
    if (behind + 1 < limit && (at === 0 || behind >= 0)) from[at] = behind + 1;
  }
  return from;
}

function newPair(source: Source, key: string, value: Json, kind: Kind, column: number): string {
  const moved = kind === 'nodes' ? source.nodes.get(key) : undefined;
  const text = moved === undefined ? null : movedPair(source, moved, key, value, column);
  if (text !== null) return text;
  if (kind !== 'nodes' || !isObject(value) || !isObject(value['body']) || !movesInto(source, value['body']))
    return indented(rendered(source, { [key]: value }, kind), column);
  // A new container around nodes that were there.
  const { body, ...rest } = value;
  const inner = Object.entries(body).map(([id, node]) => newPair(source, id, node, 'nodes', column + 4));
  return `${indented(`${rendered(source, { [key]: rest }, kind)}  body:\n`, column)}${inner.join('')}`;
}

const movesInto = (source: Source, nodes: Fields): boolean =>
  Object.entries(nodes).some(
    ([id, node]) =>
      source.nodes.has(id) || (isObject(node) && isObject(node['body']) && movesInto(source, node['body'])),
  );

/** A node that stood elsewhere, with its comments. */
function movedPair(
  source: Source,
  { map, at, before }: Found,
  key: string,
  value: Json,
  column: number,
): string | null {
  try {
    if (map.flow === true) return null;
    const pair = map.items[at] as Pair;
    const old = columnOf(source.text, map);
    const chunk = chunksOf(
      source.text,
      map.items.map(startOf),
      map.items.map((one) => endOf(source.text, one)),
      old,
    )[at];
    if (chunk === undefined || !chunk.ownLine) return null;
    const splices = pairSplices(source, map, pair, { [key]: before }, { [key]: value }, 'nodes', false);
    const from = chunk.from + chunk.loose.length;
    const text = spliced(source.text, splices, from, chunk.to)
      .replace(/\n?$/, '\n')
      .replace(/^(?:[ \t]*\r?\n)+/, '');
    const shift = column - old;
    if (shift >= 0) return indented(text, shift);
    return text.replaceAll(new RegExp(`^ {${-shift}}`, 'gm'), '');
  } catch (error) {
    if (error instanceof Unsupported) return null;
    throw error;
  }
}

function wholeFlow(source: Source, node: YAMLMap | YAMLSeq, value: Json): Splice {
  const [from, to] = rangeOf(node);
  return { from, to, text: flowText(source, value).replaceAll('\n', `\n${' '.repeat(columnAt(source.text, from))}`) };
}
