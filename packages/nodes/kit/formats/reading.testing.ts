/** Owns a stand-in for the engine in tests of formats: pages in order, the carry through JSON. */
import { expect } from 'vitest';
import { FailureError, type Failure } from '@rondo/core/errors.ts';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { resolveLimits, type LimitName } from '@rondo/core/model/limits.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { keeper } from './keeper.testing.ts';

export interface PageOptions {
  params?: Record<string, Json>;
  limits?: Partial<Record<LimitName, number>>;
  ports?: Partial<EffectPorts>;
  items?: Item[];
  /** Nothing is kept from one call to the next, as after a crash. */
  forgetful?: boolean;
  signal?: AbortSignal;
  onPage?: (result: EffectResult) => void;
  logs?: string[];
}

/** All items of all pages of one unit. */
export async function allPages(
  run: (call: EffectCall) => Promise<EffectResult>,
  options: PageOptions = {},
): Promise<Item[]> {
  const kept = keeper();
  const result = await pagesOf(run, options, kept).catch((error: unknown) => ({ error }));
  expect([...kept.open.keys()], 'nothing stays open').toEqual([]);
  if (!Array.isArray(result)) throw result.error;
  return result;
}

async function pagesOf(
  run: (call: EffectCall) => Promise<EffectResult>,
  options: PageOptions,
  kept: ReturnType<typeof keeper>,
): Promise<Item[]> {
  const limits = resolveLimits(options.limits);
  const out: Item[] = [];
  let carry: Json | undefined;
  for (let index = 0; ; index += 1) {
    const result = await run({
      params: options.params ?? {},
      items: options.items ?? [{ json: {} }],
      carry,
      index,
      attempt: 1,
      idempotencyKey: `run/step[${index}]`,
      signal: options.signal ?? new AbortController().signal,
      ports: {
        keep: kept.keep,
        drop: kept.drop,
        limit: (name: string) => limits[name as LimitName],
        log: (line: string) => options.logs?.push(line),
        ...options.ports,
      } as EffectPorts,
      evaluate: async () => null,
    });
    out.push(...(result.items ?? []));
    options.onPage?.(result);
    if (result.done !== false) return out;
    carry = JSON.parse(JSON.stringify(result.carry)) as Json;
    if (options.forgetful === true) for (const key of kept.open.keys()) await kept.drop(key);
  }
}

export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FailureError);
  return (error as FailureError).failure;
}
