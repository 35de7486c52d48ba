/**
 * Owns repairing what failed by one edit: says it in words, makes it in the newest version of the workflow, saves that
 * as a new one, and offers to run these again by it. Which edits there are is core's closed list (lint/repairs.ts).
 */
import type { Cause, Iteration, Loop, Run } from '@rondo/api/schemas/run.ts';
import type { Workflow } from '@rondo/api/schemas/workflow.ts';
import { checkShape } from '@rondo/core/model/shape.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { type Repair, repaired, repairsOf } from '@rondo/core/lint/repairs.ts';
import { RotateCw, Wrench } from 'lucide-react';
import { useMemo, useState } from 'react';
import { call, keyOf, messageOf, queryClient } from '../app/api.ts';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { count } from '../ui/format.ts';
import { toast } from '../ui/toast.tsx';
import { isOver } from './controls.tsx';
import { setLoops } from './live.ts';
import type { Rerun } from './rerun.ts';

const MOST = 2;

export interface RepairsProps {
  run: Run;
  loop: Loop;
  iteration: Iteration;
  cause: Cause | null;
  rerun: Rerun;
}

/** The version that a repair was saved as, by run and cause: it outlives moving to another iteration. */
const saved = new Map<string, number>();

export function Repairs({ run, loop, iteration, cause, rerun }: RepairsProps) {
  const { failure } = iteration;
  const edit = useMay('workflow:write');
  const steer = useMay('run:start');
  const [busy, setBusy] = useState<Repair['id'] | null>(null);
  const [, setTurn] = useState(0);
  const definition = run.definition as unknown as Definition;
  const repairs = useMemo(
    () => (failure === null || typeof definition.nodes !== 'object' ? [] : repairsOf(definition, loop.node, failure)),
    [definition, loop.node, failure],
  );
  if (failure === null || run.workflowId === null) return null;
  const key = `${run.id} ${loop.path} ${cause?.id ?? iteration.index}`;
  const version = saved.get(key);
  if (version !== undefined && run.version !== version) {
    const these = cause?.count ?? 1;
    return (
      <p className="mt-1.5 flex flex-wrap items-center gap-2 text-meta text-ink2">
        <span role="status">Saved as version {version}.</span>
        <Button
          small
          icon={<RotateCw size={14} aria-hidden />}
          unless={rerun.unless}
          busy={rerun.busy}
          onClick={() =>
            rerun.start({
              loop: loop.path,
              version,
              ...(cause === null ? { indices: [iteration.index] } : { cause: cause.id }),
            })
          }
        >
          Re-run {these === 1 ? 'it' : `these ${count(these)}`} by version {version}
        </Button>
      </p>
    );
  }
  const apply = async (repair: Repair): Promise<void> => {
    setBusy(repair.id);
    try {
      if (repair.dial !== undefined && isLive(run, loop)) {
        const params = { id: run.id, path: loop.path };
        setLoops(run.id, [await call('PATCH /runs/{id}/loops/{path}', { params, body: repair.dial })]);
        toast(`Parallel is now ${repair.dial.parallel}. What is in flight finishes first.`);
        return;
      }
      saved.set(key, await saveRepair(run.workflowId ?? '', loop.node, failure, repair.id));
      setTurn((turn) => turn + 1);
    } catch (error) {
      toast(messageOf(error));
    } finally {
      setBusy(null);
    }
  };
  if (repairs.length === 0) return null;
  return (
    <p className="mt-1.5 flex flex-wrap gap-2">
      {repairs.slice(0, MOST).map((repair) => {
        const may = repair.dial !== undefined && isLive(run, loop) ? steer : edit;
        return (
          <Button
            key={repair.id}
            small
            icon={<Wrench size={14} strokeWidth={1.5} aria-hidden />}
            unless={may.allowed ? '' : may.why}
            busy={busy === repair.id}
            onClick={() => void apply(repair)}
          >
            {repair.says}
          </Button>
        );
      })}
    </p>
  );
}

const isLive = (run: Run, { status }: Loop): boolean => !isOver(run) && (status === 'running' || status === 'waiting');

/** The same repair in the newest version, which may be another one than the run's. Answers the version it is now. */
async function saveRepair(
  workflow: string,
  loop: string,
  failure: NonNullable<Iteration['failure']>,
  id: Repair['id'],
): Promise<number> {
  const params = { id: workflow };
  const newest: Workflow = await call('GET /workflows/{id}', { params });
  const definition = newest.definition as unknown as Definition | null;
  const isWhole =
    definition !== null && checkShape(definition as unknown as Json).every((one) => one.severity !== 'error');
  const repair = isWhole ? repairsOf(definition, loop, failure).find((one) => one.id === id) : undefined;
  if (!isWhole || repair === undefined) throw new Error('The workflow has changed since this run. Open the node.');
  const answer = await call('PUT /workflows/{id}', {
    params,
    body: {
      definition: repaired(definition, repair) as unknown as Record<string, unknown>,
      version: newest.version,
      note: repair.says,
    },
  });
  queryClient.setQueryData(keyOf('GET /workflows/{id}', { params }), answer);
  return answer.version;
}
