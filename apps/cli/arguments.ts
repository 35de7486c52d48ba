/**
 * Owns reading argument values: JSON given as text, file or stdin, NAME=VALUE pairs, numbers.
 * Every mistake is a UsageError that names the option. Does not know what the values are for.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Json } from '@rondo/core/model/item.ts';
import { UsageError } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** Commander's way to collect a repeated option. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function parseJson(text: string, option: string, origin: string): Json {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as Json;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${option}: ${origin} is not valid JSON: ${why}`, 'bad-value');
  }
}

function readText(name: string, option: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, name), 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new UsageError(`${option}: ${name} cannot be read: ${why}.`, 'bad-value');
  }
}

/** `JSON`, `@FILE` or `-` for stdin. */
export async function jsonValue(value: string, option: string, terminal: Terminal): Promise<Json> {
  if (value === '-') return parseJson(await terminal.readStdin(), option, 'what came on stdin');
  if (value.startsWith('@')) {
    const name = value.slice(1);
    return parseJson(readText(name, option, terminal.cwd), option, name);
  }
  return parseJson(value, option, 'the text');
}

/** NAME=JSON and NAME=@FILE. */
export async function jsonPairs(
  values: readonly string[],
  option: string,
  terminal: Terminal,
): Promise<Record<string, Json>> {
  const pairs: Record<string, Json> = Object.create(null) as Record<string, Json>;
  for (const value of values) {
    const at = value.indexOf('=');
    if (at < 1) throw new UsageError(`${option} takes NAME=JSON or NAME=@FILE, not "${value}".`, 'bad-value');
    pairs[value.slice(0, at)] = await jsonValue(value.slice(at + 1), `${option} ${value.slice(0, at)}`, terminal);
  }
  return pairs;
}

/** NAME=VALUE; NAME alone takes the environment variable of that name, which keeps it out of the shell's history. */
export function secretPairs(values: readonly string[], terminal: Terminal): Record<string, string> {
  const secrets: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const value of values) {
    const at = value.indexOf('=');
    const name = at < 0 ? value : value.slice(0, at);
    const secret = at < 0 ? terminal.env[name] : value.slice(at + 1);
    // The value is never repeated in a message.
    if (name === '')
      throw new UsageError('--secret takes NAME=VALUE, or NAME to take it from the environment.', 'bad-value');
    if (secret === undefined)
      throw new UsageError(`--secret ${name}: there is no environment variable ${name}.`, 'bad-value');
    secrets[name] = secret;
  }
  return secrets;
}

/** A whole number of at least `least`. */
export function wholeNumber(option: string, least: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number) || number < least) {
      throw new UsageError(`${option} takes a whole number of at least ${least}, not "${value}".`, 'bad-value');
    }
    return number;
  };
}

/** One of some words. */
export function oneOf<T extends string>(option: string, words: readonly T[]): (value: string) => T {
  return (value) => {
    if ((words as readonly string[]).includes(value)) return value as T;
    throw new UsageError(`${option} takes one of ${words.join(', ')}, not "${value}".`, 'bad-value');
  };
}
