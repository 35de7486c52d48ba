/** Owns JSON Schema: whether values fit a schema. run.ts does the work. */
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

export const node = defineNode({
  type: 'json-schema',
  title: 'JSON Schema',
  description:
    'Checks values against a JSON Schema (2020-12, 2019-09, draft 7 or 6). Items that fit leave by valid, the others by invalid with the list of ' +
    'what is wrong.',
  group: 'data',
  work: 'effect',
  safe: true,
  inputs: MAIN,
  outputs: [
    { name: 'valid', description: 'Items that fit.' },
    { name: 'invalid', description: 'Items that do not, with a list of what is wrong.' },
  ],
  parameters: {
    schema: {
      type: 'any',
      description: 'The JSON Schema, as an object or its JSON text. References lead to its own parts only.',
      required: true,
    },
    value: { type: 'any', description: 'The value to check. Default: the whole item.' },
    errorsField: {
      type: 'string',
      description: 'Dot path of the field for what is wrong: a list of { path, message, rule }.',
      default: 'errors',
    },
    maxErrors: { type: 'integer', description: 'Most errors in the list.', default: 20, min: 1, max: 1000 },
    formats: {
      type: 'boolean',
      description: 'Whether format is checked: date-time, email, uri, uuid and the others that are known.',
      default: true,
    },
    convert: {
      type: 'boolean',
      description:
        'Numbers, true and false that are written as text become values, and defaults of the schema are filled in. Only for whole items.',
      default: false,
    },
    removeExtra: {
      type: 'boolean',
      description:
        'With convert: fields that additionalProperties: false forbids are taken away instead of being wrong.',
      default: false,
    },
  },
  examples: [
    {
      title: 'Orders that are complete',
      input: [{ id: 1, mail: 'nobody' }],
      with: {
        schema: {
          type: 'object',
          required: ['id', 'mail'],
          properties: { id: { type: 'integer' }, mail: { type: 'string', format: 'email' } },
        },
      },
      output: {
        invalid: [
          { id: 1, mail: 'nobody', errors: [{ path: 'mail', message: 'must match format "email"', rule: 'format' }] },
        ],
      },
    },
    {
      title: 'Values as text, and defaults',
      input: [{ qty: '3' }],
      with: {
        schema: {
          type: 'object',
          properties: { qty: { type: 'number', minimum: 1 }, unit: { type: 'string', default: 'kg' } },
        },
        convert: true,
        removeExtra: false,
        formats: true,
        maxErrors: 5,
      },
      output: { valid: [{ qty: 3, unit: 'kg' }] },
    },
    {
      title: 'One field',
      input: [{ tags: ['a', 'a'] }],
      with: { schema: '{"type":"array","uniqueItems":true}', value: '{{ $json.tags }}', errorsField: 'wrong' },
      output: {
        invalid: [
          {
            tags: ['a', 'a'],
            wrong: [
              {
                path: '',
                message: 'must NOT have duplicate items (items ## 0 and 1 are identical)',
                rule: 'uniqueItems',
              },
            ],
          },
        ],
      },
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
