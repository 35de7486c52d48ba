/**
 * Owns what the operations of Dify's Variable Assigner make of a variable, and which of them fit its type. Pure.
 * Booleans count as numbers there, and division always gives a number with a point.
 */
import { failure, FailureError } from '../errors.ts';
import { type Float, float, isFloat } from '../template/value.ts';
import { inPython } from './text.ts';
import { isData, numberIn } from './values.ts';

export const OPERATIONS = [
  'over-write',
  'set',
  'clear',
  'append',
  'extend',
  '+=',
  '-=',
  '*=',
  '/=',
  'remove-first',
  'remove-last',
] as const;

const ARITHMETIC: ReadonlySet<string> = new Set(['+=', '-=', '*=', '/=']);
const LIST_ONLY: ReadonlySet<string> = new Set(['append', 'extend', 'remove-first', 'remove-last']);
const FROM_VARIABLE: ReadonlySet<string> = new Set(['append', 'extend', 'clear', 'remove-first', 'remove-last']);

export interface Change {
  /** Declared type of the variable. */
  type: string;
  current: unknown;
  operation: string;
  /** Whether the value is written in the node or comes from a variable. */
  input: 'variable' | 'constant';
  value: unknown;
}

function refuse(message: string): never {
  throw new FailureError(failure('bad-value', message, { retry: 'no' }));
}

/** The new value of the variable. */
export function changed(change: Change): unknown {
  const { type, current, operation, input, value } = change;
  if (!(OPERATIONS as readonly string[]).includes(operation)) refuse(`There is no operation ${operation}`);
  const list = type.startsWith('array');
  if (!supports(type, operation, list)) refuse(`Operation ${operation} is not supported for type ${typeLabel(change)}`);
  if (!takes(operation, input, list)) refuse(`Input type ${input} is not supported for operation ${operation}`);
  if (operation === 'clear') return zero(type);
  if (operation === 'remove-first') return listIn(current).slice(1);
  if (operation === 'remove-last') return listIn(current).slice(0, -1);
  // A variable that holds nothing changes nothing.
  if (input === 'variable' && (value === null || value === undefined)) return current;
  const given = type === 'object' && input === 'constant' && typeof value === 'string' ? parsed(value) : value;
  if (!fits(type, operation, given))
    refuse(`Invalid input value ${typeof value === 'string' ? value : inPython(value)}`);
  if (operation === 'append') return [...listIn(current), given];
  if (operation === 'extend') return [...listIn(current), ...(given as unknown[])];
  return ARITHMETIC.has(operation) ? computed(current, operation, given) : given;
}

function supports(type: string, operation: string, list: boolean): boolean {
  if (operation === 'over-write' || operation === 'clear') return true;
  if (LIST_ONLY.has(operation)) return list;
  if (operation === 'set') return !list;
  return type === 'number' || type === 'integer' || type === 'float';
}

function takes(operation: string, input: Change['input'], list: boolean): boolean {
  if (input === 'variable') return operation === 'over-write' || FROM_VARIABLE.has(operation);
  return !FROM_VARIABLE.has(operation) && !list;
}

/** Numbers are told apart by what is in them. */
function typeLabel({ type, current }: Change): string {
  if (type !== 'number') return type;
  return isFloat(current) ? 'float' : 'integer';
}

const isNumber = (value: unknown): boolean => numberIn(value) !== null || typeof value === 'boolean';

function fitsType(type: string, value: unknown): boolean {
  switch (type) {
    case 'string':
    case 'secret':
      return typeof value === 'string';
    case 'number':
    case 'integer':
    case 'float':
      return isNumber(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'object':
    case 'file':
      return isData(value);
    default:
      return true;
  }
}

function fits(type: string, operation: string, value: unknown): boolean {
  const element = /^array\[(\w+)\]$/.exec(type)?.[1];
  if (element === undefined && !type.startsWith('array')) {
    if (!fitsType(type, value)) return false;
    return operation !== '/=' || numeric(value) !== 0;
  }
  if (operation === 'append') return fitsType(element ?? 'any', value);
  return Array.isArray(value) && value.every((one) => fitsType(element ?? 'any', one));
}

const numeric = (value: unknown): number => numberIn(value) ?? Number(value);

function computed(current: unknown, operation: string, value: unknown): number | Float {
  const a = numeric(current);
  const b = numeric(value);
  const result = operation === '+=' ? a + b : operation === '-=' ? a - b : operation === '*=' ? a * b : a / b;
  return operation === '/=' || isFloat(current) || isFloat(value) ? float(result) : result;
}

const listIn = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function zero(type: string): unknown {
  if (type.startsWith('array')) return [];
  if (type === 'object') return {};
  if (type === 'boolean') return false;
  return type === 'number' || type === 'integer' || type === 'float' ? 0 : '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
