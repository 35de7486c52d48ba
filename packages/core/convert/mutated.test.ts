/**
 * Files of other products with something broken in them, at random places: converting, checking and explaining them
 * never throws or hangs, and what is refused is told with its place in the text.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { registry } from '@rondo/nodes/registry.ts';
import { checkDefinition } from '../lint/check.ts';
import { explain } from '../lint/explain.ts';
import type { Json } from '../model/item.ts';
import type { ForeignFormat } from './converted.ts';
import { convert } from './convert.ts';

const wire = (node: string, index = 0): Json => ({ node, type: 'main', index });

const n8nNode = (name: string, type: string, typeVersion: number, parameters: Json, more: object = {}): Json => ({
  id: name,
  name,
  type: `n8n-nodes-base.${type}`,
  typeVersion,
  position: [10, 20],
  parameters,
  ...more,
});

const CONDITIONS = {
  options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
  combinator: 'and',
  conditions: [
    { id: '1', leftValue: '={{ $json.n }}', rightValue: 5, operator: { type: 'number', operation: 'gt' } },
    { id: '2', leftValue: '={{ $json.s }}', rightValue: '', operator: { type: 'string', operation: 'notEmpty' } },
  ],
};

const N8N: Json = {
  id: 'w',
  name: 'Everything',
  settings: { executionOrder: 'v1', timezone: 'Europe/Berlin', executionTimeout: 60 },
  pinData: { Go: [{ json: { n: 1 } }] },
  nodes: [
    n8nNode('Go', 'manualTrigger', 1, {}),
    n8nNode('Ask', 'httpRequest', 4.2, {
      url: '=https://a.test/{{ $json.n }}',
      sendQuery: true,
      queryParameters: { parameters: [{ name: 'q', value: '={{ $json.n }}' }] },
      options: {
        batching: { batch: { batchSize: 2, batchInterval: 10 } },
        pagination: { pagination: { parameters: { parameters: [{ name: 'page', value: '={{ $pageCount }}' }] } } },
        response: { response: { fullResponse: true, responseFormat: 'json' } },
      },
    }),
    n8nNode('Rows', 'splitOut', 1, { fieldToSplitOut: 'rows', options: {} }),
    n8nNode('Loop', 'splitInBatches', 3, { batchSize: 2, options: { reset: "={{ $('Loop').context.done }}" } }),
    n8nNode(
      'Set',
      'set',
      3.4,
      {
        assignments: { assignments: [{ id: 'a', name: 'x.y', type: 'number', value: '={{ $itemIndex + 1 }}' }] },
        includeOtherFields: true,
        options: { ignoreConversionErrors: true },
      },
      { onError: 'continueErrorOutput', retryOnFail: true, maxTries: 3, notes: 'note' },
    ),
    n8nNode('If', 'if', 2.2, { conditions: CONDITIONS, options: {} }, { alwaysOutputData: true }),
    n8nNode('Switch', 'switch', 3.2, {
      rules: { values: [{ conditions: CONDITIONS, renameOutput: true, outputKey: 'big' }] },
      options: { fallbackOutput: 'extra' },
    }),
    n8nNode('Code', 'code', 2, { jsCode: 'return items;', mode: 'runOnceForAllItems' }),
    n8nNode('Merge', 'merge', 3, { mode: 'combine', fieldsToMatchString: 'id', options: { fuzzyCompare: true } }),
    n8nNode('Sum', 'summarize', 1.1, {
      fieldsToSummarize: { values: [{ aggregation: 'sum', field: 'n' }] },
      fieldsToSplitBy: 'g',
      options: {},
    }),
    n8nNode('Call', 'executeWorkflow', 1.2, { workflowId: { __rl: true, mode: 'id', value: 'w2' }, mode: 'each' }),
    n8nNode('Wait', 'wait', 1.1, { amount: 1, unit: 'seconds' }, { disabled: true }),
    n8nNode('Read', 'readBinaryFile', 1, { filePath: '/data/a.csv' }),
  ],
  connections: {
    Go: { main: [[wire('Ask')]] },
    Ask: { main: [[wire('Rows')]] },
    Rows: { main: [[wire('Loop')]] },
    Loop: { main: [[wire('Merge')], [wire('Set')]] },
    Set: { main: [[wire('If')], [wire('Loop')]] },
    If: { main: [[wire('Switch')], [wire('Loop')]] },
    Switch: { main: [[wire('Code')], [wire('Loop')]] },
    Code: { main: [[wire('Loop')]] },
    Rows2: { main: [[wire('Merge', 1)]] },
    Merge: { main: [[wire('Sum'), wire('Merge', 1)]] },
    Sum: { main: [[wire('Call')]] },
    Call: { main: [[wire('Wait')]] },
    Wait: { main: [[wire('Read')]] },
  },
};

const difyNode = (id: string, type: string, data: object, more: object = {}): Json => ({
  id,
  type: 'custom',
  position: { x: 1, y: 2 },
  data: { type, title: id, ...data },
  ...more,
});
const edge = (source: string, target: string, sourceHandle = 'source'): Json => ({
  id: `${source}-${target}`,
  source,
  target,
  sourceHandle,
  targetHandle: 'target',
  type: 'custom',
  data: {},
});
const inside = (it: string): object => ({ parentId: it });

const DIFY: Json = {
  kind: 'app',
  version: '0.4.0',
  app: { name: 'x', mode: 'workflow' },
  workflow: {
    features: {},
    environment_variables: [{ id: '1', name: 'e', value: 'x', value_type: 'string' }],
    conversation_variables: [{ id: '2', name: 'c', value: [1], value_type: 'array[number]' }],
    graph: {
      nodes: [
        difyNode('start', 'start', { variables: [{ variable: 's', label: 's', type: 'text-input', required: true }] }),
        difyNode('code', 'code', {
          code_language: 'python3',
          code: 'def main(s):\n    return {"l": [s]}',
          variables: [{ variable: 's', value_selector: ['start', 's'] }],
          outputs: { l: { type: 'array[string]', children: null } },
          error_strategy: 'fail-branch',
          retry_config: { retry_enabled: true, max_retries: 2, retry_interval: 10 },
        }),
        difyNode('each', 'iteration', {
          iterator_selector: ['code', 'l'],
          output_selector: ['text', 'output'],
          start_node_id: 'eachstart',
          is_parallel: true,
          parallel_nums: 3,
          error_handle_mode: 'continue-on-error',
        }),
        difyNode('eachstart', 'iteration-start', { isInIteration: true }, inside('each')),
        difyNode(
          'text',
          'template-transform',
          {
            template: '{% for x in [v] %}{{ x | upper }}{% endfor %}',
            variables: [{ variable: 'v', value_selector: ['each', 'item'] }],
            isInIteration: true,
            iteration_id: 'each',
          },
          inside('each'),
        ),
        difyNode('rounds', 'loop', {
          start_node_id: 'roundsstart',
          loop_count: 3,
          break_conditions: [{ variable_selector: ['rounds', 'n'], comparison_operator: '≥', value: '2' }],
          loop_variables: [{ id: 'n', label: 'n', var_type: 'number', value_type: 'constant', value: '0' }],
        }),
        difyNode('roundsstart', 'loop-start', { isInLoop: true }, inside('rounds')),
        difyNode(
          'add',
          'assigner',
          {
            version: '2',
            items: [{ variable_selector: ['rounds', 'n'], input_type: 'constant', operation: '+=', value: 1 }],
            isInLoop: true,
            loop_id: 'rounds',
          },
          inside('rounds'),
        ),
        difyNode('if', 'if-else', {
          cases: [
            {
              case_id: 'true',
              logical_operator: 'and',
              conditions: [{ variable_selector: ['rounds', 'n'], comparison_operator: '>', value: '1' }],
            },
          ],
        }),
        difyNode('http', 'http-request', {
          method: 'post',
          url: 'https://a.test/{{#start.s#}}',
          headers: 'a:b',
          params: '',
          authorization: { type: 'no-auth', config: null },
          body: { type: 'json', data: [{ key: '', type: 'text', value: '{"s": "{{#start.s#}}"}' }] },
        }),
        difyNode('list', 'list-operator', {
          variable: ['code', 'l'],
          filter_by: { enabled: true, conditions: [{ key: '', comparison_operator: 'contains', value: 'a' }] },
          order_by: { enabled: false, key: '', value: 'asc' },
          limit: { enabled: true, size: 2 },
        }),
        difyNode('end', 'end', { outputs: [{ variable: 'o', value_selector: ['each', 'output'] }] }),
      ],
      edges: [
        edge('start', 'code'),
        edge('code', 'each'),
        edge('code', 'end', 'fail-branch'),
        edge('eachstart', 'text'),
        edge('each', 'rounds'),
        edge('roundsstart', 'add'),
        edge('rounds', 'if'),
        edge('if', 'http', 'true'),
        edge('if', 'list', 'false'),
        edge('http', 'end'),
        edge('list', 'end'),
      ],
    },
  },
};

const script = (id: string, content: string, more: object = {}): Json => ({
  id,
  value: {
    type: 'rawscript',
    language: 'bun',
    content,
    input_transforms: {
      x: { type: 'javascript', expr: 'flow_input.iter?.value ?? results.a' },
      y: { type: 'static', value: [1] },
    },
  },
  ...more,
});

const OPENFLOW: Json = {
  summary: 's',
  schema: { type: 'object', properties: { n: { type: 'integer', default: 1 } }, required: ['n'] },
  value: {
    flow_env: { k: 'v' },
    failure_module: script('failure', 'export function main(x: string) { return x }'),
    modules: [
      script('a', 'export async function main(x: number, y: number[]) { return [x, ...y] }', {
        retry: { constant: { attempts: 1, seconds: 0 }, exponential: { attempts: 1, seconds: 1, multiplier: 1 } },
        stop_after_if: { expr: 'result === null', skip_if_stopped: true },
        timeout: { type: 'static', value: 5 },
      }),
      {
        id: 'l',
        stop_after_all_iters_if: { expr: 'result.length > 3', error_message: 'many' },
        value: {
          type: 'forloopflow',
          iterator: { type: 'javascript', expr: 'results.a' },
          skip_failures: true,
          parallel: true,
          parallelism: { type: 'static', value: 2 },
          modules: [
            script('b', 'export function main(x) { return x }', { suspend: { required_events: 1, timeout: 5 } }),
            {
              id: 'c',
              value: {
                type: 'branchone',
                branches: [{ summary: '', expr: 'flow_input.iter.index > 0', modules: [script('d', 'main = 1')] }],
                default: [{ id: 'e', value: { type: 'identity' } }],
              },
            },
          ],
        },
      },
      {
        id: 'w',
        value: {
          type: 'whileloopflow',
          skip_failures: false,
          modules: [script('f', 'export function main(x) { return x }', { stop_after_if: { expr: 'true' } })],
        },
      },
      {
        id: 'g',
        value: {
          type: 'branchall',
          parallel: true,
          branches: [{ skip_failure: true, modules: [{ id: 'h', value: { type: 'flow', path: 'f/x' } }] }],
        },
      },
    ],
  },
};

/** What no field expects. */
const ODD: readonly Json[] = [
  null,
  0,
  -1,
  1e308,
  true,
  '',
  'x',
  '__proto__',
  'constructor',
  [],
  {},
  [null],
  [[]],
  '={{ ',
  '={{ $json',
  '={{ (',
  "={{ $('Nope').item.json.x }}",
  '{{#',
  '{{#a.b#}}',
  'y'.repeat(3000),
  { toString: 1, valueOf: 1 },
  { __rl: true },
  { length: 5 },
  'n8n-nodes-base.if',
  'iteration',
  'forloopflow',
];

