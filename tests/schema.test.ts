/**
 * Owns the check that the published JSON Schema is up to date, accepts every example, refuses
 * what the format refuses, and knows the same fields as the parser.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDefinition } from '@rondo/core/model/format.ts';
import { checkShape } from '@rondo/core/model/shape.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { registry } from '@rondo/nodes/registry.ts';
import { describe, expect, it } from 'vitest';
import { isUpToDate } from '../scripts/printed.ts';
import { repositoryFiles, ROOT } from '../scripts/repository.ts';
import { schema, schemaOf, type Schema } from '../scripts/schema.ts';
import { problems } from './schema-validator.ts';

const root = schemaOf(registry.list());
const workflows = repositoryFiles().filter((file) => /^(examples|apps)\/.*\.ya?ml$/.test(file));

/** Fields that the parser knows at a place: it lists them when it meets one that it does not know. */
function fieldsOfParser(value: Json): string[] {
  const message = checkShape(value).find((d) => d.code === 'unknown-field')?.message ?? '';
  return (/Fields here: (.*)\./.exec(message)?.[1] ?? '').split(', ').sort();
}

const fieldsOf = (one: unknown): string[] => Object.keys((one as Schema).properties as Schema).sort();

describe('the JSON Schema of the format', () => {
  it('is up to date', () => {
    expect(isUpToDate(schema()), 'run: npm run schema').toBe(true);
  });

  it.each(workflows)('accepts %s', (file) => {
    expect(problems(root, parseDefinition(readFileSync(join(ROOT, file), 'utf8'), file).definition)).toEqual([]);
  });

  it.each([
    ['another version', { rondo: 2, nodes: {} }],
    ['no nodes', { rondo: 1 }],
    ['an unknown field', { rondo: 1, nodes: {}, node: {} }],
    ['an unknown node type', { rondo: 1, nodes: { a: { type: 'sett' } } }],
    ['an unknown parameter', { rondo: 1, nodes: { a: { type: 'set', with: { field: {} } } } }],
    ['a missing parameter', { rondo: 1, nodes: { a: { type: 'http-request', with: { method: 'GET' } } } }],
    ['a parameter of the wrong type', { rondo: 1, nodes: { a: { type: 'limit', with: { max: 'many' } } } }],
    ['a bad node id', { rondo: 1, nodes: { 'a\nb': { type: 'set' } } }],
    ['a loop of size 0', { rondo: 1, nodes: { a: { type: 'set', loop: { size: 0 } } } }],
    ['a bad duration', { rondo: 1, nodes: { a: { type: 'set', loop: { pause: 'soon' } } } }],
    ['a limit over its cap', { rondo: 1, nodes: {}, settings: { limits: { 'loop.nesting': 999 } } }],
    [
      'a mistake inside a body',
      { rondo: 1, nodes: { a: { type: 'for-each', body: { b: { type: 'set', lop: {} } } } } },
    ],
  ])('refuses %s', (_what, value) => {
    expect(problems(root, value)).not.toEqual([]);
  });

  it('accepts templates where values are typed', () => {
    expect(problems(root, { rondo: 1, nodes: { a: { type: 'limit', with: { max: '{{ $vars.most }}' } } } })).toEqual(
      [],
    );
  });

  it('knows the fields that the parser knows', () => {
    const defs = root.$defs as Record<string, unknown>;
    const odd = { zzzzzzzzzzzzzzzzzzzz: 1 };
    const node = (more: Record<string, Json>): Json => ({ rondo: 1, nodes: { a: { type: 'set', ...more } } });
    expect(fieldsOf(root)).toEqual(fieldsOfParser({ rondo: 1, nodes: {}, ...odd }));
    expect(fieldsOf(defs.node)).toEqual(fieldsOfParser(node(odd)));
    expect(fieldsOf(defs.loop)).toEqual(fieldsOfParser(node({ loop: odd })));
    expect(fieldsOf(defs.input)).toEqual(fieldsOfParser({ rondo: 1, nodes: {}, inputs: { a: odd } }));
    const settings = (root.properties as Schema).settings;
    expect(fieldsOf(settings)).toEqual(fieldsOfParser({ rondo: 1, nodes: {}, settings: odd }));
  });
});
