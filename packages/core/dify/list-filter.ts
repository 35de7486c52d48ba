/**
 * Owns which elements Dify's List Operator keeps. Texts are compared as texts, numbers as numbers whatever their
 * point, files by an attribute. Pure; runs inside the isolate.
 */
import { failure, FailureError } from '../errors.ts';
import { attributeOf, isFile, numberIn } from './values.ts';

export interface ElementCondition {
  /** Of files: the attribute. */
  key: string;
  /** Dify's own name of the operator. */
  operator: string;
  value: unknown;
}

function refuse(message: string): never {
  throw new FailureError(failure('bad-value', message, { retry: 'no' }));
}

export function keeps(element: unknown, condition: ElementCondition): boolean {
  const value = isFile(element) ? attributeOf(element, condition.key) : element;
  if (isFile(element) && value === undefined) return refuse(`Invalid key: ${condition.key}`);
  if (typeof value === 'boolean') return ofBoolean(value, condition);
  const number = numberIn(value);
  return number === null ? ofText(String(value ?? ''), condition) : ofNumber(number, condition);
}

function ofBoolean(value: boolean, { operator, value: expected }: ElementCondition): boolean {
  const wanted = typeof expected === 'string' ? /^(?:true|1)$/i.test(expected.trim()) : Boolean(expected);
  if (operator === 'is' || operator === '=') return value === wanted;
  if (operator === 'is not' || operator === '≠') return value !== wanted;
  return refuse(`Invalid condition: ${operator}`);
}

function ofNumber(value: number, { operator, value: expected }: ElementCondition): boolean {
  const wanted = numberIn(expected) ?? numberOf(String(expected ?? ''));
  switch (operator) {
    case '=':
      return value === wanted;
    case '≠':
      return value !== wanted;
    case '<':
      return value < wanted;
    case '>':
      return value > wanted;
    case '≤':
      return value <= wanted;
    case '≥':
      return value >= wanted;
    default:
      return refuse(`Invalid condition: ${operator}`);
  }
}

function numberOf(text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? refuse(`could not convert string to float: '${text}'`) : number;
}

function ofText(value: string, { operator, value: expected }: ElementCondition): boolean {
  switch (operator) {
    case 'contains':
      return value.includes(String(expected));
    case 'not contains':
      return !value.includes(String(expected));
    case 'start with':
      return value.startsWith(String(expected));
    case 'end with':
      return value.endsWith(String(expected));
    case 'is':
      return value === String(expected);
    case 'is not':
      return value !== String(expected);
    case 'in':
      return isIn(value, expected);
    case 'not in':
      return !isIn(value, expected);
    case 'empty':
      return value === '';
    case 'not empty':
      return value !== '';
    default:
      return refuse(`Invalid condition: ${operator}`);
  }
}

/** Of a text: whether the value is a part of it. */
const isIn = (value: string, expected: unknown): boolean =>
  Array.isArray(expected) ? expected.includes(value) : String(expected ?? '').includes(value);
