/**
 * Owns the whole server as `rondo serve` starts it: the server of triggers (server.ts) with people and their access,
 * settings, the API, the studio, and runner processes. Does not read flags or the environment (apps/cli).
 */
import { join } from 'node:path';
import { Defect } from '@rondo/core/errors.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import type { Clock, RunStore } from '@rondo/core/ports.ts';
import { registry } from '@rondo/nodes/registry.ts';
import type { HostLimits } from '@rondo/runtime/egress/host-gate.ts';
import { createFolderBlobs } from '@rondo/runtime/blobs/blobs.ts';
import { systemClock } from '@rondo/runtime/runner/clock.ts';
import { servicesFor, type RunnerServices } from '@rondo/runtime/services/for-runner.ts';
import { openAccess, type Access } from './access/access.ts';
import { audited } from './access/audited.ts';
import { accountHandlers } from './api/accounts.ts';
import { createApi } from './api/api.ts';
import { createSecretUses } from './api/secrets.ts';
import type { LogLevel } from './log/levels.ts';
import { createLog } from './log/log.ts';
import { createRunnerPool, type RunnerPool } from './runners/pool.ts';
import { isLoopback, startServer, type RunnerParts, type Server, type ServerOptions } from './server.ts';
import { hostLimitsOf } from './settings/host-limits.ts';
import { openSettings, settingSpecs, type GivenSettings, type Settings } from './settings/settings.ts';
import { StudioDb } from './store/studio-db.ts';
import type { Workflow } from './workflows/workflow.ts';

export interface StudioServerOptions extends Pick<ServerOptions, 'trustProxy' | 'limits' | 'studio' | 'onWorkflows'> {
  /** Takes one line of the log, without its end. */
  write(line: string): void;
  /** Folder of workflows and studio.db. */
  data: string;
  /** The run store, and the file that runner processes open for themselves. */
  store: RunStore;
  database: string;
  /** Of services.db, key and blobs. */
  folder: string;
  encryptionKey: string | undefined;
  /** Of --secret: for all runs, kept nowhere. */
  secrets: Record<string, string>;
  given: GivenSettings;
  /** Where nothing says how many. */
  runners: number;
  clock?: Clock;
  /** The owner cannot sign in any more: a link to a new password. */
  resetOwner?: boolean;
  /** Of hashing passwords; tests take a cheap one. */
  costLog?: number;
  /** Default true: the first runner process is started at once. */
  warm?: boolean;
}

export interface StudioServer extends Server {
  access: Access;
  settings: Settings;
  pool: RunnerPool;
  /** The link that makes the owner; null when there is one. */
  setupUrl(): string | null;
}

/** An installation that nobody owns is for this machine only: whoever came first from elsewhere could take it. */
export class OwnerNeeded extends Error {
  constructor(host: string) {
    super(
      `Nobody owns this installation yet, so it does not listen on ${host}. Start it once without --host, open the ` +
        'link that it prints, and make the owner; after that it listens where you say.',
    );
    this.name = 'OwnerNeeded';
  }
}

export async function startStudioServer(options: StudioServerOptions): Promise<StudioServer> {
  const db = new StudioDb(join(options.data, 'studio.db'));
  let kept: RunnerServices | null = null;
  try {
    kept = await servicesFor(options.folder, options.encryptionKey);
    return await start(options, db, kept);
  } catch (error) {
    await kept?.close();
    db.close();
    throw error;
  }
}

