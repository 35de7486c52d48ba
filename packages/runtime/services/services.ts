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
import type { SecretLookup } from './secrets/door.ts';
import { createSecretStore, type SecretStore } from './secrets/secret-store.ts';
import { createState } from './state/state.ts';

export type { ServiceLimits, SecretLookup, SecretStore };

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
  /** What the door `secret` of a run looks up. */
  secret: SecretLookup;
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
    const secrets = createSecretStore(database, key, now);
    return {
      ...within(resolveLimits()),
      secrets,
      secret: (name) => secrets.value(name),
      within,
      close: () => database.close(),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
