/**
 * Owns the few figures that are made of repeated measurements. Does not measure.
 */

export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** (largest - smallest) / median: how much to trust the median. */
export function spread(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : (Math.max(...values) - Math.min(...values)) / median(values);
}

/** Runs the tasks in turn, `rounds` times, so that a slow minute of the machine hits all of them. */
export async function interleaved<T extends Record<string, () => Promise<unknown>>>(
  rounds: number,
  tasks: T,
): Promise<{ [K in keyof T]: Awaited<ReturnType<T[K]>>[] }> {
  const results = Object.fromEntries(Object.keys(tasks).map((name) => [name, [] as unknown[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, task] of Object.entries(tasks)) results[name]?.push(await task());
  }
  return results as { [K in keyof T]: Awaited<ReturnType<T[K]>>[] };
}
