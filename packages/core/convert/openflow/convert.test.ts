/** Windmill flows as native definitions: what becomes of each kind of step, and what is refused where. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../errors.ts';
import type { Definition } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';
import { checkShape } from '../../model/shape.ts';
import { convert } from '../convert.ts';

const script = (content: string, inputs: Json = {}): Json => ({
  type: 'rawscript',
  language: 'bun',
  content,
  input_transforms: inputs,
});
const main = script('export function main() { return 1 }');
const js = (expr: string): Json => ({ type: 'javascript', expr });

function converted(
  value: Json,
  more: Record<string, Json> = {},
): { definition: Definition | null; diagnostics: Diagnostic[] } {
  return convert(JSON.stringify({ summary: 'Flow', value, ...more }), 'openflow', { strict: false, file: 'f.json' });
}

function nodesOf(value: Json): Definition['nodes'] {
  const { definition, diagnostics } = converted(value);
  expect(diagnostics.filter((one) => one.severity === 'error')).toEqual([]);
  expect(checkShape(definition as unknown as Json)).toEqual([]);
  return (definition as Definition).nodes;
}

const problems = (value: Json): [string, string | null, string][] =>
  converted(value).diagnostics.map(({ code, node, path }) => [code, node, path.join('.')]);

describe('steps', () => {
  it('follow one another, and take their arguments by name', () => {
    const transforms = { x: js('results.a.n + 1'), y: { type: 'static', value: 'has {{ braces }}' } };
    const nodes = nodesOf({
      modules: [
        { id: 'a', value: main },
        { id: 'b', summary: 'Second', value: script('export function main() {}', transforms) },
      ],
    });
    expect(nodes.b).toMatchObject({
      type: 'code',
      title: 'Second',
      after: 'a',
      with: {
        mode: 'function',
        language: 'typescript',
        inputs: { x: '{{ results.a.n + 1 }}', y: 'has \\{{ braces }}' },
      },
    });
  });
  it('get ids where they have none', () => {
    expect(Object.keys(nodesOf({ modules: [{ value: main }, { id: 'step', value: main }] }))).toEqual([
      'step 2',
      'step',
    ]);
  });
  it('previous_result of the first step of a level is the input of the flow', () => {
    const inner = {
      id: 'b',
      value: script('export function main() {}', { x: js('previous_result.n'), y: js('const a = 1; return result') }),
    };
    const nodes = nodesOf({
      modules: [
        { id: 'a', value: { type: 'forloopflow', iterator: js('[1]'), skip_failures: true, modules: [inner] } },
      ],
    });
    expect(nodes.a?.body?.b?.with?.inputs).toEqual({
      x: '{{ const previous_result = flow_input; return (\nprevious_result.n\n); }}',
      y: '{{ const result = flow_input; const a = 1; return result }}',
    });
  });
  it('mock, retry, timeout, continue_on_error, sleep', () => {
    const nodes = nodesOf({
      modules: [
        { id: 'a', mock: { enabled: true, return_value: { k: 1 } }, value: { type: 'rawscript', language: 'go' } },
        {
          id: 'b',
          timeout: 5,
          continue_on_error: true,
          retry: { constant: { attempts: 2, seconds: 1 }, exponential: { attempts: 2, multiplier: 1, seconds: 3 } },
          sleep: { type: 'static', value: 1.5 },
          value: main,
        },
      ],
    });
    expect(nodes.a).toMatchObject({ pin: [{ k: 1 }] });
    expect(nodes.b?.loop).toMatchObject({
      retry: { times: 4, delay: [1000, 1000, 27000, 81000] },
      timeout: 5000,
      onError: 'item',
    });
    expect(nodes['b: sleep']).toMatchObject({ type: 'wait', after: 'b', with: { for: 1500 } });
  });
  it('early stops: of the flow, of a sequential loop, of one iteration of a parallel loop', () => {
    const inner = (id: string): Json => ({
      id,
      value: main,
      stop_after_if: { expr: 'result > 1', skip_if_stopped: false },
    });
    const loop = (id: string, parallel: boolean): Json => ({
      id,
      value: { type: 'forloopflow', iterator: js('[1]'), skip_failures: false, parallel, modules: [inner(`${id}-in`)] },
    });
    const nodes = nodesOf({ modules: [inner('a'), loop('s', false), loop('p', true)] });
    expect(nodes['a: stop']?.with).toEqual({ when: '{{ result > 1 }}', what: 'run' });
    expect(nodes.s?.body?.['s-in: stop']?.with).toMatchObject({ what: 'loop', of: 's' });
    expect(nodes.p?.body?.['p-in: stop']?.with).toMatchObject({ what: 'iteration', of: 'p' });
  });
  it('an early stop with a message is an error', () => {
    const stop = { expr: 'true', error_message: 'enough', error_include_result: true };
    const nodes = nodesOf({
      modules: [
        { id: 'a', value: main, stop_after_if: stop },
        { id: 'b', value: main },
      ],
    });
    expect(nodes['a: stopped']).toMatchObject({ type: 'stop-and-error', after: 'a: stop.true' });
    expect(nodes['a: stopped']?.with?.data).toEqual({
      error: { name: 'EarlyStopError', message: 'enough', result: '{{ $json }}' },
    });
    expect(nodes.b?.after).toBe('a: stop.false');
  });
});

describe('containers', () => {
  it('a loop keeps a place for every iteration', () => {
    const loop = (more: Record<string, Json>): Json => ({
      modules: [
        { id: 'a', value: { type: 'forloopflow', iterator: js('[1]'), modules: [{ id: 'b', value: main }], ...more } },
      ],
    });
    expect(nodesOf(loop({ skip_failures: true, parallel: true, parallelism: 3 })).a?.loop).toEqual({
      over: '{{ [1] }}',
      parallel: 3,
      onError: 'item',
      collect: 'list',
    });
    expect(nodesOf(loop({ skip_failures: false, parallel: true })).a?.loop?.tolerate).toEqual({
      count: 0,
      judge: 'end',
    });
    expect(nodesOf(loop({ skip_failures: false })).a?.loop?.tolerate).toEqual({ count: 0 });
  });
  it('retry on a loop is about all of it', () => {
    const nodes = nodesOf({
      modules: [
        {
          id: 'a',
          retry: { constant: { attempts: 1, seconds: 0 } },
          value: {
            type: 'forloopflow',
            iterator: js('[1]'),
            skip_failures: false,
            modules: [{ id: 'b', value: main }],
          },
        },
      ],
    });
    expect(nodes.a).toMatchObject({ type: 'branches', loop: { retry: { times: 1 } }, result: 'a: body' });
    expect(nodes.a?.body?.['a: body']?.type).toBe('for-each');
  });
  it('branchone: conditions one after the other, the steps in the level itself', () => {
    const nodes = nodesOf({
      modules: [
        {
          id: 'a',
          value: {
            type: 'branchone',
            branches: [{ summary: 'Big', expr: 'flow_input.n > 1', modules: [{ id: 'b', value: main }] }],
            default: [{ id: 'c', value: main }],
          },
        },
        { id: 'd', value: main },
      ],
    });
    expect(nodes['a: branch 1']).toMatchObject({ type: 'if', title: 'Big', with: { when: '{{ flow_input.n > 1 }}' } });
    expect(nodes.b?.after).toBe('a: branch 1.true');
    expect(nodes.c?.after).toBe('a: branch 1.false');
    expect(nodes.a).toMatchObject({ type: 'no-op', after: ['b', 'c'] });
    expect(nodes.d?.after).toBe('a');
  });
  it('branchall: a branch that may fail is apart', () => {
    const branches = [
      { skip_failure: true, modules: [{ id: 'b', value: main }] },
      { skip_failure: false, modules: [{ id: 'c', value: main }] },
    ];
    const { a } = nodesOf({ modules: [{ id: 'a', value: { type: 'branchall', branches } }] });
    expect(a?.loop).toMatchObject({
      over: ['branch 1', 'branch 2'],
      parallel: 2,
      tolerate: { count: 0, judge: 'end' },
    });
    expect(a?.body?.['a: branch 1']).toMatchObject({ type: 'branches', loop: { onError: 'item' } });
    expect(a?.body?.c?.after).toBe('a: which.branch 2');
  });
});

describe('what is not supported is named before anything runs', () => {
  it.each<[string, Json]>([
    ['go', { type: 'rawscript', language: 'go', content: '' }],
    ['import', script('import axios from "axios"; export function main() { return axios }')],
    ['fetch', script('export async function main() { return fetch("x") }')],
    ['client', script('import * as wmill from "windmill-client"; export const main = () => wmill.getVariable("x")')],
    ['python', { type: 'rawscript', language: 'python3', content: 'import pandas as pd\ndef main(): pass' }],
    ['hub', { type: 'script', path: 'hub/1/x' }],
    ['agent', { type: 'aiagent', tools: [] }],
    ['inline', script('!inline a.ts')],
    ['resource', script('export function main() {}', { r: { type: 'static', value: '$res:u/me/db' } })],
    ['kind', { type: 'teleport' }],
  ])('%s', (_, value) => {
    const found = problems({ modules: [{ id: 'a', value }] });
    expect(found).toEqual([['not-supported', 'a', expect.stringContaining('value.modules.0')]]);
  });
  it('unless the result is given', () => {
    const text = JSON.stringify({ value: { modules: [{ id: 'a', value: { type: 'aiagent' } }] } });
    const { definition } = convert(text, 'openflow', { strict: false, file: 'f.json', pinned: new Set(['a']) });
    expect(definition?.nodes.a).toEqual({ type: 'no-op' });
  });
});

describe('malformed flows', () => {
  it.each<[string, Json]>([
    ['no modules', {}],
    ['modules', { modules: 5 }],
    ['a module', { modules: ['x', null, 3] }],
    ['value', { modules: [{ id: 'a' }, { id: 'b', value: [] }] }],
    [
      'same id',
      {
        modules: [
          { id: 'a', value: main },
          { id: 'a', value: main },
        ],
      },
    ],
    [
      'id',
      {
        modules: [
          { id: 5, value: main },
          { id: '__proto__', value: main },
        ],
      },
    ],
    [
      'iterator',
      { modules: [{ id: 'a', value: { type: 'forloopflow', iterator: { type: 'x' }, modules: [{ value: main }] } }] },
    ],
    ['branches', { modules: [{ id: 'a', value: { type: 'branchone', branches: [5, { modules: 'x' }], default: 3 } }] }],
    ['while', { modules: [{ id: 'a', value: { type: 'whileloopflow', modules: [] } }] }],
    ['options', { modules: [{ id: 'a', value: main, retry: 5, timeout: [], sleep: {}, stop_after_if: { expr: 5 } }] }],
    ['failure', { modules: [{ id: 'a', value: main }], failure_module: { value: { type: 'branchall' } } }],
  ])('%s: diagnostics with places', (_, value) => {
    const { definition, diagnostics } = converted(value);
    expect(definition).toBeNull();
    expect(diagnostics.some((one) => one.severity === 'error')).toBe(true);
    for (const one of diagnostics) expect(one.line).toBeGreaterThan(0);
  });
});

it('schema, constants and the failure step', () => {
  const { definition } = converted(
    { modules: [{ id: 'a', value: main }], flow_env: { K: 1 }, failure_module: { id: 'failure', value: main } },
    { schema: { properties: { n: { type: 'number', description: 'How many' }, m: { default: 2 } }, required: ['n'] } },
  );
  expect(definition).toMatchObject({
    inputs: { n: { required: true, description: 'How many' }, m: { default: 2 } },
    constants: { K: 1 },
    output: '{{ $json }}',
    nodes: { 'failure: on failure': { type: 'on-failure' }, failure: { after: 'failure: on failure' } },
  });
});
