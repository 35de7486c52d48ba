/**
 * Owns opening the embedded services: state, secrets and knowledge in one SQLite file.
 * Does not read the environment or know runs.
 */
import type { KnowledgePort, StatePort } from '@rondo/core/model/effect-ports.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import { Database } from './database.ts';
import { createKnowledge } from './knowledge/knowledge.ts';
import { VectorSearch } from './knowledge/vector-search.ts';
import type { ServiceLimits } from './limit.ts';
import { createSecretStore, type SecretStore } from './secrets/secret-store.ts';
import { createState } from './state/state.ts';

export type { Keeper, KeeperOptions } from './keep.ts';
export type { ServiceLimits } from './limit.ts';
export type { Secret, SecretLookup } from './secrets/door.ts';
export type { MasterKeySource } from './secrets/master-key.ts';
export type { Redactor } from './secrets/redactor.ts';
export type { SecretStore, SecretSummary } from './secrets/secret-store.ts';

export interface ServicesOptions {
  /** File, created for its owner only, or `:memory:`. Not the run store's file. */
  path: string;
  /** Master key, 32 bytes (secrets/master-key.ts). */
  key: Uint8Array;
  now?: () => number;
}

export interface RunDoors {
  state: StatePort;
  knowledge: KnowledgePort;
}

export interface Services extends RunDoors {
  secrets: SecretStore;
  /** The same state and knowledge under the limits of one run. Costs nothing. */
  within(limits: ServiceLimits): RunDoors;
  close(): Promise<void>;
}

const VECTOR_CACHE_BYTES = 256 * 1024 * 1024;

/** Throws StoreError when the file cannot be used. */
export async function openServices({ path, key, now = Date.now }: ServicesOptions): Promise<Services> {
  const database = new Database(path);
  try {
    const vectors = new VectorSearch(database, VECTOR_CACHE_BYTES);
    const within = (limits: ServiceLimits): RunDoors => ({
      state: createState(database, limits),
      knowledge: createKnowledge(database, vectors, limits),
    });
    return {
      ...within(resolveLimits()),
      secrets: createSecretStore(database, key, now),
      within,
      close: async () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
