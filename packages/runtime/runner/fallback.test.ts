/** What failed iterations give in their place, in every way that a loop can be run. */
import { describe, expect, it } from 'vitest';
import { run } from './workflow.testing.ts';

const START = `nodes:
  start: { type: manual }`;

const ITEMS = [{ n: 1, a: { b: 1 } }, { n: 2 }, { n: 3, a: { b: 3 } }];
const FIELDS = '{ keep: none, fields: { b: "{{ $json.a.b }}" } }';

describe('onError: item', () => {
  it('gives an item with the message in the place of a failed one', async () => {
    const result = await run(
      `${START}
  bad: { type: set, after: start, loop: { onError: item }, with: ${FIELDS} }`,
      { input: ITEMS },
    );
    expect(result.status).toBe('completed');
    expect(result.output).toEqual([{ b: 1 }, { error: expect.stringContaining('$json.a.b') }, { b: 3 }]);
    expect(result.loop('bad')).toMatchObject({ completed: 2, failed: 1 });
    const [, row] = await result.rows('bad');
    expect(row).toMatchObject({ status: 'failed', failure: { code: 'expression-failed', item: 1 } });
  });

  it('gives what fallback says, with $error and the item', async () => {
    const result = await run(
      `${START}
  bad:
    type: set
    after: start
    loop: { onError: item, fallback: { n: "{{ $json.n }}", code: "{{ $error.code }}", at: "{{ $error.node }}", from: "{{ $('start').item.json.n }}" } }
    with: ${FIELDS}`,
      { input: ITEMS },
    );
    expect(result.output).toEqual([{ b: 1 }, { n: 2, code: 'expression-failed', at: 'bad', from: 2 }, { b: 3 }]);
  });

  it('holds for an effect after its retries, and inside a body', async () => {
    const result = await run(
      `${START}
  each:
    type: for-each
    after: start
    body:
      stop: { type: stop-and-error, loop: { onError: item, retry: { times: 1, delay: 0 } }, with: { message: "no {{ $json.n }}" } }
      after: { type: set, after: stop, with: { fields: { seen: true } } }`,
      { input: [{ n: 1 }, { n: 2 }] },
    );
    expect(result.output).toEqual([
      { error: 'no 1', seen: true },
      { error: 'no 2', seen: true },
    ]);
    expect(result.loop('each')).toMatchObject({ completed: 2, failed: 0 });
  });

  it('holds for a container, whose iteration fails', async () => {
    const result = await run(
      `${START}
  each:
    type: for-each
    after: start
    loop: { onError: item, fallback: "{{ $error.message }}" }
    body:
      inner: { type: set, with: ${FIELDS} }`,
      { input: ITEMS },
    );
    expect(result.output).toEqual([{ b: 1 }, expect.stringContaining('$json.a.b'), { b: 3 }]);
  });
});

describe('onError: port', () => {
  it('gives failed items to the output error, beside their own fields', async () => {
    const result = await run(
      `${START}
  bad: { type: set, after: start, loop: { onError: port }, with: ${FIELDS} }
  good: { type: aggregate, after: bad, with: { into: good } }
  wrong: { type: aggregate, after: bad.error, with: { into: wrong } }
output: "{{ [$('good').first().json.good.length, $('wrong').first().json.wrong[0].n, typeof $('wrong').first().json.wrong[0].error] }}"`,
      { input: ITEMS },
    );
    expect(result.failure).toBe(null);
    expect(result.output).toEqual([2, 2, 'string']);
  });

  it('holds inside a pure body, where nothing else is connected', async () => {
    const result = await run(
      `${START}
  each:
    type: for-each
    after: start
    body:
      bad: { type: set, loop: { onError: port }, with: ${FIELDS} }
      wrong: { type: set, after: bad.error, with: { fields: { caught: true } } }
    result: [bad, wrong]`,
      { input: ITEMS },
    );
    expect(result.output).toMatchObject([{ b: 1 }, { n: 2, caught: true }, { b: 3 }]);
  });

  it('is only there when it is asked for', async () => {
    await expect(
      run(
        `${START}
  fine: { type: set, after: start, with: ${FIELDS} }
  wrong: { type: no-op, after: fine.error }`,
        { input: ITEMS },
      ),
    ).rejects.toThrow(/no output error/);
  });
});

it('a node that works on all items at once fails as a whole and gives one item', async () => {
  const result = await run(
    `${START}
  sum: { type: code, after: start, loop: { onError: item }, with: { mode: all, code: "throw new Error('all of it')" } }
  sorted: { type: sort, after: start, loop: { onError: item }, with: { by: [{ field: missing }] } }
output: "{{ [$('sum').all().length, $('sum').first().json.error.includes('all of it')] }}"`,
    { input: ITEMS },
  );
  expect(result.output).toEqual([1, true]);
});
