/**
 * Owns conditions as n8n compares them, with the words of its errors. Versions 1 to 3 are those of typed conditions;
 * 0 is what If, Filter and Switch did before: no types are checked, dates are converted. Runs inside the isolate.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import { millisOf } from './dates.ts';
import type { Combinator, Condition } from './conditions.ts';
import { N8N_TYPES, readAs, type N8nType, type Read } from './n8n-types.ts';
import { listContains } from './operators.ts';
import { isObject } from './paths.ts';
import { wrongParameter } from './read.ts';

export type N8nRules = 0 | 1 | 2 | 3;

/** `item` is the position of the item, for messages. */
export function evaluateN8nConditions(
  conditions: readonly Condition[],
  combinator: Combinator,
  rules: N8nRules,
  item: number,
): boolean {
  const wanted = combinator === 'or';
  for (let i = 0; i < conditions.length; i += 1) {
    const condition = conditions[i] as Condition;
    if (!isObject(condition)) wrongParameter(`conditions[${i}]`, 'an object with left, op and right', condition);
    const holds = rules === 0 ? untyped(condition) : typed(condition, rules, i, item);
    if (holds === wanted) return wanted;
  }
  return !wanted;
}

type Side = N8nType | 'any';

function typed(condition: Condition, rules: N8nRules, index: number, item: number): boolean {
  const { op } = condition;
  // Of any type: what is asked is only whether there is a value.
  const type: Side = N8N_TYPES.find((one) => one === condition.type) ?? 'any';
  const strict = condition.loose !== true;
  const single = WITHOUT_RIGHT.has(op);
  const rightType = typeOfRight(type, op);
  const left = side(condition.left, type, strict, rules);
  const right = single ? { value: undefined } : side(condition.right, rightType, strict, rules);
  const where = `[condition ${index}, item ${item}]`;
  if (left === undefined && right === undefined && typeof condition.left === typeof condition.right) {
    refuse(`Comparison type expects ${article(type)} but both fields are ${article(typeof condition.left)}`);
  }
  if (left === undefined) refuse(misfit(condition.left, type, strict, where));
  if (right === undefined) refuse(misfit(condition.right, rightType, strict, where));
  return compare(left.value, type, op, right.value, condition.caseSensitive !== false);
}

/** A list is compared by length with a number; what it may contain is anything. */
function typeOfRight(type: Side, op: string): Side {
  if (type !== 'array') return type;
  return op.startsWith('length') ? 'number' : 'any';
}

function side(value: unknown, type: Side, strict: boolean, rules: N8nRules): Read {
  if (type === 'any' || value === undefined || value === null) return { value };
  if (type === 'number') {
    if (Number.isNaN(value)) return { value };
    if (!strict && rules >= 3 && isNothing(value)) return { value: null };
  }
  if (type === 'boolean' && !strict) {
    return (rules >= 2 ? readAs(value, type, false) : undefined) ?? { value: Boolean(value) };
  }
  return readAs(value, type, strict);
}

const isNothing = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : typeof value === 'string' && value.trim() === '';

const WITHOUT_RIGHT: ReadonlySet<string> = new Set(['exists', 'notExists', 'empty', 'notEmpty', 'true', 'false']);

const article = (word: string): string => `${/^[aeiou]/i.test(word) ? 'an' : 'a'} ${word}`;

function misfit(value: unknown, type: Side, strict: boolean, where: string): string {
  const found = (typeof value).toLowerCase();
  const shown = isObject(value) ? '[object Object]' : String(value);
  if (strict) return `Wrong type: '${shown}' is ${article(found)} but was expecting ${article(type)} ${where}`;
  return `Conversion error: the ${found} '${shown}' can't be converted to ${article(type)} ${where}`;
}

function refuse(message: string): never {
  const fix = 'Convert the value in the expression, choose another type, or convert where required (loose).';
  throw new FailureError(failure('wrong-type', message, { retry: 'no', fix }));
}

function compare(left: unknown, type: Side, op: string, right: unknown, cased: boolean): boolean {
  const exists = left !== undefined && left !== null && !Number.isNaN(left);
  if (op === 'exists') return exists;
  if (op === 'notExists') return !exists;
  switch (type) {
    case 'any':
      return false;
    case 'string':
      return compareTexts((left ?? '') as string, op, (right ?? '') as string, cased);
    case 'number':
      return op === 'empty' || op === 'notEmpty' ? exists === (op === 'notEmpty') : compareNumbers(left, op, right);
    case 'dateTime':
      if (op === 'empty' || op === 'notEmpty') return exists === (op === 'notEmpty');
      if (typeof left !== 'number' || typeof right !== 'number') return false;
      return compareNumbers(left, DATE_OPERATIONS.get(op) ?? op, right);
    case 'boolean':
      if (op === 'empty' || op === 'notEmpty') return exists === (op === 'notEmpty');
      if (op === 'true' || op === 'false') return Boolean(left) === (op === 'true');
      return compareNumbers(left, op === 'equals' || op === 'notEquals' ? op : '', right);
    case 'array':
      return compareLists((left ?? []) as unknown[], op, right, cased);
    case 'object': {
      const empty = left === undefined || left === null || Object.keys(left).length === 0;
      return op === 'empty' ? empty : op === 'notEmpty' && !empty;
    }
  }
}

