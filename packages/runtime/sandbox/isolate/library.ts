/**
 * Owns what expressions can use besides their data: the data functions, dates and JMESPath. They are
 * installed by the child when the first program needs them, because loading them costs start-up time.
 */
import { freezeAll } from './harden.ts';

interface DateTimeClass {
  now(): { startOf(unit: string): unknown };
}

export interface Luxon {
  DateTime: DateTimeClass;
  Duration: unknown;
  Interval: unknown;
  Settings: { defaultZone: unknown };
}

export interface Functions {
  callFunction: (value: unknown, name: string, args: unknown[]) => unknown;
  library: Record<string, unknown>;
  withDates: (luxon: unknown) => void;
}

let functions: Functions | null = null;
let luxon: Luxon | null = null;
let search: ((data: unknown, query: string) => unknown) | null = null;
let zone = '';

export function installFunctions(given: Functions): void {
  functions = given;
  freezeAll([given.callFunction, given.library]);
  if (luxon !== null) given.withDates(luxon);
}

export function installLuxon(given: Luxon): void {
  luxon = given;
  freezeAll([given.DateTime, given.Duration, given.Interval]);
  functions?.withDates(given);
}

export function installJmespath(given: { search: (data: unknown, query: string) => unknown }): void {
  search = given.search;
}

/** Dates of the units that follow are in this time zone. */
export function useZone(timezone: string): void {
  if (luxon === null || zone === timezone) return;
  luxon.Settings.defaultZone = timezone;
  zone = timezone;
}

export function dates(): Luxon {
  if (luxon === null) throw new Error('the date library is not loaded');
  return luxon;
}

/** What a call of a data function in an expression becomes. */
export function callFunction(value: unknown, name: string, args: unknown[]): unknown {
  if (functions === null) throw new Error('the data functions are not loaded');
  return functions.callFunction(value, name, args);
}

export function jmespath(data: unknown, query: unknown): unknown {
  if (search === null) throw new Error('JMESPath is not loaded');
  if (typeof query !== 'string') throw new TypeError('$jmespath(data, query): query must be text');
  return search(data, query);
}

export const hasFunction = (name: string): boolean => functions !== null && Object.hasOwn(functions.library, name);
export const functionNamed = (name: string): unknown => functions?.library[name];
