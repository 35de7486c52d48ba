/** onError: pass, in every way that a step can be run: what came in goes on as it is. */
import { describe, expect, it } from 'vitest';
import { run } from './workflow.testing.ts';

const ITEMS = [{ n: 1 }, { n: 2 }, { n: 3 }];
const START = `nodes:
  start: { type: manual }`;

describe('onError: pass', () => {
  it('hands the items of a list node on, each from its own', async () => {
    const result = await run(
      `${START}
  sorted: { type: sort, after: start, loop: { onError: pass }, with: { fields: [x], semantics: n8n } }
  next: { type: set, after: sorted, with: { fields: { first: "{{ $('start').item.json.n }}" } } }`,
      { input: ITEMS },
    );
    expect(result.status).toBe('completed');
    expect(result.output).toEqual(ITEMS.map(({ n }) => ({ n, first: n })));
  });

  it('hands on the item that failed, and the results of the others', async () => {
    const result = await run(
      `${START}
  set: { type: set, after: start, loop: { onError: pass }, with: { keep: none, fields: { m: "{{ $json.n === 2 ? $json.a.b : $json.n }}" } } }`,
      { input: ITEMS },
    );
    expect(result.output).toEqual([{ m: 1 }, { n: 2 }, { m: 3 }]);
    expect(result.loop('set')).toMatchObject({ completed: 2, failed: 1 });
  });

  it('holds for an effect that takes several items at once', async () => {
    const result = await run(
      `${START}
  stop: { type: stop-and-error, after: start, loop: { onError: pass, size: 2 }, with: { message: no } }
  next: { type: set, after: stop, with: { fields: { first: "{{ $('start').item.json.n }}" } } }`,
      { input: ITEMS },
    );
    expect(result.output).toEqual(ITEMS.map(({ n }) => ({ n, first: n })));
  });
});
