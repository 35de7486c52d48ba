/**
 * Owns reading the bytes of a request: at most so many, and not slower than a client may be. Does not know
 * what they mean (body.ts).
 */
import type { Readable } from 'node:stream';
import { Problem } from '../http/problem.ts';

/** A client that sends nothing for so long is given up. */
const IDLE_MS = 15_000;

export function tooLarge(most: number): Problem {
  return new Problem(413, 'body-too-large', `The body is longer than ${most} bytes, which is the most here.`, {
    headers: { connection: 'close' },
  });
}

/** Refuses by what the head says, before anything is read. */
export function checkLength(contentLength: string | undefined, most: number): void {
  if (contentLength !== undefined && Number(contentLength) > most) throw tooLarge(most);
}

/** The pieces as they come; throws Problem 413 and 408. */
export async function* bounded(source: Readable, most: number, idleMs = IDLE_MS): AsyncGenerator<Buffer> {
  let size = 0;
  const pieces = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const piece = await soon(pieces.next(), idleMs);
    if (piece.done === true) return;
    size += piece.value.length;
    if (size > most) throw tooLarge(most);
    yield piece.value;
  }
}

export async function readAllBytes(source: Readable, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of bounded(source, most)) parts.push(part);
  return Buffer.concat(parts);
}

async function soon<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Problem(408, 'too-slow', `Nothing was sent for ${ms} ms.`, { headers: { connection: 'close' } }));
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
