/**
 * Owns the services of a runner: in a file beside the database, opened when first needed. Secrets
 * are asked for without waiting, so a file that is there is opened at once.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KnowledgePort, StatePort } from '@rondo/core/model/effect-ports.ts';
import type { Limits } from '@rondo/core/model/limits.ts';
import type { RunServices } from '../api.ts';
import type { Services } from './services.ts';

export interface RunnerServices {
  services: RunServices;
  /** For those who work on them directly: the server, tests. */
  open(): Promise<Services>;
  close(): Promise<void>;
}

/** `folder` null: nothing is kept. `environmentKey` is the value of RONDO_ENCRYPTION_KEY. */
export async function servicesFor(folder: string | null, environmentKey: string | undefined): Promise<RunnerServices> {
  const path = folder === null ? ':memory:' : join(folder, 'services.db');
  let opening: Promise<Services> | null = null;
  let opened: Services | null = null;
  const open = (): Promise<Services> => {
    if (opening === null) {
      const mine = load(path, folder, environmentKey).then((services) => (opened = services));
      opening = mine;
      // What could not be opened now may be there later.
      mine.catch(() => (opening = null));
    }
    return opening;
  };
  if (folder !== null && existsSync(path)) await open();
  const within = (limits: Limits): { state: StatePort; knowledge: KnowledgePort } => {
    const doors = async () => (await open()).within(limits);
    return {
      state: {
        get: async (...call) => (await doors()).state.get(...call),
        set: async (...call) => (await doors()).state.set(...call),
        add: async (...call) => (await doors()).state.add(...call),
        clear: async (...call) => (await doors()).state.clear(...call),
      },
      knowledge: {
        put: async (...call) => (await doors()).knowledge.put(...call),
        remove: async (...call) => (await doors()).knowledge.remove(...call),
        search: async (...call) => (await doors()).knowledge.search(...call),
      },
    };
  };
  return {
    open,
    services: {
      within,
      // Without the file there are no secrets yet.
      secret: (name) => opened?.secrets.value(name) ?? null,
    },
    async close() {
      await opening?.then(
        (services) => services.close(),
        () => {},
      );
    },
  };
}

async function load(path: string, folder: string | null, environmentKey: string | undefined): Promise<Services> {
  const [{ openServices }, { readMasterKey }] = await Promise.all([
    import('./services.ts'),
    import('./secrets/master-key.ts'),
  ]);
  const key =
    folder === null
      ? crypto.getRandomValues(new Uint8Array(32))
      : readMasterKey({ environment: environmentKey, file: join(folder, 'key') });
  return openServices({ path, key });
}
