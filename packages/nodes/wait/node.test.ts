import { describe, expect, it } from 'vitest';
import { FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import type { EffectResult } from '@rondo/core/model/node-type.ts';
import { nodeContract } from '../kit/contract.ts';
import { node } from './node.ts';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const ITEMS: Item[] = [{ json: { a: 1 }, files: { f: { blob: 'b', size: 1 } } }, { json: 2 }];

function call(params: Record<string, Json>, carry?: Json, now = NOW): Promise<EffectResult> | undefined {
  return node.run?.({
    params,
    items: ITEMS,
    carry,
    index: 0,
    attempt: 1,
    idempotencyKey: 'k',
    signal: new AbortController().signal,
    ports: {
      clock: { now: () => now, sleep: () => Promise.reject(new Error('the engine waits')) },
    } as unknown as EffectPorts,
    evaluate: async () => null,
  });
}

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

it.each<[Record<string, Json>, number]>([
  [{ for: 250 }, 250],
  [{ for: '1500ms' }, 1500],
  [{ for: '2m' }, 120_000],
  [{ for: '1h' }, 3_600_000],
  [{ for: '1d' }, 86_400_000],
  [{ until: '2030-01-01T00:01:00Z' }, 60_000],
  [{ until: '2030-01-01T01:01:00+01:00' }, 60_000],
  [{ until: '2030-01-01 00:01' }, 60_000],
  [{ until: NOW + 5 }, 5],
])('%j asks for a call in %i ms, then passes everything on', async (params, ms) => {
  const first = await call(params);
  expect(first?.waitUntil).toBe(NOW + ms);
  expect(first?.items).toBeUndefined();
  expect(await call(params, first?.carry, NOW + ms)).toEqual({ items: ITEMS });
});

it('does not wait for what is past', async () => {
  expect(await call({ for: 0 })).toEqual({ items: ITEMS });
  expect(await call({ until: '2029-12-31' })).toEqual({ items: ITEMS });
});

it('says which parameter is missing or no date', async () => {
  await expect(call({})).rejects.toThrow('for');
  await expect(call({ until: 'soon' })).rejects.toThrow(/until must be a date/);
  await expect(call({ until: 'soon' })).rejects.toBeInstanceOf(FailureError);
});