async function start(options: StudioServerOptions, db: StudioDb, kept: RunnerServices): Promise<StudioServer> {
  const { data, store, folder, database, secrets, clock = systemClock } = options;
  const specs = settingSpecs({ runners: options.runners, data, database });
  const settings = openSettings(db, specs, options.given, clock.now);
  const log = createLog({
    level: () => settings.value('logLevel') as LogLevel,
    now: clock.now,
    write: options.write,
  });
  const { report } = log;
  for (const [name, value] of Object.entries(secrets)) log.hide(name, value);
  const publicUrl = (settings.value('publicUrl') as string | null) || null;
  const access = openAccess({
    db,
    now: clock.now,
    own: async () => (await kept.open()).secrets.own,
    publicUrl,
    resetOwner: options.resetOwner === true,
    ...(options.costLog === undefined ? {} : { costLog: options.costLog }),
  });
  const host = String(settings.value('host'));
  if (!access.people.hasOwner() && !isLoopback(host)) throw new OwnerNeeded(host);
  const uses = createSecretUses(db);
  const blobs = join(folder, 'blobs');
  const { state } = kept.services.within(resolveLimits());
  const found: { workflows: readonly Workflow[]; pool: RunnerPool | null; signalBase(): string } = {
    workflows: [],
    pool: null,
    signalBase: () => '',
  };
  const hostLimits = (): HostLimits =>
    hostLimitsOf(
      Number(settings.value('hostParallel')),
      Number(settings.value('hostRate')),
      settings.value('hostLimits') as string[],
    );
  const makePool = (parts: RunnerParts): RunnerPool => {
    // A token stands behind the address, so the address of none is what all begin with.
    found.signalBase = () => parts.signalUrl('');
    found.pool = createRunnerPool({
      setup: () => ({
        database,
        folder,
        blobs,
        encryptionKey: options.encryptionKey ?? null,
        secrets,
        egressAllow: settings.value('egressAllow') as string[],
        signalBase: found.signalBase(),
      }),
      most: Number(settings.value('runners')),
      hosts: hostLimits(),
      store,
      state,
      clock,
      findWorkflow: parts.findWorkflow,
      secretUsed: uses.note,
      report,
    });
    return found.pool;
  };
  const workflows = join(data, 'workflows');
  const api = createApi({
    db,
    store,
    registry,
    folder: workflows,
    clock,
    report,
    keep: () => ({ runs: Number(settings.value('keepRuns')), failed: Number(settings.value('keepFailedRuns')) }),
    processes: () => found.pool?.processes() ?? [],
    suggest: {
      model: () => {
        const [baseUrl, model, secret] = ['suggestUrl', 'suggestModel', 'suggestSecret'].map((name) =>
          String(settings.value(name) ?? '').trim(),
        ) as [string, string, string];
        return baseUrl === '' || model === '' ? null : { baseUrl, model, secret };
      },
      egressAllow: () => settings.value('egressAllow') as string[],
      secrets: async () => {
        const store = (await kept.open()).secrets;
        return (name) =>
          Object.hasOwn(secrets, name) ? { value: secrets[name] as string, hosts: [] } : (store.value(name) ?? null);
      },
    },
    accounts: accountHandlers({
      access,
      settings,
      uses,
      secrets: async () => (await kept.open()).secrets,
      workflows: () => found.workflows,
      egressAllow: () => settings.value('egressAllow') as string[],
      now: clock.now,
    }),
  });
  const server = await startServer({
    ...options,
    host,
    port: Number(settings.value('port')),
    runs: Number(settings.value('runs')),
    workflows,
    registry,
    clock,
    state,
    blobs: createFolderBlobs(blobs),
    gate: access.gate,
    report,
    secret: async (name) => {
      const value = Object.hasOwn(secrets, name) ? secrets[name] : (await kept.open()).secrets.value(name)?.value;
      if (value !== undefined) log.hide(name, value);
      return value;
    },
    makeRunner: makePool,
    routes: (parts) => audited(api.routes(parts), access.audit),
    onProgress: api.onProgress,
    onWorkflows: (all, changed) => {
      found.workflows = all;
      api.onWorkflows(all, changed);
      options.onWorkflows?.(all, changed);
    },
    ...(publicUrl === null ? {} : { publicUrl }),
  });
  const pool = found.pool;
  if (pool === null) throw new Defect('the server asked for no runner');
  settings.onChange((name, value) => {
    if (name === 'runners') pool.setMost(Number(value));
    if (name.startsWith('host')) pool.setHosts(hostLimits());
  });
  pool.listening(found.signalBase(), options.warm !== false);
  return {
    ...server,
    access,
    settings,
    pool,
    setupUrl: () => {
      const path = access.setup.path();
      return path === null ? null : `${server.url}${path}`;
    },
    async close() {
      await api.close();
      await server.close();
      await kept.close();
      db.close();
    },
  };
}
