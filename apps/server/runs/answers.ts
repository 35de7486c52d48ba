/**
 * Owns the way of a Respond node's answer to the request that waits for it: by run id, the first answer
 * counts. The node speaks through a door that is put into its ports here. Does not send anything.
 */
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import type { NodeRegistry, NodeType } from '@rondo/core/model/node-type.ts';
import type { RunResponse } from '@rondo/nodes/respond/response.ts';
import type { ResponsePorts } from '@rondo/nodes/respond/run.ts';

export interface Answers {
  /** Calls with the first answer of the run; call the result to stop waiting. */
  wait(runId: string, listener: (response: RunResponse) => void): () => void;
  give(runId: string, response: RunResponse): void;
}

export function createAnswers(): Answers {
  const waiting = new Map<string, Set<(response: RunResponse) => void>>();
  return {
    wait(runId, listener) {
      // Several, where a request was sent again while the first one still waits.
      const listeners = waiting.get(runId) ?? new Set();
      waiting.set(runId, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && waiting.get(runId) === listeners) waiting.delete(runId);
      };
    },
    give(runId, response) {
      const listeners = waiting.get(runId) ?? [];
      waiting.delete(runId);
      for (const listener of listeners) listener(response);
    },
  };
}

/** The registry whose Respond node speaks to `answers`. */
export function answeringRegistry(registry: NodeRegistry, answers: Answers): NodeRegistry {
  const respond = registry.get('respond');
  const { run } = respond ?? {};
  if (respond === undefined || run === undefined) return registry;
  const answering: NodeType = {
    ...respond,
    run: (call) => {
      // <run id>/<step path>[<index>]
      const [runId = ''] = call.idempotencyKey.split('/', 1);
      const ports: EffectPorts & ResponsePorts = {
        ...call.ports,
        respond: (response) => answers.give(runId, response),
      };
      return run({ ...call, ports });
    },
  };
  return {
    get: (type) => (type === 'respond' ? answering : registry.get(type)),
    list: () => registry.list().map((node) => (node === respond ? answering : node)),
  };
}
