/**
 * Owns doors for tests of nodes that speak to real servers: what they keep, secrets, limits, blobs. The doors of
 * a real run are the runtime's and have tests of their own.
 */
import { lookup } from 'node:dns/promises';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { EffectPorts, Kept } from '@rondo/core/model/effect-ports.ts';
import { resolveLimits, type LimitName } from '@rondo/core/model/limits.ts';

export interface TestDoors {
  ports: Partial<EffectPorts>;
  logs: string[];
  blobs: Map<string, Uint8Array>;
  /** Keys of what is open now. */
  kept: Map<string, Promise<Kept<unknown>>>;
  /** What the end of the run does. */
  close(): Promise<void>;
}

export function testDoors(
  secrets: Record<string, string>,
  options: { limits?: Partial<Record<string, number>>; ports?: Partial<EffectPorts> } = {},
): TestDoors {
  const logs: string[] = [];
  const blobs = new Map<string, Uint8Array>();
  const kept = new Map<string, Promise<Kept<unknown>>>();
  const limits = resolveLimits(options.limits);
  const drop = async (key: string): Promise<void> => {
    const open = kept.get(key);
    kept.delete(key);
    await (await open?.catch(() => undefined))?.close();
  };
  const ports: Partial<EffectPorts> = {
    dial: async (host) => {
      const { address, family } = await lookup(host);
      return { address, family: family === 6 ? 6 : 4 };
    },
    keep: async <T>(key: string, open: () => Promise<Kept<T>>): Promise<T> => {
      const opening = (kept.get(key) as Promise<Kept<T>> | undefined) ?? open();
      kept.set(key, opening);
      opening.catch(() => kept.delete(key));
      return (await opening).value;
    },
    drop,
    secret: (name) => {
      const value = secrets[name];
      if (value === undefined) {
        throw new FailureError(failure('secret-missing', `There is no secret ${name}.`, { retry: 'no' }));
      }
      return value;
    },
    limit: (name) => limits[name as LimitName],
    log: (line) => void logs.push(line),
    clock: { now: () => Date.now(), sleep: async () => {} },
    blobs: {
      put: async (from) => {
        const parts: Uint8Array[] = [];
        if (from instanceof Uint8Array) parts.push(from);
        else for await (const part of from) parts.push(part);
        const blob = `blob-${blobs.size}`;
        const bytes = Buffer.concat(parts);
        blobs.set(blob, bytes);
        return { blob, size: bytes.byteLength };
      },
      get: async (blob) => blobs.get(blob) as Uint8Array,
      read: async function* (blob) {
        yield blobs.get(blob) as Uint8Array;
      },
      slice: async (blob, offset, length) => {
        const bytes = blobs.get(blob) as Uint8Array;
        return { bytes: bytes.subarray(offset, offset + length), size: bytes.byteLength };
      },
    },
    ...options.ports,
  };
  return {
    ports,
    logs,
    blobs,
    kept,
    close: async () => {
      await Promise.all([...kept.keys()].map(drop));
    },
  };
}

/** The failure that the work ends with. */
export async function failureOf(work: Promise<unknown>): Promise<FailureError['failure']> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FailureError)) throw new Error(`no failure but ${String(error)}`, { cause: error });
  return error.failure;
}
