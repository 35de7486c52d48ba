/**
 * Owns the JSON Schema of the native format, printed from the model and the node registry, so that
 * editors complete and check workflow files. The compiler checks more; this is what a schema can say.
 */
import { LIMITS } from '@rondo/core/model/limits.ts';
import type { NodeType, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { registry } from '@rondo/nodes/registry.ts';
import { type Printed, write } from './printed.ts';

export type Schema = { [key: string]: unknown };

const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const text = (description: string): Schema => ({ type: 'string', description });
const flag = (description: string): Schema => ({ type: 'boolean', description });
const whole = (description: string, minimum: number, maximum?: number): Schema => ({
  type: 'integer',
  description,
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
});
const object = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
  additionalProperties: false,
});
const mapOf = (value: Schema, description: string): Schema => ({
  type: 'object',
  description,
  additionalProperties: value,
});
const templateOr = (value: Schema): Schema => {
  const { description, ...rest } = value;
  return { ...(description === undefined ? {} : { description }), anyOf: [rest, ref('template')] };
};

function loopSection(): Schema {
  return object({
    over: { description: 'Template that yields the list to go through. Default: the items that arrive.' },
    size: { description: 'Items per iteration, or all.', anyOf: [{ type: 'integer', minimum: 1 }, { const: 'all' }] },
    parallel: whole('Iterations in flight.', 1, LIMITS['loop.parallel'].cap),
    rate: {
      description: 'At most so many starts in any window of that length. Loops with the same key share it.',
      ...object({ count: whole('Starts.', 1), per: ref('duration'), key: text('Name of a shared rate.') }, [
        'count',
        'per',
      ]),
    },
    limit: whole('Most iterations; passing it is an error.', 1),
    onError: { description: 'What a failed iteration means.', enum: ['stop', 'null', 'drop', 'item', 'port', null] },
    fallback: {
      description: 'With onError item and port: the value given in place of a failed iteration. Sees $error.',
    },
    tolerate: {
      description: 'Failures that are accepted before the loop fails.',
      ...object({ count: whole('Number.', 0), share: { type: 'number', minimum: 0, maximum: 1 } }),
    },
    retry: {
      description: 'Further attempts of a failed iteration.',
      ...object(
        {
          times: whole('Attempts after the first one.', 0, 100),
          delay: ref('duration'),
          backoff: { type: 'number', minimum: 1, maximum: 100, description: 'Factor from one delay to the next.' },
          maxDelay: ref('duration'),
          jitter: { type: 'number', minimum: 0, maximum: 1, description: 'Share of the delay that is random.' },
          always: flag('Failures that repetition does not help are tried again, too.'),
        },
        ['times'],
      ),
    },
    timeout: ref('duration'),
    stopWhen: { description: 'Break: template, evaluated after each iteration with its result as $json.' },
    while: { description: 'Loop only: template, evaluated before each iteration.' },
    until: { description: 'Loop only: template, evaluated after each iteration.' },
    times: templateOr(whole('Loop only: number of iterations.', 0)),
    state: mapOf({}, 'Loop only: the loop variables before the first iteration.'),
    update: mapOf({}, 'Loop only: new values of loop variables, evaluated after each iteration.'),
    collect: { description: 'What the loop gives.', enum: ['concat', 'last', 'position'] },
    flatten: flag('Lists in results are spread into their elements, one level.'),
    give: { description: 'Containers: one item instead of the results, which are $input.all().' },
    pause: ref('duration'),
  });
}

