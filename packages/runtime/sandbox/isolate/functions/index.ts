/**
 * Owns the dispatch of data functions: `$fn(value, name, args)` in compiled expressions. Pure modules
 * for the isolate: no API of Node, no import but `jmespath`; Luxon is handed in with withDates().
 *
 * Order: list, text that is an instant (handled as a date), text, number, date, object, true or
 * false; then the value's own method; then what works on anything. A name that exists for other types
 * only is an error that says so.
 */
import { FUNCTION_NAMES, FUNCTIONS_BY_TYPE } from '@rondo/core/expression/function-names.ts';
import { arrays } from './arrays.ts';
import { dates, isDateTime } from './dates.ts';
import { NotCallable, typeOf, type FunctionTable } from './error.ts';
import { booleans, numbers } from './numbers.ts';
import { isPlain, objects } from './objects.ts';
import { strings } from './strings.ts';

export { FUNCTION_NAMES };
export { withDates } from './dates.ts';
export { ExpressionError } from './error.ts';
export { library } from './library.ts';

type AnyFunction = (value: never, args: readonly unknown[]) => unknown;
type Table = ReadonlyMap<string, AnyFunction>;

/** Maps, because a name such as `constructor` must not find what objects inherit. */
function tableOf<T>(table: FunctionTable<T>): Table {
  return new Map(Object.entries(table));
}

const ARRAY = tableOf(arrays);
const STRING = tableOf(strings);
const NUMBER = tableOf(numbers);
const DATE = tableOf(dates);
const OBJECT = tableOf(objects);
const BOOLEAN = tableOf(booleans);

/** For values of any type, null and undefined included. */
const ANY = tableOf<unknown>({
  isEmpty: (value) => !value,
  isNotEmpty: (value) => Boolean(value),
});

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Text as JSON writes dates. The length is asked first because this stands before every call on text. */
function instantOf(text: string): Date | null {
  if (text.length !== 24 || !INSTANT.test(text)) return null;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) || date.toISOString() !== text ? null : date;
}

function call(table: Table, value: unknown, name: string, args: readonly unknown[]): { result: unknown } | null {
  const found = table.get(name);
  return found === undefined ? null : { result: found(value as never, args) };
}

function byType(value: unknown, name: string, args: readonly unknown[]): { result: unknown } | null {
  if (Array.isArray(value)) return call(ARRAY, value, name, args);
  switch (typeof value) {
    case 'string': {
      const instant = name === 'toDate' || name === 'toDateTime' ? null : instantOf(value);
      const asDate = instant === null ? null : call(DATE, instant, name, args);
      return asDate ?? call(STRING, value, name, args);
    }
    case 'number':
      return call(NUMBER, value, name, args);
    case 'boolean':
      return call(BOOLEAN, value, name, args);
    case 'object':
      if (value === null) return null;
      if (value instanceof Date || isDateTime(value)) return call(DATE, value, name, args);
      // What is no plain data (a Map, a Duration) keeps its own method of the same name.
      if (!isPlain(value) && typeof (value as Record<string, unknown>)[name] === 'function') return null;
      return call(OBJECT, value, name, args);
    default:
      return null;
  }
}

/** `$fn` of compiled expressions. Throws ExpressionError for wrong use. */
export function callFunction(value: unknown, name: string, args: readonly unknown[]): unknown {
  const done = byType(value, name, args);
  if (done !== null) return done.result;
  if (value !== null && value !== undefined) {
    const own = (value as Record<string, unknown>)[name];
    if (typeof own === 'function') return Reflect.apply(own, value, args);
  }
  const general = call(ANY, value, name, args);
  if (general !== null) return general.result;
  if (value === null || value === undefined) {
    throw new NotCallable(value, name, `${name}() cannot be called on ${typeOf(value)}.`);
  }
  throw new NotCallable(value, name, `${name}() works on ${typesOf(name)}, not on ${typeOf(value)}.`);
}

const TYPE_WORDS = {
  string: 'text',
  number: 'numbers',
  boolean: 'true and false',
  array: 'lists',
  object: 'objects',
  date: 'dates',
};

function typesOf(name: string): string {
  const types = Object.entries(FUNCTIONS_BY_TYPE).filter(([, names]) => (names as readonly string[]).includes(name));
  return types.map(([type]) => TYPE_WORDS[type as keyof typeof TYPE_WORDS]).join(', ') || 'nothing known';
}
