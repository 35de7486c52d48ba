/**
 * Owns opening the doors of one run (core/model/effect-ports.ts): puts together what the
 * environment has, and closes what the run opened. Doors of a single call are steps/effect.ts.
 */
import { dirname, resolve } from 'node:path';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { EffectPorts, KnowledgePort, StatePort, VariablePort } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Limits } from '@rondo/core/model/limits.ts';
import type { Clock } from '@rondo/core/ports.ts';
import type { RunnerEnvironment } from '../api.ts';
import { createFolderBlobs } from '../blobs/blobs.ts';
import { createEgress } from '../egress/egress.ts';
import { createFiles } from '../files/files.ts';
import { createKeeper } from '../services/keep.ts';
import { createSecretDoor } from '../services/secrets/door.ts';
import { createRedactor, type Redactor } from '../services/secrets/redactor.ts';

/** Doors that all calls of a run share. */
export type RunPorts = Pick<
  EffectPorts,
  'fetch' | 'files' | 'blobs' | 'clock' | 'secret' | 'dial' | 'keep' | 'drop' | 'state' | 'knowledge'
>;

export interface OpenPorts {
  ports: RunPorts;
  /** Takes secrets that were handed out from whatever is recorded or shown. */
  redactor: Redactor;
  close(): Promise<void>;
}

export function openPorts(
  environment: RunnerEnvironment,
  clock: Clock,
  limits: Limits,
  run: { file: string; items?: string },
): OpenPorts {
  const egress = createEgress({
    allow: environment.egressAllow ?? [],
    limits,
    clock,
    enterHost: environment.enterHost,
  });
  const keeper = createKeeper({ most: limits['run.kept'] });
  const redactor = createRedactor();
  const { services } = environment;
  const kept = services?.within(limits);
  const secret = createSecretDoor((name) => {
    const given = environment.secrets?.[name];
    return given === undefined ? (services?.secret(name) ?? null) : { value: given, hosts: [] };
  }, redactor);
  const folder = dirname(resolve(run.file));
  const roots = run.items === undefined ? {} : { roots: [dirname(resolve(run.items))] };
  return {
    ports: {
      fetch: egress.fetch,
      dial: egress.dial,
      files: createFiles(environment.filesRoot ?? folder, roots),
      ...(environment.blobs === undefined ? {} : { blobs: createFolderBlobs(environment.blobs) }),
      clock,
      secret,
      keep: keeper.keep,
      drop: keeper.drop,
      state: kept?.state ?? noState(),
      knowledge: kept?.knowledge ?? noKnowledge(),
    },
    redactor,
    async close() {
      await keeper.close();
      await egress.close();
    },
  };
}

function missing(what: string): Promise<never> {
  const message = `This run has no place for ${what}: it was started without services.`;
  return Promise.reject(new FailureError(failure('node-failed', message, { retry: 'no' })));
}

function noState(): StatePort {
  const none = (): Promise<never> => missing('values that outlive it');
  return { get: none, set: none, add: none, clear: none };
}

function noKnowledge(): KnowledgePort {
  const none = (): Promise<never> => missing('knowledge');
  return { put: none, remove: none, search: none };
}

/** Where variables are kept: those of the run with its journal, those of a conversation in the state. */
export interface VariableHome {
  /** `$vars` of the run; changed in place, so that what is evaluated next sees it. */
  vars: Record<string, Json>;
  conversation: Record<string, Json>;
  /** Those of the run that were set so far, by earlier runners too. */
  assigned: Record<string, Json>;
  recordRun(): void;
  recordConversation(name: string): Promise<void>;
}

export function createVariables(home: VariableHome): VariablePort {
  return {
    get: (scope, name) => {
      const from = scope === 'run' ? home.vars : home.conversation;
      return Object.hasOwn(from, name) ? from[name] : undefined;
    },
    async set(scope, name, value) {
      if (scope === 'conversation') {
        put(home.conversation, name, value);
        await home.recordConversation(name);
        return;
      }
      put(home.vars, name, value);
      put(home.assigned, name, value);
      home.recordRun();
    },
  };
}

/** Names are data: `__proto__` is one like any other. */
export function put(into: Record<string, Json>, name: string, value: Json): void {
  Object.defineProperty(into, name, { value, writable: true, enumerable: true, configurable: true });
}