const VALUE_TYPES: Record<ParameterSpec['type'], Schema> = {
  string: { type: 'string' },
  code: { type: 'string' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  object: { type: 'object' },
  list: { type: 'array' },
  duration: ref('duration'),
  any: {},
};

function parameter(spec: ParameterSpec): Schema {
  const value: Schema = { ...VALUE_TYPES[spec.type] };
  if (spec.enum !== undefined) value.enum = spec.enum;
  if (spec.min !== undefined) value.minimum = spec.min;
  if (spec.max !== undefined) value.maximum = spec.max;
  if (spec.fields !== undefined) {
    const required = Object.entries(spec.fields).filter(([, field]) => field.required === true);
    const fields = object(
      Object.fromEntries(Object.entries(spec.fields).map(([name, field]) => [name, parameter(field)])),
      required.map(([name]) => name),
    );
    if (spec.type === 'list') value.items = templateOr(fields);
    else Object.assign(value, fields);
  }
  const facts: Schema = {
    description: spec.description,
    ...(spec.default === undefined ? {} : { default: spec.default }),
  };
  const accepted = spec.type === 'any' || spec.type === 'code' || (spec.type === 'string' && spec.enum === undefined);
  return accepted ? { ...facts, ...value } : { ...facts, anyOf: [value, ref('template')] };
}

/** What a node of one type may have in `with`. */
function ofType(type: NodeType): Schema {
  const specs = Object.entries(type.parameters);
  const required = specs
    .filter(([, spec]) => spec.required === true && spec.default === undefined)
    .map(([name]) => name);
  const parameters = object(Object.fromEntries(specs.map(([name, spec]) => [name, parameter(spec)])), required);
  return {
    if: { properties: { type: { const: type.type } } },
    // oxlint-disable-next-line no-thenable -- a keyword of JSON Schema
    then: { properties: { with: parameters }, ...(required.length === 0 ? {} : { required: ['with'] }) },
  };
}

function nodeSchema(types: readonly NodeType[]): Schema {
  return {
    ...object(
      {
        type: { description: 'Node type; rondo nodes lists all.', enum: types.map((type) => type.type) },
        title: text('Name for people.'),
        notes: text('Notes for people.'),
        after: ref('after'),
        with: mapOf({}, 'Parameters of the node type.'),
        loop: ref('loop'),
        executeOnce: flag('Runs once; the current item is the first.'),
        alwaysOutput: flag('An empty result becomes one item {}.'),
        disabled: flag('Items pass through untouched.'),
        pin: { type: 'array', description: 'Values to use as its output instead of running it.' },
        skipWhen: { description: 'True, before it runs: what arrives goes on as it is.' },
        origin: { type: 'object', description: 'What the node was in the file that it was converted from.' },
        body: { description: 'Containers: the nodes inside.', ...ref('nodes') },
        result: { description: 'Containers: whose output is the result. Default: the last nodes.', ...ref('names') },
      },
      ['type'],
    ),
    allOf: types.map(ofType),
  };
}

/** The pattern of model/shape.ts in the words that every validator of JSON Schema knows. */
const NODE_ID = '^(?!__proto__$)[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]{1,200}$';

function definition(): Schema {
  const limits = Object.entries(LIMITS).map(([name, limit]) => [name, whole(limit.what, 1, limit.cap)]);
  return object(
    {
      rondo: { const: 1, description: 'Version of the format.' },
      $schema: text('Address of this schema, for editors.'),
      id: text('Id that other workflows may call it by.'),
      name: text('Name. Default: the name of the file.'),
      description: text('What it does, for people.'),
      inputs: mapOf(ref('input'), 'What the run may be given. Expressions read it as $vars.'),
      constants: mapOf({}, 'Values by name. Expressions read them as $constants.'),
      conversation: mapOf(
        object({ default: {}, description: text('For people.') }),
        'Variables of the conversation. Expressions read them as $conversation.',
      ),
      settings: object({
        flow: {
          description: 'node: each node finishes its items first. item: each item walks the whole chain.',
          enum: ['node', 'item'],
        },
        timezone: text('Time zone of dates, for example Europe/Berlin. Default UTC.'),
        timeout: ref('duration'),
        dialect: {
          description: 'Names and text rules of expressions.',
          enum: ['native', 'n8n', 'dify', 'openflow'],
        },
        order: { description: 'Nodes run each time items arrive, in the order of n8n.', enum: ['n8n-v1', 'n8n-v0'] },
        strict: flag('Defects of the product that the file came from are kept too.'),
        limits: object(Object.fromEntries(limits) as Record<string, Schema>),
      }),
      nodes: ref('nodes'),
      output: { description: 'Template of the output of the run. Default: the items of the last nodes.' },
      layout: { description: 'Positions for a canvas; the engine never reads it.' },
    },
    ['rondo', 'nodes'],
  );
}

export function schemaOf(types: readonly NodeType[]): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Rondo workflow',
    ...definition(),
    $defs: {
      template: { type: 'string', pattern: '\\{\\{', description: 'Text with {{ expression }}.' },
      duration: {
        description: 'Milliseconds, or text such as 250ms, 30s, 5m, 2h, 1d.',
        anyOf: [
          { type: 'number', minimum: 0 },
          { type: 'string', pattern: '^\\s*\\d+(\\.\\d+)?\\s*(ms|s|m|h|d)\\s*$' },
        ],
      },
      names: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
      after: {
        description: 'The nodes that this one comes after: a, a.port, a list, or a map from input to these.',
        anyOf: [ref('names'), { type: 'object', additionalProperties: ref('names') }],
      },
      nodes: { type: 'object', propertyNames: { pattern: NODE_ID }, additionalProperties: ref('node') },
      node: nodeSchema(types),
      loop: loopSection(),
      input: object({
        type: { enum: ['string', 'number', 'integer', 'boolean', 'object', 'array', 'any'] },
        required: flag('A run without it is refused.'),
        default: { description: 'Value when it is not given.' },
        description: text('For people.'),
        enum: { type: 'array', description: 'The values that are allowed.' },
        maxLength: whole('Most characters of a text.', 0),
      }),
    },
  };
}

export function schema(): Printed {
  return { file: 'docs/schema/workflow.schema.json', text: `${JSON.stringify(schemaOf(registry.list()), null, 2)}\n` };
}

if (import.meta.main) write(schema());
