/** Owns finding the partner for a comparison: the completed iteration that is nearest to another one. */
import { call } from '../app/api.ts';

/** The completed iteration that is nearest to another; null: there is none near it. */
export async function nearestCompleted(run: string, path: string, index: number): Promise<number | null> {
  const ask = async (from: number): Promise<number[]> => {
    const page = await call('GET /runs/{id}/loops/{path}/iterations', {
      params: { id: run, path },
      query: { status: 'completed', limit: 60, ...(from > 0 ? { cursor: `index:${from}` } : {}) },
    });
    return page.items.map((row) => row.index);
  };
  const found = [...(await ask(Math.max(0, index - 30))), ...(await ask(index + 1))].filter((one) => one !== index);
  return found.reduce<number | null>(
    (best, one) => (best === null || Math.abs(one - index) < Math.abs(best - index) ? one : best),
    null,
  );
}
