/**
 * Owns what every node has to keep, as a list of checks that any test runner can run:
 *   for (const { name, check } of nodeContract(node)) it(name, check);
 * The inputs are those of the node's own examples, made hostile. Effects and containers are checked as far
 * as that is possible without a world around them. Does not depend on a test framework.
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { NodeExample, NodeType, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { portsOf, problemsOf } from './define.ts';
import { canonical } from './order.ts';
import { isObject, put, type JsonObject } from './paths.ts';
import { runNode } from './run.ts';

export interface ContractCheck {
  name: string;
  check: () => Promise<void>;
}

export function nodeContract(node: NodeType): ContractCheck[] {
  const checks: ContractCheck[] = [
    { name: 'has a valid spec', check: async () => mustBe([], problemsOf(node), 'problems') },
  ];
  if (node.work === 'container') return checks;
  if (node.work === 'effect') return [...checks, ...wrongTypes(node)];
  for (const example of node.examples) {
    checks.push({ name: `example: ${example.title}`, check: () => checkExample(node, example) });
  }
  return [
    ...checks,
    { name: 'does not change its input', check: () => checkFrozen(node) },
    { name: 'takes zero items', check: () => checkZero(node) },
    { name: 'keeps keys such as __proto__ and constructor', check: () => checkHostileKeys(node) },
    { name: 'keeps unicode, and texts of every kind', check: () => checkValues(node, UNICODE) },
    { name: 'takes a large item', check: () => checkValues(node, LARGE) },
    ...wrongTypes(node),
  ];
}

function mustBe(expected: unknown, actual: unknown, what: string): void {
  const [a, b] = [canonical(expected as Json), canonical(actual as Json)];
  if (a !== b) throw new Error(`${what}: expected ${a.slice(0, 2000)}, got ${b.slice(0, 2000)}`);
}

function portLists(node: NodeType, example: NodeExample): Json[][] {
  const input = example.input ?? [{}];
  return portsOf(node, 'inputs', example.with).length > 1 ? (input as Json[][]) : [input as Json[]];
}

const run = (node: NodeType, example: NodeExample, lists: readonly (readonly Json[])[]): ReturnType<typeof runNode> =>
  runNode(node, { params: example.with, items: lists.map((list) => list.map((json) => ({ json }))) });

async function checkExample(node: NodeType, example: NodeExample): Promise<void> {
  const { output } = await run(node, example, portLists(node, example));
  const first = Object.keys(output)[0] ?? 'main';
  if (Array.isArray(example.output)) mustBe(example.output, output[first], `output ${first}`);
  else for (const name of Object.keys(output)) mustBe(example.output[name] ?? [], output[name], `output ${name}`);
}

function freeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}

async function checkFrozen(node: NodeType): Promise<void> {
  for (const example of node.examples) {
    const items = portLists(node, example).map((list) =>
      list.map((json) => ({ json: structuredClone(json), files: { a: { blob: 'b', size: 1 } }, from: [7] })),
    );
    const before = canonical(items as unknown as Json);
    const { items: out } = await runNode(node, { params: freeze(structuredClone(example.with)), items: freeze(items) });
    mustBe(before, canonical(items as unknown as Json), 'input afterwards');
    // Lineage of an earlier node would point at the wrong items.
    const stale = out.flat().find((item) => item.from?.includes(7) && items.flat().length <= 7);
    if (stale !== undefined) throw new Error('an output item carries the lineage of the input item');
  }
}

async function checkZero(node: NodeType): Promise<void> {
  for (const example of node.examples) {
    const { items } = await run(
      node,
      example,
      portLists(node, example).map(() => []),
    );
    const count = items.flat().length;
    if (count > 0 && !node.runsOnEmpty) throw new Error(`${count} items out of nothing`);
  }
}

/** The example's input with more fields in every object. */
function withFields(lists: Json[][], fields: [string, Json][]): Json[][] {
  return lists.map((list) =>
    list.map((json) => {
      if (!isObject(json)) return json;
      const copy: JsonObject = { ...json };
      for (const [key, value] of fields) put(copy, key, value);
      return copy;
    }),
  );
}

