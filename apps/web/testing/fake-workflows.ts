/** Owns workflows for pictures and tests of the editor: one like in the design, saved by version; node types are the real ones. */
import type { NodeTypeView, ParameterView } from '@rondo/api/schemas/node.ts';
import type { Workflow } from '@rondo/api/schemas/workflow.ts';
import { convert, detectFormat } from '@rondo/core/convert/convert.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import type { NodeType, ParameterSpec, PortSpec } from '@rondo/core/model/node-type.ts';
import { registry } from './registry.ts';
import { check } from '../editor/check/check.ts';
import { apply } from '../editor/document/commands.ts';
import { placesOf } from '../editor/scene/layout.ts';
import { type Answers, Refused } from './server.ts';

const UNFOLDED: Definition = {
  rondo: 1,
  name: 'Enrich customers',
  nodes: {
    'customers.csv': { type: 'extract-file', with: { file: 'customers.csv' }, after: 'start' },
    'start': { type: 'manual' },
    'enrich': {
      type: 'for-each',
      title: 'Enrich each customer',
      after: 'customers.csv',
      loop: { parallel: 64, onError: 'null', rate: { count: 80, per: '1s' } },
      body: {
        'Fetch company': { type: 'http-request', with: { url: 'https://api.example.com/{{ $json.id }}' } },
        'Ask until valid': {
          type: 'loop',
          after: 'Fetch company',
          loop: { until: '{{ $json.reply_is_valid === true }}', limit: 3, collect: 'last' },
          body: {
            'Ask model': {
              type: 'llm',
              with: {
                connection: { baseUrl: 'http://127.0.0.1:1', model: 'small' },
                prompt: 'Sector of {{ $json.name }}?',
              },
            },
          },
        },
        'Good match?': {
          type: 'if',
          after: 'Ask until valid',
          with: { conditions: [{ left: '{{ $json.score }}', op: 'gte', right: 0.7, type: 'number' }] },
        },
        'Each contact': {
          type: 'for-each',
          after: 'Good match?.true',
          loop: { over: '{{ $json.contacts }}' },
          body: {
            pick: { type: 'set', with: { fields: { mail: '{{ $json.mail }}' } } },
            find: { type: 'http-request', after: 'pick', with: { url: 'https://api.example.com' } },
            store: { type: 'set', after: 'find', with: { fields: { found: true } } },
          },
        },
        'Flag for review': { type: 'set', after: 'Good match?.false', with: { fields: { review: true } } },
      },
    },
    'Totals': { type: 'aggregate', after: 'enrich' },
    'Tell the team': {
      type: 'slack',
      after: 'enrich',
      with: { secret: 'slack', channel: '#sales', text: 'Customers are enriched' },
    },
  },
  layout: {
    hint: {
      x: 0,
      y: 330,
      note: 'Nightly. Keep the model calls under 80 a second, the account is shared with Support.',
    },
  },
};

const folded = apply(UNFOLDED, { do: 'fold', id: 'Each contact', collapsed: true });
export const ENRICH: Definition =
  'definition' in folded ? { ...folded.definition, layout: { ...placesWithFold(folded.definition) } } : UNFOLDED;

/** Arranged with the small size of what is folded. */
function placesWithFold(definition: Definition): NonNullable<Definition['layout']> {
  const layout: NonNullable<Definition['layout']> = { ...definition.layout };
  for (const [id, { x, y }] of placesOf(definition, true)) layout[id] = { ...layout[id], x, y };
  return layout;
}

const ports = (spec: NodeType['inputs'], raw: Record<string, never>): PortSpec[] => [
  ...(typeof spec === 'function' ? spec(raw) : spec),
];

function parameterOf(name: string, spec: ParameterSpec): ParameterView {
  const { type, description, required = false, evaluate = 'unit', jinja = false, fields } = spec;
  return {
    name,
    type,
    description,
    required,
    evaluate,
    jinja,
    ...(spec.default === undefined ? {} : { default: spec.default }),
    ...(spec.enum === undefined ? {} : { enum: [...spec.enum] }),
    ...(fields === undefined ? {} : { fields: Object.entries(fields).map(([key, inner]) => parameterOf(key, inner)) }),
  };
}

