/** Dify's rules for what code returns, against the table of its cases where that is there. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { checkOutputs, OUTPUT_TYPES, type DeclaredOutput } from './declared-outputs.ts';

const TABLE = new URL('../../../../shared/fixtures/dify/tables/code_outputs.jsonl', import.meta.url);

interface Case {
  declared: DeclaredOutput['type'];
  returned: Json;
  ok: boolean;
  stored?: Json;
}

/** Long values are written short in the table. */
function whole(value: Json): Json {
  const [, kind, length] = /^<(str|list) len (\d+)>$/.exec(String(value)) ?? [];
  if (kind === 'str') return 'x'.repeat(Number(length));
  return kind === 'list' ? Array.from({ length: Number(length) }, () => 1) : value;
}

const cases = existsSync(TABLE)
  ? readFileSync(TABLE, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Case)
  : [];

describe.skipIf(cases.length === 0)('the table of cases', () => {
  it('has all types', () => {
    expect(new Set(cases.map((one) => one.declared))).toEqual(new Set(OUTPUT_TYPES));
    expect(cases.length).toBe(280);
  });

  it.each(cases.map((one, i) => [i, one.declared, JSON.stringify(one.returned).slice(0, 60), one] as const))(
    '%i: %s of %s',
    (_i, type, _text, { returned, ok, stored }) => {
      const value = whole(returned);
      const check = (): Json => checkOutputs({ r: { type } }, { r: value }).r as Json;
      if (!ok) expect(check).toThrow();
      else expect(check()).toEqual(stored === '<same>' ? value : stored);
    },
  );
});

it('wants every declared output and no other', () => {
  expect(() => checkOutputs({ a: { type: 'string' } }, {})).toThrow('Output a is missing.');
  expect(() => checkOutputs({ a: { type: 'string' } }, { a: 'x', b: 1 })).toThrow(
    'Not all output parameters are validated.',
  );
  expect(() => checkOutputs({}, [])).toThrow('must be a dict');
  expect(checkOutputs({ a: { type: 'string' } }, { a: null })).toEqual({ a: null });
});
