/**
 * Expressions of the reference tables in ../shared/fixtures (absent elsewhere): compiled by core,
 * called as the isolate calls it, compared with what the original product gave.
 */
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { compileFunction } from 'node:vm';
import * as luxon from 'luxon';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileParameter } from '@rondo/core/expression/compile.ts';
import { NATIVE_NAMES } from '@rondo/core/expression/names.ts';
import { callFunction, library, withDates } from './index.ts';

const FIXTURES = new URL('../../../../../../shared/fixtures/', import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, FIXTURES), 'utf8'));

type Evaluate = (scope: Record<string, unknown>) => unknown;

/** As the isolate does it; `forgiving` swallows errors of the language as the original does. */
function prepare(text: string, forgiving: boolean): Evaluate {
  const { template } = compileParameter(text, { path: [], names: NATIVE_NAMES, nodes: new Set() });
  const run = (code: string, scope: Record<string, unknown>): unknown => {
    const names = { $fn: callFunction, ...library, ...scope };
    try {
      const body = `"use strict"; return (${code}\n);`;
      return (compileFunction(body, Object.keys(names)) as (...values: unknown[]) => unknown)(...Object.values(names));
    } catch (error) {
      if (forgiving && (error instanceof TypeError || error instanceof ReferenceError)) return undefined;
      throw error;
    }
  };
  if (template.kind === 'literal') return () => template.value;
  if (template.kind === 'expression') return (scope) => run(template.code, scope);
  if (template.kind !== 'text') throw new Error(template.kind);
  return (scope) =>
    template.parts.map((part) => (typeof part === 'string' ? part : String(run(part.code, scope) ?? ''))).join('');
}

/** `{"$undefined":true}` and the like as values. */
function special(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(special);
  if (typeof value !== 'object' || value === null) return value;
  const known = value as Record<string, unknown>;
  if (known.$undefined === true) return undefined;
  if (typeof known.$number === 'string') return Number(known.$number);
  if (typeof known.$date === 'string') return new Date(known.$date);
  return Object.fromEntries(Object.entries(known).map(([key, member]) => [key, special(member)]));
}

const body = (text: string): string => (text.startsWith('=') ? text.slice(1) : text);

beforeAll(() => {
  withDates(() => luxon);
});
afterAll(() => {
  luxon.Settings.defaultZone = 'system';
});

interface Case {
  expression: string;
  matcher: string;
  expected?: unknown;
}

/** What the tables cannot say or say about another moment. */
function cannotBeCompared({ expression, expected }: Case): boolean {
  const written = JSON.stringify(expected ?? null);
  return (
    // Measured from the moment the table was written.
    expression.includes('isInLast') ||
    // The original compared with a mocked or unprintable value.
    written.includes('"$dateTime":null') ||
    written.includes('Invalid') ||
    (expression.includes('Number(100).format()') && written === '{}') ||
    // The original only asked that the result contains these, in any number.
    expression.includes('"repeat","repeat","a","b","c"].unique()')
  );
}

/** Differences on purpose: data may have such keys, so they are kept instead of refused. */
const DELIBERATE = [
  '({__proto__: {polluted: true}}).compact()',
  '({constructor: {prototype: {polluted: true}}}).compact()',
];

const hasTables = existsSync(new URL('n8n/workflow/expression-extension-cases.json', FIXTURES));

