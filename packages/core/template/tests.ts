/** Owns Jinja2's tests: what stands behind `is`, and in select, reject and their kin. */
import { holds } from './operators.ts';
import { text } from './spell.ts';
import {
  isCallable,
  isFloat,
  isMapping,
  isText,
  Markup,
  numeric,
  numberOf,
  refuse,
  typeName,
  Undefined,
} from './value.ts';
import { isLower, isUpper } from './methods-text.ts';

type Test = (value: unknown, args: unknown[]) => boolean;

const compares =
  (operator: string): Test =>
  (value, [other]) =>
    holds(operator, value, other);

function modulo(value: unknown, by: unknown): number {
  refuse(value);
  const a = numberOf(value);
  const b = numberOf(by);
  if (a === null || b === null) throw new Error(`Only numbers are divisible, not ${typeName(value)}`);
  if (b === 0) throw new Error('division by zero');
  return a % b;
}

function iterable(value: unknown): boolean {
  return value instanceof Undefined || Array.isArray(value) || isText(value) || isMapping(value);
}

function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'boolean' || typeof b === 'boolean' || isFloat(a) !== isFloat(b)) return a === b;
  const x = numeric(a);
  return x !== null ? x === numeric(b) : a === b;
}

let filters: (name: string) => boolean = () => false;

/** Filters know the tests; this is the way back without a circle. */
export function knowFilters(has: (name: string) => boolean): void {
  filters = has;
}

const TESTS = new Map<string, Test>(
  Object.entries({
    boolean: (v) => typeof v === 'boolean',
    callable: (v) => isCallable(v) || v instanceof Undefined,
    defined: (v) => !(v instanceof Undefined),
    undefined: (v) => v instanceof Undefined,
    divisibleby: (v, [by]) => modulo(v, by) === 0,
    even: (v) => modulo(v, 2) === 0,
    odd: (v) => Math.abs(modulo(v, 2)) === 1,
    eq: compares('=='),
    ne: compares('!='),
    lt: compares('<'),
    le: compares('<='),
    gt: compares('>'),
    ge: compares('>='),
    in: compares('in'),
    true: (v) => v === true,
    false: (v) => v === false,
    none: (v) => v === null,
    number: (v) => numeric(v) !== null,
    integer: (v) => typeof v === 'bigint' || (typeof v === 'number' && !isFloat(v)),
    float: isFloat,
    string: isText,
    mapping: isMapping,
    sequence: iterable,
    iterable,
    sameas: (v, [other]) => same(v, other),
    escaped: (v) => v instanceof Markup,
    lower: (v) => isLower(text(v)),
    upper: (v) => isUpper(text(v)),
    filter: (v) => isText(v) && filters(text(v)),
    test: (v) => isText(v) && hasTest(text(v)),
  } satisfies Record<string, Test>),
);
const ALIASES: Record<string, string> = {
  '==': 'eq',
  equalto: 'eq',
  '!=': 'ne',
  '<': 'lt',
  lessthan: 'lt',
  '<=': 'le',
  '>': 'gt',
  greaterthan: 'gt',
  '>=': 'ge',
};
for (const [alias, name] of Object.entries(ALIASES)) TESTS.set(alias, TESTS.get(name) as Test);

const ONE_ARGUMENT = new Set([
  'divisibleby',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'in',
  'sameas',
  ...Object.keys(ALIASES),
]);

export const hasTest = (name: string): boolean => TESTS.has(name);

export function applyTest(name: string, value: unknown, args: readonly unknown[]): boolean {
  const test = TESTS.get(name);
  if (test === undefined) throw new Error(`There is no test ${name}`);
  const wanted = ONE_ARGUMENT.has(name) ? 1 : 0;
  if (args.length !== wanted) throw new Error(`The test ${name} takes ${wanted} arguments, not ${args.length}`);
  return test(value, [...args]);
}
