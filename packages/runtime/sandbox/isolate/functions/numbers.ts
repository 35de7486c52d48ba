/** Owns the data functions of numbers and of true and false. */
import { numberToDateTime } from './dates.ts';
import { ExpressionError, type FunctionTable } from './error.ts';

function parity(name: string, value: number): number {
  if (!Number.isInteger(value)) throw new ExpressionError(`${name}() needs a whole number, not ${value}.`);
  return Math.abs(value % 2);
}

/** Making a formatter costs a hundred times its use. */
const formatters = new Map<string, Intl.NumberFormat>();

function format(value: number, [locale = 'en-US', options]: readonly unknown[]): string {
  const key = JSON.stringify([locale, options]);
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.NumberFormat(locale as string | string[], options as Intl.NumberFormatOptions | undefined);
    if (formatters.size >= 50) formatters.clear();
    formatters.set(key, formatter);
  }
  return formatter.format(value);
}

export const numbers: FunctionTable<number> = {
  ceil: (value) => Math.ceil(value),
  floor: (value) => Math.floor(value),
  round: (value, [decimals = 0]) => Number(value.toFixed(Number(decimals))),
  abs: (value) => Math.abs(value),
  format,
  isInteger: (value) => Number.isInteger(value),
  isEven: (value) => parity('isEven', value) === 0,
  isOdd: (value) => parity('isOdd', value) === 1,
  toBoolean: (value) => value !== 0,
  toInt: (value) => Math.round(value),
  toFloat: (value) => value,
  toNumber: (value) => value,
  toDateTime: (value, [unit]) => numberToDateTime(value, unit),
};

export const booleans: FunctionTable<boolean> = {
  toBoolean: (value) => value,
  toInt: (value) => (value ? 1 : 0),
  toNumber: (value) => (value ? 1 : 0),
  toFloat: (value) => (value ? 1 : 0),
  toDateTime: () => undefined,
};
