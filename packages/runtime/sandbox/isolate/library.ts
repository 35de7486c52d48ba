/**
 * Owns what expressions and code can use besides their data: the data functions, dates, JMESPath, the platform of
 * code. They are installed by the child when the first program needs them, because loading them costs start-up time.
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

export interface Platform {
  platform: Readonly<Record<string, unknown>>;
  shared: readonly unknown[];
  useSecret(secret: string): void;
}

export interface Functions {
  callFunction: (value: unknown, name: string, args: unknown[]) => unknown;
  library: Record<string, unknown>;
  withDates: (luxon: unknown) => void;
}

let functions: Functions | null = null;
let platform: Readonly<Record<string, unknown>> = {};
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

/** `secret` is what random bytes are made of. */
export function installPlatform(given: Platform, secret: string): void {
  given.useSecret(secret);
  platform = given.platform;
  freezeAll([platform, ...given.shared]);
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
/** What only code finds: platform/index.ts. */
export const isOfPlatform = (name: string): boolean => Object.hasOwn(platform, name);
export const functionNamed = (name: string): unknown =>
  hasFunction(name) ? functions?.library[name] : isOfPlatform(name) ? platform[name] : undefined;
