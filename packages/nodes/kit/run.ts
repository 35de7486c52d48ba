/**
 * Owns runNode: a node on plain values, without engine, store or isolate. For tests of nodes.
 * Templates are evaluated with the names $json, $item, $input, $itemIndex, $run, the zone of $now and the
 * language only; the engine has more of them. Effects get the ports that the test gives.
 */
import { Defect, failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall, FoldModule, KernelModule, NodeType, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { portsOf } from './define.ts';
import { isObject } from './paths.ts';

export interface RunNodeOptions {
  params?: Record<string, Json>;
  /** Values of the items, or one list of them per input port where the node has several. Default: one {}. */
  input?: readonly Json[] | readonly (readonly Json[])[];
  /** The same as whole items by port, instead of `input`. */
  items?: readonly (readonly Item[])[];
  /** Effects: the doors they use. Missing ones throw when they are used. */
  ports?: Partial<EffectPorts>;
  signal?: AbortSignal;
  attempt?: number;
  idempotencyKey?: string;
  /** Effects: most calls of one unit that pages or waits. Default 1000. */
  calls?: number;
}

export interface NodeRun {
  /** Whole items by output port, in the order of the node's outputs. */
  items: Item[][];
  /** Values of the items by name of the output. */
  output: Record<string, Json[]>;
}

type Names = Record<string, unknown>;

/** Throws the FailureError that the node throws. */
export async function runNode(node: NodeType, options: RunNodeOptions = {}): Promise<NodeRun> {
  const raw = options.params ?? {};
  const ports = Math.max(1, portsOf(node, 'inputs', raw).length);
  const inputs = inputItems(options, ports);
  const outputs = portsOf(node, 'outputs', raw).map((port) => port.name);
  const items: Item[][] = outputs.map(() => []);
  const append = (lists: readonly (readonly Item[])[]): void => {
    if (lists.length > items.length)
      throw new Defect(`${node.type} answered on ${lists.length} outputs, it has ${items.length}.`);
    for (const [i, list] of lists.entries()) for (const item of list) items[i]?.push(item);
  };
  const empty = inputs.every((list) => list.length === 0);
  if (!empty || node.runsOnEmpty) {
    if (node.work === 'kernel') await runKernel(node, raw, inputs, append);
    else if (node.work === 'fold') await runFold(node, raw, inputs, append);
    else if (node.work === 'effect') await runEffect(node, raw, inputs, options, append);
    else throw new Defect(`${node.type} is a container: the engine runs it, not runNode.`);
  }
  const output: Record<string, Json[]> = {};
  for (const [i, name] of outputs.entries()) output[name] = (items[i] ?? []).map((item) => item.json);
  return { items, output };
}

function inputItems(options: RunNodeOptions, ports: number): Item[][] {
  if (options.items !== undefined) return Array.from({ length: ports }, (_, i) => [...(options.items?.[i] ?? [])]);
  const values = (options.input ?? [{}]) as Json[];
  const lists = ports > 1 ? (values as Json[][]) : [values];
  return Array.from({ length: ports }, (_, i) => (lists[i] ?? []).map((json) => ({ json })));
}

const load = async <T>(node: NodeType): Promise<T> => (await import(/* @vite-ignore */ node.module as string)) as T;

async function runKernel(
  node: NodeType,
  raw: Record<string, Json>,
  inputs: Item[][],
  append: (ports: Item[][]) => void,
): Promise<void> {
  const { run } = await load<KernelModule>(node);
  const unit = typeof node.unit === 'function' ? node.unit(raw) : (node.unit ?? 'item');
  const [main = []] = inputs;
  const units = unit === 'all' || main.length === 0 ? [inputs] : main.map((item) => [[item]]);
  for (const [index, own] of units.entries()) {
    const item = own[0]?.[0] ?? { json: {} };
    const names = namesOf(item, own[0] ?? [], index);
    const params = resolve(node, raw, names, 'unit');
    const source = Object.entries(node.parameters).find(([, spec]) => spec.type === 'code')?.[0];
    const code =
      source === undefined
        ? undefined
        : (more: Names, entry?: string) => callCode(String(params[source]), names, more, entry);
    append(await run({ params, item, inputs: own, index, ...(code === undefined ? {} : { code }) }));
  }
}

async function runFold(
  node: NodeType,
  raw: Record<string, Json>,
  inputs: Item[][],
  append: (ports: Item[][]) => void,
): Promise<void> {
  const fold = await load<FoldModule>(node);
  const all = inputs.flat();
  const params = resolve(node, raw, namesOf(all[0] ?? { json: {} }, all, 0), 'unit');
  const state = fold.begin(params);
  for (const [port, list] of inputs.entries()) {
    for (const [index, item] of list.entries()) {
      const own = resolve(node, raw, namesOf(item, list, index), 'item');
      fold.add(state, { params: { ...params, ...own }, item, index, port });
    }
  }
  const answer = fold.end(state, params);
  if (Array.isArray(answer)) append(answer);
  else for (const part of answer) append(part);
}

async function runEffect(
  node: NodeType,
  raw: Record<string, Json>,
  inputs: Item[][],
  options: RunNodeOptions,
  append: (ports: Item[][]) => void,
): Promise<void> {
  const [main = []] = inputs;
  const all = node.block || (typeof node.unit === 'function' ? node.unit(raw) : node.unit) === 'all';
  const units = all || main.length === 0 ? [main] : main.map((item) => [item]);
  for (const [index, items] of units.entries()) {
    const names = namesOf(items[0] ?? { json: {} }, items, index);
    const params = resolve(node, raw, names, 'unit');
    let carry: Json | undefined;
    for (let calls = 0; ; calls += 1) {
      if (calls >= (options.calls ?? 1000)) throw new Defect(`${node.type} still asks for more after ${calls} calls.`);
      const call: EffectCall = {
        params,
        items,
        carry,
        index,
        attempt: options.attempt ?? 1,
        idempotencyKey: options.idempotencyKey ?? `test-${index}`,
        signal: options.signal ?? new AbortController().signal,
        ports: doors(options.ports ?? {}),
        evaluate: async (template, more) => evaluate(template, { ...names, ...more }) as Json,
      };
      const result = await node.run?.(call);
      if (result === undefined) throw new Defect(`${node.type} answered nothing.`);
      append(result.ports ?? [result.items ?? []]);
      carry = result.carry;
      if (result.done !== false && result.waitUntil === undefined) break;
    }
  }
}

/** Ports whose missing members say so, instead of "undefined is not a function". */
function doors(given: Partial<EffectPorts>): EffectPorts {
  return new Proxy(given as EffectPorts, {
    get(target, name) {
      const door = Reflect.get(target, name) as unknown;
      if (door === undefined) throw new Defect(`The node uses ports.${String(name)}; give it to runNode.`);
      return door;
    },
  });
}

function namesOf(item: Item, items: readonly Item[], index: number): Names {
  const input = { item, all: () => items, first: () => items[0], last: () => items.at(-1) };
  const run = { id: 'test-run', workflow: 'test', input: null };
  return { $json: item.json, $item: item, $itemIndex: index, $input: input, $run: run, $now: { zoneName: 'UTC' } };
}

/** Parameters with defaults that are evaluated at this time. */
function resolve(node: NodeType, raw: Record<string, Json>, names: Names, time: 'unit' | 'item'): Record<string, Json> {
  const params: Record<string, Json> = {};
  for (const [name, spec] of Object.entries(node.parameters)) {
    if ((spec.evaluate === 'item' ? 'item' : 'unit') !== time) continue;
    const value = Object.hasOwn(raw, name) ? raw[name] : spec.default;
    if (value !== undefined) params[name] = isLiteral(spec) ? value : (evaluate(value, names) as Json);
  }
  return params;
}

const isLiteral = (spec: ParameterSpec): boolean =>
  spec.evaluate === 'never' || spec.jinja === true || spec.type === 'code';

type Compiled = (...values: unknown[]) => unknown;
const FunctionOf = Object.getPrototypeOf(resolve).constructor as new (...parts: string[]) => Compiled;
const AsyncFunctionOf = Object.getPrototypeOf(async () => {}).constructor as new (...parts: string[]) => Compiled;

/** Waits only where the code does, as the isolate. */
function callCode(body: string, scope: Names, more: Names, entry?: string): unknown {
  const Maker = /\bawait\b/.test(body) ? AsyncFunctionOf : FunctionOf;
  if (entry === undefined) {
    const names = { ...scope, ...more };
    return new Maker(...Object.keys(names), body)(...Object.values(names));
  }
  const call = (called: unknown): unknown => {
    if (typeof called === 'function') return (called as Compiled)(more);
    throw new FailureError(failure('node-failed', `The code defines no function ${entry}.`));
  };
  const text = `${body}\n;return typeof ${entry} === 'function' ? ${entry} : null;`;
  const found = new Maker(...Object.keys(scope), text)(...Object.values(scope));
  return found instanceof Promise ? found.then(call) : call(found);
}

function evaluate(template: unknown, names: Names): unknown {
  if (typeof template === 'string') return evaluateText(template, names);
  if (Array.isArray(template)) return template.map((element) => evaluate(element, names));
  if (!isObject(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, evaluate(value, names)]));
}

function evaluateText(text: string, names: Names): unknown {
  const whole = /^\s*\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(text);
  if (whole !== null) return expression(whole[1] as string, names);
  return text.replace(/\{\{(.*?)\}\}/gs, (_, code: string) => {
    const value = expression(code, names);
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
  });
}

function expression(code: string, names: Names): unknown {
  try {
    return new FunctionOf(...Object.keys(names), `return (${code});`)(...Object.values(names));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new FailureError(failure('expression-failed', `{{${code}}}: ${why}`));
  }
}
