/** Owns the functions that expressions call by name, such as `$ifEmpty` and `range`. */
import jmespath from 'jmespath';
import { luxon } from './dates.ts';
import { ExpressionError, typeOf } from './error.ts';
import { isPlain, setOwn, type Plain } from './objects.ts';

/** A list longer than this is a mistake and would take the memory of the isolate. */
const LONGEST = 10_000_000;

const max = (...numbers: number[]): number => Math.max(...numbers);
const min = (...numbers: number[]): number => Math.min(...numbers);
const average = (...numbers: number[]): number => numbers.reduce((total, number) => total + number, 0) / numbers.length;
const not = (value: unknown): boolean => !value;

/** Calls of $if are compiled to a conditional; this one serves where it is handed on as a function. */
function $if(...args: unknown[]): unknown {
  if (args.length < 2) throw new ExpressionError('$if needs a condition and a value.');
  return args[0] ? args[1] : args.length > 2 ? args[2] : false;
}

function $ifEmpty(...args: unknown[]): unknown {
  if (args.length !== 2) throw new ExpressionError('$ifEmpty needs a value and what to use instead.');
  const [value, other] = args;
  const isEmpty =
    value === undefined ||
    value === null ||
    value === '' ||
    (Array.isArray(value) && value.length === 0) ||
    (isPlain(value) && Object.keys(value).length === 0);
  return isEmpty ? other : value;
}

function steps(from: number, step: number, count: number, name: string): number[] {
  if (!Number.isFinite(from) || !Number.isFinite(step) || !(count <= LONGEST)) {
    throw new ExpressionError(`${name}() needs numbers that make a list of at most ${LONGEST} elements.`);
  }
  return Array.from({ length: Math.max(count, 0) }, (_, i) => from + i * step);
}

/** Whole numbers from `start` to `end`, both included, up or down. */
function numberList(start: number, end: number): number[] {
  return steps(start, start <= end ? 1 : -1, Math.floor(Math.abs(end - start)) + 1, 'numberList');
}

/** `range(n)`, `range(from, to)`, `range(from, to, step)`; `to` is not included. */
function range(first: number, to?: number, step = 1): number[] {
  if (typeof first !== 'number' || step === 0)
    throw new ExpressionError('range() needs numbers and a step that is not 0.');
  const [from, end] = to === undefined ? [0, first] : [first, to];
  return steps(from, step, Math.ceil((end - from) / step), 'range');
}

function zip(keys: unknown, values: unknown): Plain {
  if (!Array.isArray(keys) || !Array.isArray(values) || keys.length !== values.length) {
    throw new ExpressionError('zip() needs two lists of equal length.');
  }
  const zipped: Plain = {};
  keys.forEach((key, i) => setOwn(zipped, String(key), values[i]));
  return zipped;
}

function $jmespath(data: unknown, query: unknown): unknown {
  if (typeof data !== 'object' || data === null)
    throw new ExpressionError(`$jmespath needs an object or list, not ${typeOf(data)}.`);
  if (typeof query !== 'string') throw new ExpressionError(`$jmespath needs a query as text, not ${typeOf(query)}.`);
  try {
    return jmespath.search(data, query);
  } catch (error) {
    throw new ExpressionError(`$jmespath: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** DateTime, Duration and Interval are getters: reading one is what loads the date library. */
export const library = {
  $if,
  $ifEmpty,
  $max: max,
  $min: min,
  $average: average,
  $not: not,
  max,
  min,
  average,
  not,
  numberList,
  zip,
  range,
  $jmespath,
  get DateTime() {
    return luxon().DateTime;
  },
  get Duration() {
    return luxon().Duration;
  },
  get Interval() {
    return luxon().Interval;
  },
};
