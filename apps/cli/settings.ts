/**
 * Owns where settings come from: flags, then the environment, then rondo.config.json in the
 * working folder. Does not open anything.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { EnvironmentError, UsageError } from './exit.ts';
import { shellWord } from './render/text.ts';
import type { Terminal } from './terminal.ts';

export interface Database {
  /** `:memory:`, an absolute path or a postgres URL. */
  target: string;
  /** For messages; without a password. */
  shown: string;
  durable: boolean;
  isFile: boolean;
  /** ` --db X` when a later command needs it to find the same database, else ''. */
  flag: string;
}

export interface Config {
  database?: string;
  data?: string;
  egressAllow?: string[];
  port?: number;
  host?: string;
  runners?: number;
  publicUrl?: string;
  logLevel?: string;
}

export const DB_OPTION = [
  '--db <target>',
  'database: a path, :memory: or postgres://... (default: ./.rondo/rondo.db)',
] as const;

export function readConfig(terminal: Terminal): Config {
  const file = join(terminal.cwd, 'rondo.config.json');
  if (!existsSync(file)) return {};
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`rondo.config.json is not valid JSON: ${error instanceof Error ? error.message : ''}`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new UsageError('rondo.config.json must hold an object.');
  }
  const config = value as Record<string, unknown>;
  for (const name of ['database', 'data', 'host', 'publicUrl', 'logLevel']) {
    if (config[name] !== undefined && typeof config[name] !== 'string') {
      throw new UsageError(`rondo.config.json: ${name} must be a text.`);
    }
  }
  for (const name of ['port', 'runners']) {
    if (config[name] !== undefined && !Number.isSafeInteger(config[name])) {
      throw new UsageError(`rondo.config.json: ${name} must be a whole number.`);
    }
  }
  const allow = config.egressAllow;
  if (allow !== undefined && !(Array.isArray(allow) && allow.every((host) => typeof host === 'string'))) {
    throw new UsageError('rondo.config.json: egressAllow must be a list of texts.');
  }
  return config as Config;
}

function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/[^:/@]+):[^@]*@/, '$1:***@');
}

/** Which database a command works on. */
export function databaseOf(flag: string | undefined, terminal: Terminal): Database {
  const { env, cwd } = terminal;
  const config = readConfig(terminal);
  const folder = env.RONDO_DATA ?? config.data;
  const chosen =
    flag ??
    env.RONDO_DATABASE_URL ??
    (env.RONDO_DATA === undefined ? config.database : undefined) ??
    join(folder ?? '.rondo', 'rondo.db');
  if (chosen === '') throw new UsageError('--db needs a path, :memory: or a postgres:// address.');
  if (chosen === ':memory:')
    return { target: chosen, shown: chosen, durable: false, isFile: false, flag: ' --db :memory:' };
  if (/^\w+:\/\//.test(chosen) && !chosen.startsWith('file://')) {
    const shown = withoutPassword(chosen);
    return {
      target: chosen,
      shown,
      durable: true,
      isFile: false,
      flag: flag === undefined ? '' : ` --db ${shellWord(shown)}`,
    };
  }
  const target = resolve(cwd, chosen.replace(/^file:\/\//, ''));
  const near = relative(cwd, target);
  const shown = near.startsWith('..') ? target : `./${near}`;
  return { target, shown, durable: true, isFile: true, flag: flag === undefined ? '' : ` --db ${shellWord(flag)}` };
}

/** Hosts that the network guard lets through besides public addresses. */
export function egressOf(flags: readonly string[], terminal: Terminal): string[] {
  const fromEnv = (terminal.env.RONDO_EGRESS_ALLOW ?? '').split(',').map((host) => host.trim());
  return [...flags, ...fromEnv, ...(readConfig(terminal).egressAllow ?? [])].filter((host) => host !== '');
}

/** Refuses a database that is not there: for commands that read. */
export function mustExist(database: Database): void {
  if (!database.isFile || existsSync(database.target)) return;
  throw new EnvironmentError(
    `There is no database at ${database.shown}. It is created by the first "rondo run"; --db names another one.`,
    'store-unavailable',
  );
}