/** What the node makes of plain extra fields it must make of hostile ones, whatever that is. */
async function checkHostileKeys(node: NodeType): Promise<void> {
  const names: [string, string][] = [
    ['zzProbe0', '__proto__'],
    ['zzProbe1', 'constructor'],
    ['zzProbe2', 'hasOwnProperty'],
    ['zzProbe3', 'toString'],
  ];
  for (const example of node.examples) {
    const lists = portLists(node, example);
    const values: Json[] = [{ polluted: true }, 'c', null, [1]];
    const plain = await run(
      node,
      example,
      withFields(
        lists,
        names.map(([key], i) => [key, values[i] as Json]),
      ),
    );
    const hostile = await run(
      node,
      example,
      withFields(
        lists,
        names.map(([, key], i) => [key, values[i] as Json]),
      ),
    );
    let expected = JSON.stringify(plain.output);
    for (const [from, to] of names) expected = expected.replaceAll(from, to);
    mustBe(JSON.parse(expected), hostile.output, 'output with hostile keys');
    if ('polluted' in {}) throw new Error('Object.prototype was changed');
  }
}

const UNICODE: Json = [
  'e\u0301 \u00df \u{1f9d1}\u200d\u{1f680}',
  '\ud800',
  '\u2028\u2029\u0000\ufeff',
  '{{ 1 }}',
  '',
  ' ',
  { '\u{1f41b}.[0]': 1 },
];
const LARGE: Json = [
  'x'.repeat(300_000),
  Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key${i}`, i])),
  Array.from({ length: 20_000 }, (_, i) => i),
];

/** Values in extra fields come out as they went in, wherever the node keeps such fields. */
async function checkValues(node: NodeType, value: Json): Promise<void> {
  for (const example of node.examples) {
    const lists = portLists(node, example);
    const plain = await run(node, example, withFields(lists, [['zzProbe', 'zzValue']]));
    const special = await run(node, example, withFields(lists, [['zzProbe', value]]));
    const expected = JSON.stringify(plain.output).replaceAll('"zzValue"', () => JSON.stringify(value));
    // Where the field became part of a text (a template, a key), only the shape is known.
    if (JSON.stringify(plain.output).replaceAll('"zzValue"', '').includes('zzValue')) continue;
    mustBe(JSON.parse(expected), special.output, 'output with special values');
  }
}

const WRONG: Partial<Record<ParameterSpec['type'], Json>> = {
  string: 5,
  number: 'x',
  integer: 1.5,
  boolean: 'yes',
  object: 5,
  list: 5,
  duration: 'soon',
};

/** A parameter of the wrong type is a Failure that names it, in the examples where it matters. */
function wrongTypes(node: NodeType): ContractCheck[] {
  const checks: ContractCheck[] = [];
  for (const [name, spec] of Object.entries(node.parameters)) {
    const wrong = WRONG[spec.type];
    if (wrong === undefined || spec.evaluate === 'never' || spec.evaluate === 'item' || spec.jinja) continue;
    checks.push({ name: `refuses ${name} of the wrong type`, check: () => checkWrongType(node, name, wrong) });
  }
  return checks;
}

async function checkWrongType(node: NodeType, name: string, wrong: Json): Promise<void> {
  const giving = node.examples.filter((example) => Object.hasOwn(example.with, name));
  const candidates = giving.length > 0 ? giving : node.examples;
  for (const example of candidates) {
    try {
      // A template, so that the value arrives as one that an expression gave.
      const params = { ...example.with, [name]: `{{ ${JSON.stringify(wrong)} }}` };
      const lists = portLists(node, example);
      // Without an item nothing would be read at all.
      if (lists.every((list) => list.length === 0)) lists[0] = [{}];
      await runNode(node, { params, items: lists.map((list) => list.map((json) => ({ json }))) });
    } catch (error) {
      if (!isFailure(error)) throw error;
      if (!error.failure.message.includes(name))
        throw new Error(`the failure does not name ${name}: ${error.failure.message}`, { cause: error });
      return;
    }
  }
  throw new Error(`${name}: ${JSON.stringify(wrong)} was taken without a failure in ${candidates.length} examples`);
}

/** By what it carries: a kernel may have been loaded with its own copy of the class. */
function isFailure(error: unknown): error is FailureError {
  return error instanceof FailureError || (error instanceof Error && isObject((error as FailureError).failure));
}