const DATE_OPERATIONS = new Map([
  ['after', 'gt'],
  ['before', 'lt'],
  ['afterOrEquals', 'gte'],
  ['beforeOrEquals', 'lte'],
]);

/** As JavaScript compares: null counts as 0 where one is more or less than the other. */
function compareNumbers(left: unknown, op: string, right: unknown): boolean {
  const [a, b] = [left as number, right as number];
  switch (op) {
    case 'equals':
      return a === b;
    case 'notEquals':
      return a !== b;
    case 'gt':
      return a > b;
    case 'lt':
      return a < b;
    case 'gte':
      return a >= b;
    case 'lte':
      return a <= b;
    default:
      return false;
  }
}

function compareTexts(left: string, op: string, right: string, cased: boolean): boolean {
  const a = cased ? left : left.toLocaleLowerCase();
  // The case of a pattern is its own.
  if (op === 'regex') return pattern(right).test(a);
  if (op === 'notRegex') return !pattern(right).test(a);
  const b = cased ? right : right.toLocaleLowerCase();
  switch (op) {
    case 'empty':
      return a.length === 0;
    case 'notEmpty':
      return a.length > 0;
    case 'equals':
      return a === b;
    case 'notEquals':
      return a !== b;
    case 'contains':
      return a.includes(b);
    case 'notContains':
      return !a.includes(b);
    case 'startsWith':
      return a.startsWith(b);
    case 'notStartsWith':
      return !a.startsWith(b);
    case 'endsWith':
      return a.endsWith(b);
    case 'notEndsWith':
      return !a.endsWith(b);
    default:
      return false;
  }
}

function compareLists(left: unknown[], op: string, right: unknown, cased: boolean): boolean {
  const length = right as number;
  switch (op) {
    case 'empty':
      return left.length === 0;
    case 'notEmpty':
      return left.length > 0;
    case 'contains':
      return listContains(left, right, !cased);
    case 'notContains':
      return !listContains(left, right, !cased);
    case 'lengthEquals':
      return left.length === length;
    case 'lengthNotEquals':
      return left.length !== length;
    case 'lengthGt':
      return left.length > length;
    case 'lengthLt':
      return left.length < length;
    case 'lengthGte':
      return left.length >= length;
    case 'lengthLte':
      return left.length <= length;
    default:
      return false;
  }
}

/** Bare text, or /body/flags. A new one each time: with the flag g a pattern remembers where it stopped. */
function pattern(source: string): RegExp {
  const written = /^\/(.*?)\/([gimusy]*)$/s.exec(source);
  try {
    return new RegExp(written?.[1] ?? source, written?.[2]);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

const isBlank = (value: unknown): boolean => {
  if (value === undefined || value === null || value === '' || Number.isNaN(value)) return true;
  return typeof value === 'object' && !('getTime' in value) && Object.keys(value).length === 0;
};

const written = (value: unknown): string => (value ? String(value) : '');

function untyped(condition: Condition): boolean {
  const { op } = condition;
  const isDate = condition.type === 'dateTime';
  const left = isDate ? moment(condition.left) : condition.left;
  const right = isDate && !WITHOUT_RIGHT.has(op) ? moment(condition.right) : condition.right;
  switch (op) {
    case 'empty':
      return isBlank(left);
    case 'notEmpty':
      return !isBlank(left);
    case 'contains':
      return written(left).includes(written(right));
    case 'notContains':
      return !written(left).includes(written(right));
    case 'regex':
      return pattern(written(right)).test(written(left));
    case 'notRegex':
      return !pattern(written(right)).test(written(left));
    case 'startsWith':
    case 'notStartsWith':
    case 'endsWith':
    case 'notEndsWith':
      return compareTexts(text(left), op, String(right), true);
    case 'equals':
    case 'notEquals':
      return compareNumbers(left, op, right);
    default:
      // What is missing, empty or false counts as 0.
      return compareNumbers(left || 0, DATE_OPERATIONS.get(op) ?? op, right || 0);
  }
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return refuse(`The value "${String(value)}" is not a text.`);
}

function moment(value: unknown): number {
  const ms = typeof value === 'string' ? Date.parse(value) : millisOf(value);
  if (ms !== null && !Number.isNaN(ms)) return ms;
  return refuse(`The value "${isObject(value) ? '[object Object]' : String(value)}" is not a valid DateTime.`);
}
