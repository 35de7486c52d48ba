/**
 * Owns the console that code sees: lines of the running unit, cut at a limit. Does not print.
 */
import { toData, messageOf } from './data.ts';

let text = '';
let limit = 0;
let cut = false;

/** Starts the log of a unit. */
export function beginLog(bytes: number): void {
  text = '';
  limit = bytes;
  cut = false;
}

export function takeLog(): string {
  const taken = text;
  text = '';
  return taken;
}

function show(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value.name}: ${messageOf(value)}`;
  if (value === undefined || typeof value === 'number' || typeof value === 'bigint') return String(value);
  try {
    return JSON.stringify(toData(value));
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function write(...values: unknown[]): void {
  if (cut) return;
  const line = values.map(show).join(' ');
  const whole = text === '' ? line : `${text}\n${line}`;
  cut = whole.length > limit;
  text = cut ? `${whole.slice(0, limit)}\n... cut at ${limit} bytes (limit code.logBytes)` : whole;
}

export function installConsole(): void {
  const names = ['log', 'info', 'warn', 'error', 'debug', 'trace'];
  const value = Object.fromEntries(names.map((name) => [name, (...values: unknown[]) => write(...values)]));
  Object.defineProperty(globalThis, 'console', { value, writable: false, enumerable: false, configurable: false });
}
