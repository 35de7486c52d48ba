/** Remove seen items, against a real store: once over all runs, the same again after a crash, bounded memory. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EffectPorts, StatePort } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import { openServices, type Services } from '@rondo/runtime/services/services.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';
import { run } from './run.ts';

let services: Services;
let state: StatePort;

beforeEach(async () => {
  services = await openServices({ path: ':memory:', key: new Uint8Array(32) });
  state = services.state;
});
afterEach(() => services.close());

/** What of `input` is new, asked item by item as in one run of a workflow. */
async function ask(params: Record<string, Json>, run: string, input: Json[]): Promise<Json[]> {
  const fresh: Json[] = [];
  for (const [i, json] of input.entries()) {
    const { output } = await runNode(node, {
      params,
      input: [json],
      ports: { state },
      idempotencyKey: `${run}/poll/seen[${i}]`,
    });
    expect([...(output['new'] ?? []), ...(output['seen'] ?? [])]).toEqual([json]);
    fresh.push(...(output['new'] ?? []));
  }
  return fresh;
}

describe('remove seen items: new', () => {
  const params = { value: '{{ $json.id }}' };

  it('lets each value through once over all runs', async () => {
    expect(await ask(params, 'a', [{ id: 1 }, { id: 2 }, { id: 1 }])).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await ask(params, 'b', [{ id: 2 }, { id: '2' }, { id: 3 }])).toEqual([{ id: '2' }, { id: 3 }]);
  });

  it('answers an iteration that is repeated as before', async () => {
    const input = [{ id: 1 }, { id: 2 }];
    expect(await ask(params, 'a', input)).toEqual(input);
    expect(await ask(params, 'a', input)).toEqual(input);
    expect(await ask(params, 'b', input)).toEqual([]);
  });

  it('takes the whole item, or fields, where no value is given', async () => {
    expect(
      await ask({}, 'a', [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ]),
    ).toEqual([{ a: 1, b: 2 }]);
    const fields = { fields: ['a', 'b'], scope: 'f' };
    expect(await ask(fields, 'a', [{ a: 1 }, { a: 1, b: null }, { a: 1, b: 2 }])).toEqual([{ a: 1 }, { a: 1, b: 2 }]);
    const long = { t: 'x'.repeat(100_000) };
    expect(await ask({}, 'b', [long, long, { t: `${long.t}y` }])).toHaveLength(2);
  });

  it('gives each of equal items in flight at the same time to one iteration', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        runNode(node, { params, input: [{ id: i % 3 }], ports: { state }, idempotencyKey: `a/seen[${i}]` }),
      ),
    );
    expect(answers.flatMap(({ output }) => output['new'] ?? [])).toHaveLength(3);
  });

  it('shares a memory by name, keeps those of nodes apart, and forgets', async () => {
    expect(await ask({ ...params, scope: 'x' }, 'a', [{ id: 1 }])).toHaveLength(1);
    expect(await ask({ ...params, scope: 'y' }, 'a', [{ id: 1 }])).toHaveLength(1);
    expect(await ask({ ...params, scope: 'x' }, 'b', [{ id: 1 }])).toHaveLength(0);
    expect(await ask({ mode: 'forget', scope: 'x' }, 'c', [{ id: 1 }])).toEqual([{ id: 1 }]);
    expect(await ask({ ...params, scope: 'x' }, 'd', [{ id: 1 }])).toHaveLength(1);
    expect(await ask({ ...params, scope: 'y' }, 'd', [{ id: 1 }])).toHaveLength(0);
    const other = { params, input: [{ id: 1 }], ports: { state }, idempotencyKey: 'a/elsewhere[0]' };
    expect((await runNode(node, other)).output['new']).toHaveLength(1);
  });

  it('remembers at least the last values of its history, and not many more', async () => {
    const bounded = { ...params, history: 10 };
    const ids = (from: number, to: number): Json[] => Array.from({ length: to - from }, (_, i) => ({ id: from + i }));
    expect(await ask(bounded, 'a', ids(0, 35))).toHaveLength(35);
    expect(await ask(bounded, 'b', ids(25, 35))).toEqual([]);
    expect(await ask(bounded, 'c', ids(0, 5))).toHaveLength(5);
  });

  it('stays within what the store allows, and says so', async () => {
    state = services.within(resolveLimits({ 'state.keys': 3 })).state;
    await expect(
      ask(
        params,
        'a',
        [1, 2, 3, 4, 5].map((id) => ({ id })),
      ),
    ).rejects.toThrow('state.keys');
  });
});

describe('remove seen items: greater and later', () => {
  it('compares with what earlier runs reached, whatever the order within a run', async () => {
    const params = { mode: 'greater', value: '{{ $json.n }}' };
    expect(await ask(params, 'a', [{ n: 5 }, { n: 3 }])).toEqual([{ n: 5 }, { n: 3 }]);
    expect(await ask(params, 'b', [{ n: 4 }, { n: 7 }, { n: 6 }])).toEqual([{ n: 7 }, { n: 6 }]);
    // A crash in between, and the run goes on.
    expect(await ask(params, 'b', [{ n: 4 }, { n: 7 }, { n: 6 }])).toEqual([{ n: 7 }, { n: 6 }]);
    expect(await ask(params, 'c', [{ n: 7 }])).toEqual([]);
    await expect(ask(params, 'd', [{ n: 'x' }])).rejects.toThrow(
      'value is the text "x", but the number 7 was remembered.',
    );
  });

  it('compares moments, however they are written', async () => {
    const params = { mode: 'later', value: '{{ $json.at }}' };
    expect(await ask(params, 'a', [{ at: '2024-02-01T10:00Z' }])).toHaveLength(1);
    expect(await ask(params, 'b', [{ at: '2024-02-01T12:00+02:00' }, { at: '2024-02-01 10:00:01' }])).toEqual([
      { at: '2024-02-01 10:00:01' },
    ]);
    await expect(ask(params, 'c', [{ at: 'soon' }])).rejects.toThrow('value must be a date, not the text "soon"');
  });
});

describe('remove seen items: refuses', () => {
  it.each<[Record<string, Json>, string]>([
    [{ mode: 'greater' }, 'value must be a number or text, not null'],
    [{ value: '{{ null }}' }, 'value must be the value to remember, not null'],
    [{ fields: [5] }, 'fields[0] must be a dot path'],
    [{ history: 0 }, 'history must be a number'],
  ])('%j', async (params, message) => {
    await expect(ask(params, 'a', [{}])).rejects.toThrow(message);
  });

  it('a workflow without a name, unless the memory has one', async () => {
    const call = {
      params: { mode: 'new' },
      items: [{ json: {} }],
      carry: undefined,
      index: 0,
      attempt: 1,
      idempotencyKey: 'a/seen[0]',
      signal: new AbortController().signal,
      ports: { state } as EffectPorts,
      evaluate: async () => null,
    };
    await expect(run(call)).rejects.toThrow('The workflow has no name to keep its memory under.');
    expect((await run({ ...call, params: { mode: 'new', scope: 's' } })).ports?.[0]).toHaveLength(1);
  });

  it('a cancelled run', async () => {
    const signal = AbortSignal.abort();
    await expect(runNode(node, { params: { scope: 'x' }, ports: { state }, signal })).rejects.toThrow();
    expect(await ask({ scope: 'x' }, 'a', [{}])).toHaveLength(1);
  });
});
