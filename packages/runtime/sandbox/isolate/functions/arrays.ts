/** Owns the data functions of lists. None changes the list it is called on. */
import { fingerprint } from './equality.ts';
import { ExpressionError, typeOf, type FunctionTable } from './error.ts';
import { compactObject, isEmptyValue, isPlain, setOwn, type Plain } from './objects.ts';

function numbersOf(list: readonly unknown[], name: string): number[] {
  for (const element of list) {
    if (typeof element !== 'number') {
      throw new ExpressionError(`${name}() needs a list of numbers; one element is ${typeOf(element)}.`);
    }
  }
  return list as number[];
}

function sum(list: readonly unknown[], name = 'sum'): number {
  let total = 0;
  for (const number of numbersOf(list, name)) total += number;
  return total;
}

function unique(list: readonly unknown[], keys: readonly unknown[]): unknown[] {
  const fields = keys.flat().map(String);
  const seen = new Set<string>();
  return list.filter((element) => {
    const identity =
      fields.length === 0
        ? fingerprint(element)
        : isPlain(element)
          ? fingerprint(fields.map((field) => element[field]))
          : // Without fields there is nothing to compare by but the element itself.
            `whole ${fingerprint(element)}`;
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}

function pluck(list: unknown[], names: readonly unknown[]): unknown[] {
  const fields = names.flat().map(String);
  if (fields.length === 0) return list;
  const found: unknown[] = [];
  for (const element of list) {
    if (!isPlain(element)) continue;
    const values = fields.filter((field) => Object.hasOwn(element, field)).map((field) => element[field]);
    if (values.length > 0) found.push(fields.length === 1 ? values[0] : values);
  }
  return found;
}

function compact(list: readonly unknown[]): unknown[] {
  return list
    .filter((element) => !isEmptyValue(element))
    .map((element) => (isPlain(element) ? compactObject(element) : element));
}

function smartJoin(list: readonly unknown[], [keyField, valueField]: readonly unknown[]): Plain {
  if (typeof keyField !== 'string' || typeof valueField !== 'string' || keyField === '' || valueField === '') {
    throw new ExpressionError("smartJoin() needs two field names, such as smartJoin('name', 'value').");
  }
  const joined: Plain = {};
  for (const element of list) {
    if (isPlain(element) && Object.hasOwn(element, keyField) && Object.hasOwn(element, valueField)) {
      setOwn(joined, String(element[keyField]), element[valueField]);
    }
  }
  return joined;
}

function chunk(list: readonly unknown[], [size]: readonly unknown[]): unknown[][] {
  if (typeof size !== 'number' || !(size >= 1)) throw new ExpressionError('chunk() needs a size of 1 or more.');
  const step = Math.floor(size);
  const chunks: unknown[][] = [];
  for (let at = 0; at < list.length; at += step) chunks.push(list.slice(at, at + step));
  return chunks;
}

/** A renamed field goes to the end, as if the old one were deleted and the new one set. */
function renameKeys(list: readonly unknown[], args: readonly unknown[]): unknown[] {
  if (args.length === 0 || args.length % 2 !== 0 || !args.every((name) => typeof name === 'string')) {
    throw new ExpressionError("renameKeys() needs pairs of names, such as renameKeys('from', 'to').");
  }
  const names = args as readonly string[];
  return list.map((element) => {
    if (!isPlain(element)) return element;
    const renamed = { ...element };
    for (let i = 0; i < names.length; i += 2) {
      const [from, to] = [names[i] as string, names[i + 1] as string];
      if (from === to || !Object.hasOwn(renamed, from)) continue;
      const value = renamed[from];
      delete renamed[from];
      setOwn(renamed, to, value);
    }
    return renamed;
  });
}

/** All objects in one; of equal keys the first wins. */
function fold(list: readonly unknown[]): Plain {
  const merged: Plain = {};
  for (const element of list) {
    if (!isPlain(element)) continue;
    for (const [key, value] of Object.entries(element)) if (!Object.hasOwn(merged, key)) setOwn(merged, key, value);
  }
  return merged;
}

function merge(list: readonly unknown[], [other]: readonly unknown[]): Plain {
  if (other === undefined) return fold(list);
  const second = listOf(other, 'merge');
  const length = Math.max(list.length, second.length);
  return fold(Array.from({ length }, (_, i) => fold([list[i], second[i]])));
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ExpressionError(`${name}() needs a list, not ${typeOf(value)}.`);
  return value;
}

function among(list: readonly unknown[], other: unknown, name: string, wanted: boolean): unknown[] {
  const there = new Set(listOf(other, name).map(fingerprint));
  return unique(
    list.filter((element) => there.has(fingerprint(element)) === wanted),
    [],
  );
}

/** Math.min(...list) would end at some hundred thousand elements. */
function extreme(list: readonly unknown[], name: 'min' | 'max'): number {
  let found = name === 'min' ? Infinity : -Infinity;
  for (const number of numbersOf(list, name)) found = Math[name](found, number);
  return found;
}

export const arrays: FunctionTable<unknown[]> = {
  first: (list) => list[0],
  last: (list) => list.at(-1),
  isEmpty: (list) => list.length === 0,
  isNotEmpty: (list) => list.length > 0,
  sum: (list) => sum(list),
  min: (list) => extreme(list, 'min'),
  max: (list) => extreme(list, 'max'),
  average: (list) => (list.length === 0 ? 0 : sum(list, 'average') / list.length),
  unique,
  removeDuplicates: unique,
  pluck,
  randomItem: (list) => list[Math.floor(Math.random() * list.length)],
  compact,
  smartJoin,
  chunk,
  renameKeys,
  merge,
  union: (list, [other]) => unique([...list, ...listOf(other, 'union')], []),
  difference: (list, [other]) => among(list, other, 'difference', false),
  intersection: (list, [other]) => among(list, other, 'intersection', true),
  append: (list, elements) => [...list, ...elements],
  toJsonString: (list) => JSON.stringify(list),
  toInt: () => undefined,
  toFloat: () => undefined,
  toBoolean: () => undefined,
  toDateTime: () => undefined,
};
