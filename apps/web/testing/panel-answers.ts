/**
 * Owns answers for the node panel alone: a workflow with two nested loops over a million customers, one run of it, and
 * node types as the registry has them. Typed by the contract. For tests and pictures of the panel.
 */
import { runInNewContext } from 'node:vm';
import type { ParameterView } from '@rondo/api/schemas/node.ts';
import type { Iteration, Loop } from '@rondo/api/schemas/run.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { NodeType, ParameterSpec, PortSpec } from '@rondo/core/model/node-type.ts';
import { SCOPE_NAMES } from '@rondo/core/expression/names.ts';
import { checkDefinition } from '@rondo/core/lint/check.ts';
import { registry } from './registry.ts';
import { type Answers, Refused } from './server.ts';

export const TOTAL = 1_000_000;
const NOW = Date.UTC(2026, 10, 21, 14, 2);

export const DEFINITION: Definition = {
  rondo: 1,
  name: 'Enrich customers',
  inputs: { model: { type: 'string', default: 'house-8b' }, threshold: { type: 'number', default: 0.7 } },
  nodes: {
    customers: { type: 'manual', title: 'customers.csv' },
    enrich: {
      type: 'for-each',
      title: 'Enrich each customer',
      after: 'customers',
      loop: { parallel: 64, rate: { count: 100, per: '1s' }, onError: 'drop', tolerate: { share: 0.05 } },
      body: {
        fetch: { type: 'http-request', title: 'Fetch company', with: { url: 'https://{{ $json.website }}' } },
        ask: {
          type: 'llm',
          title: 'Ask model',
          after: 'fetch',
          loop: { rate: { count: 100, per: '1s' }, retry: { times: 3 } },
          with: {
            connection: { baseUrl: 'http://127.0.0.1:8080/v1', model: 'house-8b' },
            prompt:
              "Classify this company. Answer with sector, size, score.\nName: {{ $loop.item.name }}\nPage: {{ $('fetch').item.json.body.text.slice(0, 4000) }}\nMail: {{ $loop.item.email }}",
            temperature: 'warm' as unknown as number,
          },
        },
        good: {
          type: 'if',
          title: 'Good match?',
          after: 'ask',
          with: { conditions: [{ left: '{{ $json.score }}', op: 'gte', right: 0.7 }] },
        },
        flag: {
          type: 'set',
          title: 'Flag for review',
          after: 'good.false',
          with: { fields: { review: true, name: '{{ $loop.item.name }}' } },
        },
      },
    },
    totals: { type: 'aggregate', title: 'Totals', after: 'enrich', with: { into: 'rows' } },
    tell: {
      type: 'code',
      title: 'Tell the team',
      after: 'totals',
      with: { code: 'return { rows: $json.rows.length };' },
    },
  },
};

const customers: Record<number, Record<string, unknown>> = {
  701111: {
    name: 'Nordlicht Logistik GmbH',
    website: 'nordlicht-log.example',
    country: 'DE',
    email: 'info@nordlicht-log.example',
    contacts: [1, 2, 3, 4],
  },
  0: {
    name: 'Casa Verde',
    website: 'casaverde.example',
    country: 'ES',
    email: 'hello@casaverde.example',
    contacts: [],
  },
  48229: { name: 'Umbra Ltd', website: 'umbra.example', country: 'GB', email: '', contacts: [9] },
};
const customer = (index: number): Record<string, unknown> =>
  customers[index] ?? {
    name: `Company ${index + 1}`,
    website: `c${index + 1}.example`,
    country: 'JP',
    email: `office@c${index + 1}.example`,
    contacts: [1, 2],
  };

const loop: Loop = {
  path: 'enrich',
  node: 'enrich',
  title: 'Enrich each customer',
  status: 'failed',
  total: TOTAL,
  completed: 741_188,
  failed: 930,
  skipped: 0,
  inFlight: 0,
  rate: null,
  leftMs: null,
  startedAt: NOW - 14_100_000,
  durationMs: 14_100_000,
  parallel: 64,
  perSecond: 100,
  defined: null,
} as Loop;

export function iterationOf(index: number): Iteration {
  const failed = index === 701_111;
  const failure = {
    code: 'node-failed',
    message: 'Reply is not valid JSON',
    fix: 'At character 1: a sentence comes before the first brace.',
    node: 'ask',
    data: { reply: 'Sure! Here is the JSON:\n{\n  "sector": "logistics",\n  "size": 240,\n  "score": 0.83\n}' },
  };
  const page = { status: 200, body: { text: 'Wir bewegen Nordeuropa. Spedition seit 1921.', lang: 'de' } };
  return {
    index,
    status: failed ? 'failed' : 'completed',
    input: [customer(index)],
    output: failed ? [] : [{ sector: 'logistics', score: 0.83 }],
    cutAt: null,
    earlier: [],
    steps: [
      {
        id: 'fetch',
        title: 'Fetch company',
        type: 'http-request',
        status: 'completed',
        output: [[page]],
        cut: false,
        failure: null,
        loop: null,
      },
      {
        id: 'ask',
        title: 'Ask model',
        type: 'llm',
        status: failed ? 'failed' : 'completed',
        output: failed ? null : [[{ sector: 'logistics', size: 240, score: 0.83 }]],
        cut: false,
        failure: failed ? failure : null,
        loop: null,
      },
    ],
    logs: failed ? 'asked house-8b\nretry 1\nretry 2\ngave up' : '',
    failure: failed ? failure : null,
    cause: failed ? 'ab12' : null,
    attempts: failed ? 3 : 1,
    usage: { tokensIn: 812, tokensOut: 64, cost: 0.0004 },
    startedAt: NOW - 500_000,
    durationMs: 3_900,
    loops: [],
    previous: null,
    following: null,
  } as Iteration;
}

