/**
 * Owns the rules of expressions in files of n8n: parts end at the first `}}` of the text, names that do not exist are
 * undefined, mistakes show when the part is evaluated, and nodes are named in several ways. Does not evaluate.
 */
import type { ReferenceUse } from '../../model/plan.ts';
import type { DialectRules, Reading } from '../dialect.ts';
import { FUNCTION_NAMES } from '../function-names.ts';
import { FALLBACK_NAMES, GLOBALS, NATIVE_NAMES, PAGINATION_NAMES } from '../names.ts';
import { childrenOf, parseStatement, propertyName, unwrap, type Parsed, type Tree } from '../parse.ts';
import { isCalled, literalText, memberUse } from '../references.ts';
import type { Free } from '../scope.ts';
import { split, type FindEnd } from '../split.ts';
import { N8N_REFUSED_PROPERTIES, N8N_SCOPE_NAMES, N8N_UNSUPPORTED, isN8nName } from './n8n-names.ts';
import { unknownNode } from './native.ts';

function withOwn(names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...[...names].filter(isN8nName), ...N8N_SCOPE_NAMES.map((entry) => entry.name)]);
}

/** Hidden names are no globals: an empty object stands for them in the isolate. */
const globals = new Set([...GLOBALS].filter((name) => name !== 'isNaN' && name !== 'isFinite'));

export const n8n: DialectRules = {
  names: { always: withOwn(NATIVE_NAMES), page: withOwn(PAGINATION_NAMES), failure: withOwn(FALLBACK_NAMES) },
  globals,
  unsupported: N8N_UNSUPPORTED,
  unknownIsUndefined: true,
  failsLate: true,
  closesItself: true,
  split: (text) => {
    const parts = split(text, firstEnd(text));
    // `\}}` inside a part does not end it.
    return parts.map((part) => (part.kind === 'code' ? { ...part, code: part.code.replaceAll('\\}}', '}}') } : part));
  },
  parse,
  refuses,
  functions: FUNCTION_NAMES,
  ownMethods: new Set(['$input', '$run', '$node', '$execution', '$workflow', 'DateTime', 'Duration', 'Interval']),
  reading,
  readingInside,
};

function firstEnd(text: string): FindEnd {
  return (start) => {
    let at = text.indexOf('}}', start);
    while (at > start && text[at - 1] === '\\') at = text.indexOf('}}', at + 2);
    return at === -1 ? null : at;
  };
}

/** A brace at the beginning opens an object. */
function parse(code: string): Parsed {
  const isObject = code.trimStart().startsWith('{');
  return parseStatement(code, isObject ? '(' : '', isObject ? ')' : '');
}

function refuses(text: string, root: Tree | null): string | null {
  if (/\.\s*constructor/.test(text)) return 'Expression contains invalid constructor function call';
  const property = root === null ? null : refusedProperty(root);
  return property === null ? null : `Cannot access "${property}" due to security concerns`;
}

function refusedProperty(tree: Tree): string | null {
  if (tree.type === 'MemberExpression') {
    const name = propertyName(tree);
    if (name !== null && N8N_REFUSED_PROPERTIES.has(name)) return name;
  }
  for (const child of childrenOf(tree)) {
    const found = refusedProperty(child);
    if (found !== null) return found;
  }
  return null;
}

const NONE: Reading = { uses: [], mistakes: [] };

function reading(found: Free, parents: readonly Tree[], nodes: ReadonlySet<string>): Reading | null {
  switch (found.name) {
    case '$':
      return callReading(found.node, parents, nodes);
    case '$node':
      return memberReading(found.node, parents, nodes, false);
    case '$items':
      return itemsReading(found.node, parents, nodes);
    case '$item':
    case '$thisItem':
      return { ...NONE, names: ['$input'] };
    default:
      return null;
  }
}

/** A computed name may be any node. */
function each(nodes: ReadonlySet<string>, uses: readonly ReferenceUse[]): Reading {
  return { ...NONE, uses: [...nodes].flatMap((node) => uses.map((use): [string, ReferenceUse] => [node, use])) };
}

