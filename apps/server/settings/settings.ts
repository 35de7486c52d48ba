/**
 * Owns the settings of a server: what there is, which value holds and where it comes from. A flag wins over the
 * environment, that over the file, that over what was set in the studio. Does not act on any of them.
 */
import type { Setting } from '@rondo/api/schemas/account.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { SECRET_NAME } from '@rondo/core/model/secret-name.ts';
import { Problem } from '../http/problem.ts';
import { wrongHostLimits } from './host-limits.ts';
import { LOG_LEVELS } from '../log/levels.ts';
import type { StudioDb } from '../store/studio-db.ts';

export interface SettingSpec extends Pick<Setting, 'name' | 'title' | 'description' | 'type'> {
  default: Json;
  /** Why a value is not taken; null: it is. Without it, the setting cannot be changed in the studio. */
  wrong?(value: unknown): string | null;
}

const RESTART = 'Takes effect at the next start.';

function wrongNumber(least: number, most: number): (value: unknown) => string | null {
  return (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? null
      : `A whole number from ${least} to ${most}.`;
}

function wrongUrl(value: unknown): string | null {
  if (value === null || value === '') return null;
  const isUrl = typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
  return isUrl ? null : 'An address such as https://rondo.example.org, or nothing.';
}

function wrongHosts(value: unknown): string | null {
  const isList =
    Array.isArray(value) &&
    value.length <= 100 &&
    value.every((one) => typeof one === 'string' && /^[\w.:/*[\]-]{1,300}$/.test(one));
  return isList ? null : 'A list of host names, addresses or networks such as 10.0.0.0/8.';
}

function wrongLevel(value: unknown): string | null {
  return LOG_LEVELS.some((level) => level === value) ? null : `One of ${LOG_LEVELS.join(', ')}.`;
}

function wrongName(value: unknown): string | null {
  return value === null || (typeof value === 'string' && value.length <= 200) ? null : 'A name, or nothing.';
}

function wrongSecret(value: unknown): string | null {
  if (value === null || value === '') return null;
  return typeof value === 'string' && SECRET_NAME.test(value) ? null : 'The name of a secret, or nothing.';
}

export function settingSpecs(defaults: { runners: number; data: string; database: string }): SettingSpec[] {
  return [
    {
      name: 'port',
      title: 'Port',
      description: 'Where the server listens.',
      type: 'number',
      default: 4400,
    },
    {
      name: 'host',
      title: 'Host',
      description: 'The address that the server listens on; 127.0.0.1 is this machine only.',
      type: 'text',
      default: '127.0.0.1',
    },
    {
      name: 'publicUrl',
      title: 'Public address',
      description: `By which people reach this server, where it is behind a proxy. Links and cookies follow it. ${RESTART}`,
      type: 'text',
      default: null,
      wrong: wrongUrl,
    },
    {
      name: 'logLevel',
      title: 'Log level',
      description: `What the log of the server holds, from least to most: ${LOG_LEVELS.join(', ')}. Values of secrets and of runs are never in it.`,
      type: 'text',
      default: 'info',
      wrong: wrongLevel,
    },
    {
      name: 'runners',
      title: 'Runner processes',
      description: 'Most processes that drive runs at the same time.',
      type: 'number',
      default: defaults.runners,
      wrong: wrongNumber(1, 256),
    },
    {
      name: 'runs',
      title: 'Runs at once',
      description: `Most runs at work at the same time; beyond it, webhooks are told to try again. ${RESTART}`,
      type: 'number',
      default: 200,
      wrong: wrongNumber(1, 100_000),
    },
    {
      name: 'hostParallel',
      title: 'Calls at once to one host',
      description: 'Most calls of all runs that are under way to the same host. 0: no limit. Others wait in order.',
      type: 'number',
      default: 0,
      wrong: wrongNumber(0, 100_000),
    },
    {
      name: 'hostRate',
      title: 'Calls a second to one host',
      description: 'Most calls of all runs that begin in one second to the same host. 0: no limit.',
      type: 'number',
      default: 0,
      wrong: wrongNumber(0, 100_000),
    },
    {
      name: 'hostLimits',
      title: 'Hosts with limits of their own',
      description: 'Each with calls at once, calls a second, or both: api.example.org 4, *.example.com 2 10/s.',
      type: 'list',
      default: [],
      wrong: wrongHostLimits,
    },
    {
      name: 'keepRuns',
      title: 'Keep runs for',
      description: 'Days after its end that a run is kept. 0: for ever.',
      type: 'number',
      default: 30,
      wrong: wrongNumber(0, 36_500),
    },
    {
      name: 'keepFailedRuns',
      title: 'Keep runs with failures for',
      description: 'Days after its end that a run is kept which failed, or in which iterations failed. 0: for ever.',
      type: 'number',
      default: 90,
      wrong: wrongNumber(0, 36_500),
    },
    {
      name: 'egressAllow',
      title: 'Networks that are let through',
      description: `Hosts and networks that workflows may reach besides public addresses. ${RESTART}`,
      type: 'list',
      default: [],
      wrong: wrongHosts,
    },
    {
      name: 'suggestUrl',
      title: 'Model for suggestions: address',
      description:
        'Base URL of a server with the interface of OpenAI, such as http://127.0.0.1:11434/v1. The network guard must let it through.',
      type: 'text',
      default: null,
      wrong: wrongUrl,
    },
    {
      name: 'suggestModel',
      title: 'Model for suggestions: name',
      description: 'Name of the model there. With both, the node panel offers to propose the list of a loop.',
      type: 'text',
      default: null,
      wrong: wrongName,
    },
    {
      name: 'suggestSecret',
      title: 'Model for suggestions: key',
      description: 'Name of the secret that holds its key, where it wants one.',
      type: 'text',
      default: null,
      wrong: wrongSecret,
    },
    {
      name: 'data',
      title: 'Data folder',
      description: 'Workflows, databases and files.',
      type: 'text',
      default: defaults.data,
    },
    {
      name: 'database',
      title: 'Database',
      description: 'Where runs are kept.',
      type: 'text',
      default: defaults.database,
    },
  ];
}

/** Values by name, of the places that the studio cannot change. */
export interface GivenSettings {
  flag: Readonly<Record<string, Json | undefined>>;
  environment: Readonly<Record<string, Json | undefined>>;
  file: Readonly<Record<string, Json | undefined>>;
}

export interface Settings {
  list(): Setting[];
  value(name: string): Json;
  /** Throws Problem 404, 409 where something else fixes it, 422 for a value that is not taken. */
  set(name: string, value: unknown, who: string): Setting;
  onChange(listener: (name: string, value: Json) => void): void;
}

export function openSettings(
  db: StudioDb,
  specs: readonly SettingSpec[],
  given: GivenSettings,
  now: () => number,
): Settings {
  const listeners: ((name: string, value: Json) => void)[] = [];

  const stored = ({ name, wrong }: SettingSpec): Json | undefined => {
    const row = db.first<{ value: string }>('select value from settings where name = ?', name);
    if (row === undefined) return undefined;
    const value = JSON.parse(row.value) as Json;
    // One of an older version, whose rules were others.
    return wrong === undefined || wrong(value) !== null ? undefined : value;
  };

  const settingOf = (spec: SettingSpec): Setting => {
    const { name, title, description, type } = spec;
    const shown = { name, title, description, type, default: spec.default };
    for (const from of ['flag', 'environment', 'file'] as const) {
      const value = given[from][name];
      if (value !== undefined) return { ...shown, value, from, fixed: true };
    }
    const here = stored(spec);
    const fixed = spec.wrong === undefined;
    if (here !== undefined) return { ...shown, value: here, from: 'here', fixed };
    return { ...shown, value: spec.default, from: 'default', fixed };
  };

  const find = (name: string): SettingSpec => {
    const spec = specs.find((one) => one.name === name);
    if (spec === undefined) throw new Problem(404, 'not-found', `There is no setting ${name}.`);
    return spec;
  };

  return {
    list: () => specs.map(settingOf),
    value: (name) => settingOf(find(name)).value as Json,
    set(name, value, who) {
      const spec = find(name);
      const { from } = settingOf(spec);
      if (spec.wrong === undefined || (from !== 'here' && from !== 'default')) {
        const by = { flag: 'a flag', environment: 'the environment', file: 'rondo.config.json' } as const;
        const fixed = from === 'here' || from === 'default' ? 'the start of the server' : by[from];
        throw new Problem(409, 'setting-fixed', `${spec.title} is set by ${fixed} and cannot be changed here.`);
      }
      const why = spec.wrong(value);
      if (why !== null) {
        throw new Problem(422, 'setting-invalid', `${spec.title}: ${why}`, {
          more: { fields: [{ path: '/value', message: why }] },
        });
      }
      const text = `insert into settings (name, value, changed_at, changed_by) values (?1, ?2, ?3, ?4)
        on conflict (name) do update set value = ?2, changed_at = ?3, changed_by = ?4`;
      db.change(text, name, JSON.stringify(value), now(), who);
      for (const listener of listeners) listener(name, value as Json);
      return settingOf(spec);
    },
    onChange: (listener) => void listeners.push(listener),
  };
}
