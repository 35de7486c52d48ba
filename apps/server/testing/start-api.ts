/**
 * Owns a server with the whole API for tests: real gate, real store in memory or in a file, a runner in this process,
 * a token that may do everything, the typed client.
 */
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { TOKEN_SCOPES } from '@rondo/api/access.ts';
import { createClient, type Call } from '@rondo/api/client.ts';
import { registry } from '@rondo/nodes/registry.ts';
import { openStore } from '@rondo/runtime/stores/open.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { openAccess, type Access } from '../access/access.ts';
import { accountHandlers } from '../api/accounts.ts';
import { createApi, type Api } from '../api/api.ts';
import { createSecretUses } from '../api/secrets.ts';
import { openSettings, settingSpecs } from '../settings/settings.ts';
import { StudioDb } from '../store/studio-db.ts';
import { start, type StartOptions, type Started } from './start.ts';

export interface StartedApi extends Started {
  /** With a token that may do everything. */
  api: Call;
  token: string;
  /** One round of retention: runs are kept for a day, those with failures for three. */
  retain(): Promise<number>;
  access: Access;
  headers: Record<string, string>;
}

const ending: (() => Promise<void>)[] = [];

/** Once in every test file, before serverTests(). */
export function apiTests(): void {
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });
}

/** Files without their first line. */
export async function startApi(files: Record<string, string> = {}, options: StartOptions = {}): Promise<StartedApi> {
  const folder = await mkdtemp(join(tmpdir(), 'rondo-api-'));
  const db = new StudioDb(':memory:');
  const store = options.store ?? (await openStore(join(folder, 'runs.db')));
  const noSecrets = async (): Promise<never> => Promise.reject(new Error('no test of these asks for secrets'));
  const access = openAccess({ db, now: Date.now, own: noSecrets, publicUrl: null });
  const specs = settingSpecs({ runners: 1, data: folder, database: '' });
  const settings = openSettings(db, specs, { flag: {}, environment: {}, file: {} }, Date.now);
  const uses = createSecretUses(db);
  let made: Api | null = null;
  const accounts = accountHandlers({
    access,
    settings,
    uses,
    secrets: noSecrets,
    workflows: () => [],
    egressAllow: () => [],
    now: Date.now,
  });
  const api = (): Api =>
    (made ??= createApi({
      db,
      store,
      registry,
      folder: join(folder, 'workflows'),
      accounts,
      keep: () => ({ runs: 1, failed: 3 }),
      report: () => {},
    }));
  const started = await start(files, {
    folder,
    store,
    gate: access.gate,
    routes: (parts) => api().routes(parts),
    onProgress: (runId, progress) => api().onProgress(runId, progress),
    onWorkflows: (all, changed) => api().onWorkflows(all, changed),
    ...options,
  });
  const { secret: token } = access.tokens.create({
    name: 'test',
    scopes: [...TOKEN_SCOPES],
    workflows: [],
    expiresAt: null,
    createdBy: 'test',
  });
  ending.push(async () => {
    await api().close();
    await started.close();
    if (options.store === undefined) await store.close();
    db.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    ...started,
    retain: () => api().retention.look(),
    api: createClient({ origin: started.url, token }),
    token,
    access,
    headers: { authorization: `Bearer ${token}` },
  };
}
