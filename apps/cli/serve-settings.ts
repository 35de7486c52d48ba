/**
 * Owns the settings of `rondo serve`: what flags, the environment and rondo.config.json say, checked. What the studio
 * says besides is in the server (apps/server/settings).
 */
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Json } from '@rondo/core/model/item.ts';
import type { GivenSettings } from '../server/settings/settings.ts';
import { LOG_LEVELS } from '../server/log/levels.ts';
import { UsageError } from './exit.ts';
import { egressOf, databaseOf, readConfig, type Database } from './settings.ts';
import type { Terminal } from './terminal.ts';

export interface ServeFlags {
  port?: number;
  host?: string;
  data?: string;
  database?: string;
  runners?: number;
  publicUrl?: string;
  logLevel?: string;
  allow?: string[];
}

export interface ServeSettings {
  /** Absolute. */
  data: string;
  database: Database;
  /** Runner processes where nothing says how many: one core is left to the server. */
  runners: number;
  given: GivenSettings;
}

export function serveSettings(flags: ServeFlags, terminal: Terminal): ServeSettings {
  const { env } = terminal;
  const config = readConfig(terminal);
  const data = dataFolderOf(flags, terminal);
  const database = databaseFor(flags, data, terminal);
  const allow = egressOf(flags.allow ?? [], terminal);
  const from =
    allow.length === 0 ? null : flags.allow !== undefined ? 'flag' : env.RONDO_EGRESS_ALLOW ? 'environment' : 'file';
  const listOf = (place: 'flag' | 'environment' | 'file'): string[] | undefined => (from === place ? allow : undefined);
  const given: GivenSettings = {
    flag: {
      port: portOf(flags.port, '--port'),
      host: flags.host,
      runners: flags.runners,
      publicUrl: urlOf(flags.publicUrl, '--public-url'),
      logLevel: levelOf(flags.logLevel, '--log-level'),
      egressAllow: listOf('flag'),
      data: flags.data === undefined ? undefined : data,
      database: flags.database === undefined ? undefined : database.shown,
    },
    environment: {
      port: portOf(numberOf(env.RONDO_PORT), 'RONDO_PORT'),
      host: textOf(env.RONDO_HOST),
      runners: runnersOf(numberOf(env.RONDO_RUNNERS), 'RONDO_RUNNERS'),
      publicUrl: urlOf(textOf(env.RONDO_PUBLIC_URL), 'RONDO_PUBLIC_URL'),
      logLevel: levelOf(textOf(env.RONDO_LOG_LEVEL), 'RONDO_LOG_LEVEL'),
      egressAllow: listOf('environment'),
      data: textOf(env.RONDO_DATA) === undefined ? undefined : data,
      database: textOf(env.RONDO_DATABASE_URL) === undefined ? undefined : database.shown,
    },
    file: {
      port: portOf(config.port, 'rondo.config.json: port'),
      host: config.host,
      runners: runnersOf(config.runners, 'rondo.config.json: runners'),
      publicUrl: urlOf(config.publicUrl, 'rondo.config.json: publicUrl'),
      logLevel: levelOf(config.logLevel, 'rondo.config.json: logLevel'),
      egressAllow: listOf('file'),
      data: config.data === undefined ? undefined : data,
      database: config.database === undefined ? undefined : database.shown,
    },
  };
  return { data, database, runners: Math.max(1, availableParallelism() - 1), given };
}

/** --data, RONDO_DATA, else where the database is by the settings. */
function dataFolderOf({ data, database }: ServeFlags, terminal: Terminal): string {
  const given = data ?? textOf(terminal.env.RONDO_DATA);
  if (given !== undefined) return resolve(terminal.cwd, given);
  const found = databaseOf(database, terminal);
  return found.isFile ? dirname(found.target) : resolve(terminal.cwd, '.rondo');
}

/** --database; else, unless --data says where everything is, what the settings say; else rondo.db in the data folder. */
function databaseFor(flags: ServeFlags, data: string, terminal: Terminal): Database {
  const chosen = flags.database ?? (flags.data === undefined ? undefined : join(data, 'rondo.db'));
  const database = databaseOf(chosen, terminal);
  if (!database.isFile && !database.durable) {
    throw new UsageError('rondo serve needs a database in a file: its runner processes open it, too.', 'bad-value');
  }
  return database;
}

/** An empty variable is one that is not set. */
function textOf(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

function numberOf(value: string | undefined): number | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : Number(text);
}

function portOf(value: Json | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535) return value as number;
  throw new UsageError(`${name} must be a whole number from 0 to 65535.`, 'bad-value');
}

function runnersOf(value: number | undefined, name: string): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= 256)) return value;
  throw new UsageError(`${name} must be a whole number from 1 to 256.`, 'bad-value');
}

function urlOf(value: string | undefined, name: string): string | undefined {
  if (value === undefined || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))) return value;
  throw new UsageError(`${name} must be an address such as https://rondo.example.org.`, 'bad-value');
}

function levelOf(value: string | undefined, name: string): string | undefined {
  if (value === undefined || LOG_LEVELS.some((level) => level === value)) return value;
  throw new UsageError(`${name} must be one of ${LOG_LEVELS.join(', ')}.`, 'bad-value');
}