type Holder = Record<string, Json>;

function placesOf(value: Json, found: [Holder, string][] = []): [Holder, string][] {
  if (value === null || typeof value !== 'object') return found;
  for (const key of Object.keys(value)) {
    found.push([value as Holder, key]);
    placesOf((value as Holder)[key] as Json, found);
  }
  return found;
}

interface Change {
  at: number;
  how: 'set' | 'remove' | 'copy' | 'wrap' | 'add';
  other: number;
}

const changes = fc.array(
  fc.record({
    at: fc.nat(),
    how: fc.constantFrom<Change['how']>('set', 'set', 'remove', 'copy', 'wrap', 'add'),
    other: fc.nat(),
  }),
  { minLength: 1, maxLength: 4 },
);

function broken(file: Json, list: readonly Change[]): string {
  const copy = structuredClone(file);
  for (const { at, how, other } of list) {
    const places = placesOf(copy);
    const [holder, key] = places[at % places.length] ?? [{}, ''];
    const odd = structuredClone(ODD[other % ODD.length] as Json);
    if (how === 'set') holder[key] = odd;
    else if (how === 'wrap') holder[key] = [holder[key] ?? null];
    else if (how === 'add')
      Object.defineProperty(holder, '__proto__', { value: odd, enumerable: true, configurable: true, writable: true });
    else if (how === 'copy') {
      const [from, name] = places[other % places.length] ?? [{}, ''];
      holder[key] = structuredClone(from[name] ?? null);
    } else if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  }
  return JSON.stringify(copy, null, 1);
}