function viewOf(type: NodeType): NodeTypeView {
  const { inputs, outputs, paged, unit } = type;
  return {
    type: type.type,
    title: type.title,
    description: type.description,
    group: type.group,
    work: type.work,
    inputs: ports(inputs, {}),
    outputs: ports(outputs, {}),
    dynamicPorts: [inputs, outputs, paged, unit].some((one) => typeof one === 'function'),
    paged: typeof paged === 'function' ? paged({}) : (paged ?? false),
    ...(unit === undefined ? {} : { unit: typeof unit === 'function' ? unit({}) : unit }),
    safe: type.safe ?? false,
    block: type.block ?? false,
    runsOnEmpty: type.runsOnEmpty ?? false,
    trigger: type.trigger ?? null,
    parameters: Object.entries(type.parameters).map(([name, spec]) => parameterOf(name, spec)),
    examples: [],
  };
}

export const NODE_VIEWS: readonly NodeTypeView[] = registry.list().map(viewOf);

/** Routes of workflows and node types over one workflow that is kept while the fixture runs. */
export function workflowAnswers(first: Definition = ENRICH): Answers & { saved: Definition[] } {
  const saved: Definition[] = [first];
  const at = Date.now();
  const view = (version = saved.length): Workflow => {
    const definition = saved[version - 1];
    if (definition === undefined) throw new Refused(404, 'not-found', `There is no version ${version}.`);
    return {
      id: 'enrich',
      name: definition.name,
      file: 'enrich.yaml',
      version: 13 + version,
      changedAt: at,
      changedBy: 'Ana',
      text: '',
      definition: definition as unknown as Record<string, unknown>,
      diagnostics: [],
      triggers: [],
    };
  };
  const answers: Answers = {
    'GET /nodes': () => ({ nodes: [...NODE_VIEWS] }),
    'POST /nodes/ports': ({ body }) => {
      const { nodes } = body as { nodes: Record<string, { type: string; with?: Record<string, never> }> };
      return {
        nodes: Object.fromEntries(
          Object.entries(nodes).flatMap(([id, { type, with: raw = {} }]) => {
            const known = registry.get(type);
            if (known === undefined) return [];
            const { paged, unit } = known;
            return [
              [
                id,
                {
                  inputs: ports(known.inputs, raw),
                  outputs: ports(known.outputs, raw),
                  paged: typeof paged === 'function' ? paged(raw) : (paged ?? false),
                  ...(unit === undefined ? {} : { unit: typeof unit === 'function' ? unit(raw) : unit }),
                },
              ],
            ];
          }),
        ),
      };
    },
    'GET /workflows/{id}': ({ query }) =>
      view(query.get('version') === null ? undefined : Number(query.get('version')) - 13),
    'POST /workflows/check': ({ body }) => {
      const { definition } = body as { definition: Definition };
      const { diagnostics, explanations } = check(definition, registry);
      return { diagnostics: [...diagnostics], explanations: [...explanations], plan: null };
    },
    'POST /workflows/convert': ({ body }) => {
      const { text, strict, file } = body as { text: string; strict: boolean; file: string };
      const format = detectFormat(text, file);
      if (format === null) throw new Refused(422, 'unknown-format', 'This is no workflow of another product.');
      const { definition, diagnostics } = convert(text, format, { strict, file });
      return { format, definition: definition as unknown as Record<string, unknown> | null, text: null, diagnostics };
    },
    'POST /workflows': ({ body }) => {
      const { definition } = body as { definition: Definition };
      saved.push(definition);
      return view();
    },
    'PUT /workflows/{id}/presence': () => ({
      people: [{ name: 'Otto', since: Date.now() - 60_000 }],
      version: 1,
      changedBy: null,
    }),
    'PUT /workflows/{id}': ({ body }) => {
      const { definition, version } = body as { definition: Definition; version: number };
      if (version !== 13 + saved.length) throw new Refused(409, 'conflict', 'Another version was saved meanwhile.');
      saved.push(definition);
      return view();
    },
    'GET /workflows/{id}/versions': () => ({
      items: saved
        .map((_, index) => ({
          version: 14 + index,
          changedAt: at,
          changedBy: 'Ana',
          note: index === 0 ? 'First version' : 'Edited',
          runs: index === 0 ? 128 : 0,
        }))
        .toReversed(),
      next: null,
    }),
  };
  return Object.assign(answers, { saved });
}