function named(name: Tree | undefined, nodes: ReadonlySet<string>, uses: readonly ReferenceUse[]): Reading {
  const node = name === undefined ? null : literalText(unwrap(name));
  if (node === null || name === undefined) return each(nodes, uses);
  return {
    uses: uses.map((use) => [node, use]),
    mistakes: nodes.has(node) ? [] : [unknownNode(node, name, nodes)],
  };
}

/** `$('X')` */
function callReading(node: Tree, parents: readonly Tree[], nodes: ReadonlySet<string>): Reading {
  const call = parents.at(-1);
  if (!isCalled(node, call)) return each(nodes, ['other', 'runs']);
  const reads = named((call.arguments as Tree[])[0], nodes, usesOf(call, parents.slice(0, -1)));
  const waits = reads.uses.some(([, use]) => use === 'item' || use === 'other');
  return waits ? { ...reads, names: ['$input'] } : reads;
}

function usesOf(call: Tree, outer: readonly Tree[]): ReferenceUse[] {
  const use = memberUse(call, outer);
  switch (use?.property) {
    case 'item':
    case 'itemMatching':
    case 'pairedItem':
      return ['item'];
    case 'isExecuted':
    case 'context':
    case 'params':
      return ['state'];
    case 'first':
    case 'last':
    case 'all':
      if (use.args === 0) return [use.property];
      return [use.args === 1 ? 'all' : 'runs'];
    default:
      return ['other', 'runs'];
  }
}

/** `$node["X"]` and `$node.X`: the item at the same position of the last run. */
function memberReading(node: Tree, parents: readonly Tree[], nodes: ReadonlySet<string>, anyRun: boolean): Reading {
  const around = parents.filter((one) => one.type !== 'ChainExpression');
  const member = around.at(-1);
  const items: ReferenceUse = anyRun ? 'runs' : 'all';
  if (member?.type !== 'MemberExpression' || unwrap(member.object as Tree) !== node) return each(nodes, [items]);
  const property = memberUse(member, around.slice(0, -1))?.property;
  const isState = property === 'context' || property === 'parameter' || property === 'runIndex';
  const uses: ReferenceUse[] = [isState ? 'state' : items];
  const key = member.property as Tree;
  if (member.computed === true) return named(key, nodes, uses);
  const name = key.name as string;
  return { uses: [[name, uses[0] as ReferenceUse]], mistakes: nodes.has(name) ? [] : [unknownNode(name, key, nodes)] };
}

/** `$items()` are those of the input. */
function itemsReading(node: Tree, parents: readonly Tree[], nodes: ReadonlySet<string>): Reading {
  const call = parents.at(-1);
  if (!isCalled(node, call)) return { ...each(nodes, ['runs']), names: ['$input'] };
  const args = call.arguments as Tree[];
  if (args.length === 0) return { ...NONE, names: ['$input'] };
  return named(args[0], nodes, [args.length > 2 ? 'runs' : 'all']);
}

/** `$item(0).$node["X"]`, `$item(0, 1).$('X')`, `$item(0).$items('X')`. */
function readingInside(root: Tree, nodes: ReadonlySet<string>): Reading | null {
  const readings: Reading[] = [];
  const walk = (tree: Tree, parents: readonly Tree[]): void => {
    if (tree.type === 'MemberExpression') {
      const name = propertyName(tree);
      if (name === '$node') readings.push(memberReading(tree, parents, nodes, true));
      else if (name === '$') readings.push(callReading(tree, parents, nodes));
      else if (name === '$items') readings.push(itemsReading(tree, parents, nodes));
    }
    const inner = tree.type === 'ParenthesizedExpression' ? parents : [...parents, tree];
    for (const child of childrenOf(tree)) walk(child, inner);
  };
  walk(root, []);
  if (readings.length === 0) return null;
  return {
    uses: readings.flatMap((one) => one.uses),
    mistakes: readings.flatMap((one) => one.mistakes),
    names: readings.flatMap((one) => one.names ?? []),
  };
}