/** In ms; under load a pause of the machine is no defect. */
const LONGEST = 5_000;

function examine(text: string, format: ForeignFormat, strict: boolean): void {
  const began = performance.now();
  const { definition, diagnostics } = convert(text, format, { strict, file: 'broken' });
  const errors = diagnostics.filter((one) => one.severity === 'error');
  for (const one of errors) expect(one, one.message).toMatchObject({ line: expect.any(Number) as number });
  expect(definition === null).toBe(errors.length > 0);
  if (definition !== null) {
    checkDefinition(definition, registry);
    explain(definition, registry);
  }
  expect(performance.now() - began).toBeLessThan(LONGEST);
}

describe.each<[ForeignFormat, Json]>([
  ['n8n', N8N],
  ['dify', DIFY],
  ['openflow', OPENFLOW],
])('broken files: %s', (format, file) => {
  it('is sound as long as nothing is broken', () => {
    const { definition, diagnostics } = convert(JSON.stringify(file), format, { strict: false, file: 'sound' });
    expect(diagnostics.filter((one) => one.severity === 'error')).toEqual([]);
    expect(definition).not.toBeNull();
  });

  it('values in wrong places', () => {
    fc.assert(
      fc.property(changes, fc.boolean(), (list, strict) => examine(broken(file, list), format, strict)),
      { numRuns: 80 },
    );
  });

  it('texts that are cut and spoilt', () => {
    const whole = JSON.stringify(file, null, 1);
    const spoil = fc.tuple(
      fc.nat(whole.length),
      fc.nat(6),
      fc.constantFrom('', '"', '{', '}', ',', '\t', '&a', '*a', ': ', '\u0000'),
    );
    fc.assert(
      fc.property(spoil, fc.boolean(), ([at, length, put], ends) => {
        examine(whole.slice(0, at) + put + (ends ? '' : whole.slice(at + length)), format, false);
      }),
      { numRuns: 30 },
    );
  });
});
