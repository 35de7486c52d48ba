/**
 * Owns what code of n8n files keeps while its run lasts: `$getWorkflowStaticData` and `$execution.customData`. It
 * lives as long as the evaluator does; nothing else outlives a unit.
 */

/** Runs whose data is kept; the oldest goes when there are more. */
const MOST_RUNS = 50;

const runs = new Map<string, Map<string, Record<string, unknown>>>();

/** An object of the run, empty at first. */
export function kept(run: string, key: string): Record<string, unknown> {
  let objects = runs.get(run);
  if (objects === undefined) {
    objects = new Map();
    runs.set(run, objects);
    const [oldest] = runs.keys();
    if (runs.size > MOST_RUNS && oldest !== undefined) runs.delete(oldest);
  }
  let object = objects.get(key);
  if (object === undefined) {
    object = {};
    objects.set(key, object);
  }
  return object;
}