describe.skipIf(!hasTables)('data functions of the reference table', () => {
  const all = hasTables ? (read('n8n/workflow/expression-extension-cases.json') as Case[]) : [];
  const cases = all.filter((one) => !cannotBeCompared(one));

  /** Undefined members count as absent, as in the comparison that the table was made with. */
  const withoutUndefined = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(withoutUndefined);
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([key, member]) => [key, withoutUndefined(member)]));
  };

  /** What a matcher of the table asks of a result. */
  const matches: Record<string, (actual: unknown, expected: unknown) => boolean> = {
    'toEqual': (actual, expected) => isDeepStrictEqual(withoutUndefined(actual), withoutUndefined(expected)),
    'toBe': (actual, expected) => Object.is(actual, expected),
    'toBeUndefined': (actual) => actual === undefined,
    'toBeNaN': (actual) => Number.isNaN(actual),
    'toBeDefined': (actual) => actual !== undefined,
    'not.toBeUndefined': (actual) => actual !== undefined,
    'toBeInstanceOf': (actual) => luxon.DateTime.isDateTime(actual),
  };

  /** Null when the result is the one of the table. */
  function verdict({ expression, matcher, expected: written }: Case): string | null {
    luxon.Settings.defaultZone = 'America/New_York';
    const expected = special(written);
    const isError = matcher.startsWith('toThrow');
    try {
      const actual = prepare(body(expression), false)({ $now: luxon.DateTime.now() });
      const isRight = !isError && matches[matcher]?.(actual, expected) === true;
      return isRight ? null : `${expression}: ${JSON.stringify(actual)}`;
    } catch (error) {
      const message = (error as Error).message;
      const isRight = isError && (typeof expected !== 'string' || message.includes(expected));
      return isRight ? null : `${expression}: ${message}`;
    }
  }

  it('gives the same results, but for the differences on purpose', () => {
    const failures = cases.map((one) => [one, verdict(one)] as const).filter(([, reason]) => reason !== null);
    const unexpected = failures.filter(([one]) => !DELIBERATE.some((text) => one.expression.includes(text)));
    expect(unexpected.map(([, reason]) => reason)).toEqual([]);
    expect(failures).toHaveLength(DELIBERATE.length);
    expect(cases.length).toBeGreaterThan(330);
  });
});

describe.skipIf(!hasTables)('expressions of the reference table', () => {
  interface Row {
    expression: string;
    tests: { type: string; input?: unknown[]; output?: unknown; error?: unknown }[];
  }
  const rows = hasTables ? (read('n8n/workflow/expression-fixtures.json') as Row[]) : [];
  const tests = rows.flatMap(({ expression, tests: list }) =>
    list
      .filter((test) => test.type === 'evaluation' && test.error === undefined)
      .map((test) => ({ expression, ...test })),
  );

  it.each(tests)('$expression of $input', ({ expression, input, output }) => {
    const [$json] = input as unknown[];
    const scope = { $json, $runIndex: 0, $item: () => ({ $json }) };
    expect(prepare(body(expression), true)(scope)).toEqual(special(output));
  });
});

describe.skipIf(!hasTables)('recorded expressions', () => {
  interface Node {
    parameters: { assignments?: { assignments: { name: string; type: string; value: string }[] } };
  }
  interface Recorded {
    runs: Record<string, { outputs: { json: Record<string, unknown> }[][] }[]>;
  }
  const files = [
    '01-strings',
    '02-arrays',
    '03-objects',
    '04-numbers-booleans',
    '05-dates',
    '06-logic-helpers',
    '07-templates',
  ];

  it.each(files)('expr-%s', (file) => {
    luxon.Settings.defaultZone = 'UTC';
    const nodes = (read(`n8n-recorded/expr-${file}.json`) as { nodes: Node[] }).nodes;
    const { runs } = read(`n8n-recorded/expr-${file}.expected.json`) as Recorded;
    const json = (node: string): Record<string, unknown> => runs[node]?.[0]?.outputs[0]?.[0]?.json ?? {};
    const actual: Record<string, unknown> = {};
    for (const { name, type, value } of nodes.flatMap((node) => node.parameters.assignments?.assignments ?? [])) {
      // Escapes are another format's: there the backslash stays.
      if (!value.startsWith('=') || value.includes('\\{{')) {
        actual[name] = body(value);
        continue;
      }
      const result = prepare(body(value), true)({ $json: structuredClone(json('Begin')) }) ?? null;
      actual[name] =
        result === null ? null : type === 'string' ? String(result) : type === 'number' ? Number(result) : result;
    }
    expect(actual).toEqual(json('X'));
  });
});
