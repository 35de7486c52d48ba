/**
 * Owns what has run in one walk: every run of every step with what came to it and what it gave. Decides nothing.
 */
import type { Arrival } from '@rondo/core/engine/walk.ts';
import type { LoopMemory } from '@rondo/core/engine/walk-loop.ts';
import type { Failure } from '@rondo/core/errors.ts';
import type { Dataset } from '@rondo/core/events.ts';
import type { Source, Step } from '@rondo/core/model/plan.ts';

export interface RunRecord {
  /** By input: what came. */
  sources: readonly (readonly Source[])[];
  output: Dataset;
  /** The step failed, and gave its input on. */
  failure?: Failure;
  /** Loop Over Items: where the items of its only output with items come from, stretch by stretch. */
  origins?: readonly Stretch[];
}

/** Items in a row of one output: of `source`, `count` from position `from`. */
export interface Stretch {
  source: Source;
  from: number;
  count: number;
}

export class WalkHistory {
  /** By step. */
  readonly runs: RunRecord[][];
  /** Number of the run that runs now, of its step. */
  run = 0;
  /** What comes to it on the input that drives it. */
  driving: Arrival | null = null;
  /** The last run that gave something, if only empty lists. */
  last: { step: number; run: number } | null = null;
  /** What loop nodes keep, by step. */
  readonly loops = new Map<number, LoopMemory>();
  /** Items that loop nodes will hand out next, by step. */
  readonly windows = new Map<number, { key: string; from: number; items: string[] }>();
  readonly #steps: Step[] = [];

  constructor(steps: number) {
    this.runs = Array.from({ length: steps }, () => []);
  }

  /** The step as a run sees it. One object for all its runs: what is known of a step is kept by the object. */
  begin(step: Step, run: number, inputs: readonly (Arrival | null)[], driving: Arrival | null): Step {
    const bound = (this.#steps[step.index] ??= { ...step });
    const first = step.inputs[0]?.[0]?.first === true;
    bound.inputs = step.inputs.map((_, port) => {
      const arrival = inputs[port];
      return arrival === null || arrival === undefined ? [] : [sourceOf(arrival, first)];
    });
    this.run = run;
    this.driving = driving;
    return bound;
  }

  add(step: Step, record: RunRecord): void {
    const runs = this.runs[step.index] as RunRecord[];
    runs.push(record);
    if (record.output.kind === 'rows' || record.output.ports.length > 0) {
      this.last = { step: step.index, run: runs.length - 1 };
    }
  }
}

export function sourceOf({ step, port, run, empty }: Arrival, first = false): Source {
  const source: Source = step < 0 ? { step, port } : { step, port, run: empty === true ? -1 : run };
  if (first) source.first = true;
  return source;
}