function parametersOf(specs: Record<string, ParameterSpec>): ParameterView[] {
  return Object.entries(specs).map(([name, spec]) => ({
    name,
    type: spec.type,
    description: spec.description,
    required: spec.required ?? false,
    ...(spec.default === undefined ? {} : { default: spec.default }),
    enum: spec.enum === undefined ? undefined : [...spec.enum],
    min: spec.min,
    max: spec.max,
    evaluate: spec.evaluate ?? 'unit',
    jinja: spec.jinja ?? false,
    fields: spec.fields === undefined ? undefined : parametersOf(spec.fields),
  }));
}

const portsOf = (ports: NodeType['inputs'], raw: Record<string, Json>): PortSpec[] => [
  ...(typeof ports === 'function' ? ports(raw) : ports),
];

function factsOf({ paged = false, unit = 'item' }: NodeType, raw: Record<string, Json>) {
  return {
    paged: typeof paged === 'function' ? paged(raw) : paged,
    unit: typeof unit === 'function' ? unit(raw) : unit,
  };
}

/** Evaluates for the tests, in a context of its own; the real server has an isolate. */
function evaluated(
  template: unknown,
  index: number,
): { value: unknown; failure: { code: string; message: string } | null } {
  if (typeof template !== 'string') return { value: template, failure: null };
  const iteration = iterationOf(index);
  const steps = new Map(iteration.steps.map((one) => [one.id, one.output?.[0]?.[0]]));
  const names = {
    $json: steps.get('fetch'),
    $loop: { item: iteration.input[0], index },
    $: (id: string) => ({ item: { json: steps.get(id) } }),
  };
  try {
    const run = (code: string): unknown => runInNewContext(`(${code})`, names, { timeout: 5_000 });
    const sole = /^\{\{((?:(?!\{\{).)*)\}\}$/s.exec(template.trim());
    if (sole !== null) return { value: run(sole[1] ?? '') ?? null, failure: null };
    return {
      value: template.replaceAll(/\{\{(.*?)\}\}/gs, (_, code: string) => String(run(code) ?? '')),
      failure: null,
    };
  } catch (error) {
    return {
      value: null,
      failure: { code: 'expression-failed', message: error instanceof Error ? error.message : String(error) },
    };
  }
}

export interface PanelState {
  definition: Definition;
  version: number;
  /** Bodies of POST /workflows/{id}/runs. */
  started: unknown[];
  previews: unknown[];
  suggested: unknown[];
}

export interface PanelOptions {
  role?: 'owner' | 'viewer';
  /** There is a run of it. */
  ran?: boolean;
  definition?: Definition;
  /** The model that proposes lists. */
  model?: string | null;
}

export function panelAnswers({
  role = 'owner',
  ran = true,
  definition = DEFINITION,
  model = null,
}: PanelOptions = {}): {
  answers: Answers;
  state: PanelState;
} {
  const state: PanelState = { definition, version: 14, started: [], previews: [], suggested: [] };
  const workflow = () => ({
    id: 'customers',
    name: state.definition.name,
    file: 'customers.yaml',
    version: state.version,
    changedAt: NOW,
    changedBy: 'Ana',
    text: '',
    definition: state.definition as unknown as Record<string, unknown>,
    diagnostics: [],
    triggers: [],
  });
  const summary = {
    id: '7K4Q',
    workflow: 'Enrich customers',
    workflowId: 'customers',
    version: 14,
    status: 'failed',
    control: 'none',
    startedBy: 'Ana',
    trigger: null,
    createdAt: NOW - 14_100_000,
    startedAt: NOW - 14_100_000,
    finishedAt: NOW,
    durationMs: 14_100_000,
    input: '',
    completed: 741_188,
    failed: 930,
    total: TOTAL,
    score: null,
    failure: null,
  } as const;
  const cells = new Uint8Array(8_000).map((_, at) =>
    at > 5_937 ? 0 : at % 97 === 0 || (at > 5_600 && at % 7 === 0) ? 0x52 : 0x20,
  );
  const answers: Answers = {
    'GET /me': () =>
      ({
        setup: false,
        person: { id: 'p1', name: 'Ana', role },
        role,
        scopes:
          role === 'owner'
            ? ['workflow:read', 'workflow:write', 'run:start', 'run:read', 'secret:use', 'secret:write', 'admin']
            : ['workflow:read', 'run:read'],
        version: '0.1.0',
      }) as never,
    'GET /workflows/{id}': () => workflow() as never,
    'PUT /workflows/{id}/presence': () => ({ people: [], version: state.version, changedBy: null }),
    'PUT /workflows/{id}': ({ body }) => {
      state.definition = (body as { definition: Definition }).definition;
      state.version += 1;
      return workflow() as never;
    },
    'POST /workflows/check': ({ body }) =>
      ({
        diagnostics: checkDefinition((body as { definition: Definition }).definition, registry),
        explanations: [],
      }) as never,
    'GET /nodes': () => ({
      nodes: registry.list().map((one) => ({
        type: one.type,
        title: one.title,
        description: one.description,
        group: one.group,
        work: one.work,
        inputs: portsOf(one.inputs, {}),
        outputs: portsOf(one.outputs, {}),
        dynamicPorts: [one.inputs, one.outputs, one.unit, one.paged].some((part) => typeof part === 'function'),
        ...factsOf(one, {}),
        block: one.block ?? false,
        trigger: one.trigger ?? null,
        parameters: parametersOf(one.parameters),
        examples: one.examples.map(({ title, with: given }) => ({ title, with: given })),
      })) as never,
    }),
    'POST /nodes/ports': ({ body }) => {
      const nodes = (body as { nodes: Record<string, { type: string; with?: Record<string, Json> }> }).nodes;
      const known = Object.entries(nodes).flatMap(([id, node]) => {
        const type = registry.get(node.type);
        if (type === undefined) return [];
        const raw = node.with ?? {};
        return [
          [
            id,
            { inputs: portsOf(type.inputs, raw), outputs: portsOf(type.outputs, raw), ...factsOf(type, raw) },
          ] as const,
        ];
      });
      return { nodes: Object.fromEntries(known) } as never;
    },
    'GET /expressions/names': () => ({
      names: [...SCOPE_NAMES],
      functions: ['extractEmail', 'toTitleCase', 'round'],
      model,
    }),
    'POST /expressions/preview': ({ body }) => {
      state.previews.push(body);
      const { template, run } = body as { template: unknown; run?: { indices: number[] } };
      return { results: (run?.indices ?? []).map((index) => evaluated(template, index)) };
    },
    'POST /expressions/suggest': ({ body }) => {
      state.suggested.push(body);
      return {
        expression: "{{ $('customers').first().json.regions }}",
        why: 'Regions is the list that the task names.',
        count: 41,
        first: [{ name: 'Nord\u202e' }, { name: 'West' }],
        told: ["- $('customers').first().json.regions: list of 41, each an object (name: text)"],
        model: 'house-8b',
      };
    },
    'GET /runs': () => ({ items: ran ? [summary as never] : [], next: null }),
    'GET /runs/{id}': () =>
      ({
        ...summary,
        definition: state.definition as unknown as Record<string, unknown>,
        output: null,
        alive: false,
        heartbeatAt: null,
        loops: [loop],
        shown: 'enrich',
        usage: { tokensIn: 1, tokensOut: 1, cost: 412 },
        waits: [],
      }) as never,
    'GET /runs/{id}/loops': ({ query }) => ({ loops: query.get('under') === null ? [loop] : [] }),
    'GET /runs/{id}/loops/{path}/iterations': ({ query }) => {
      const index = query.get('status') === 'failed' ? 701_111 : query.get('status') === 'completed' ? 48_229 : 0;
      return {
        items: [
          {
            index,
            status: 'completed',
            item: '',
            text: '',
            cause: null,
            node: null,
            attempts: 1,
            durationMs: 1,
            startedAt: NOW,
          },
        ],
        next: null,
        searched: null,
      } as never;
    },
    'GET /runs/{id}/loops/{path}/iterations/{index}': ({ params }) => {
      if (params['path'] !== 'enrich') throw new Refused(404, 'not-found', 'There is no such loop.');
      return iterationOf(Number(params['index']));
    },
    'GET /runs/{id}/loops/{path}/fields': () => ({
      looked: 500,
      of: TOTAL,
      fields: [
        { path: ['name'], empty: 0, items: null, values: null },
        { path: ['email'], empty: 12, items: null, values: null },
        { path: ['contacts'], empty: 0, items: { least: 0, most: 31 }, values: null },
        { path: ['country'], empty: 0, items: null, values: 41 },
      ],
    }),
    'GET /runs/{id}/loops/{path}/score': () => ({
      revision: 1,
      by: 'position',
      total: TOTAL,
      per: 125,
      columns: 250,
      rows: 32,
      cells: Buffer.from(cells).toString('base64'),
    }),
    'GET /runs/{id}/loops/{path}/causes': () => ({
      causes: [
        {
          id: 'ab12',
          message: 'Reply is not valid JSON',
          node: 'ask',
          count: 318,
          first: 700_000,
          last: 742_000,
          columns: [],
          pattern: 'still failing',
        },
      ],
    }),
    'POST /workflows/{id}/runs': ({ body }) => {
      state.started.push(body);
      return { id: '7K4Q', status: 'queued' };
    },
  };
  return { answers, state };
}
