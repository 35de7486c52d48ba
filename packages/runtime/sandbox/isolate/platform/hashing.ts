/**
 * Owns hashes, message codes and random bytes for code of users, in the words of the module `crypto` and of the web.
 * Random bytes come from a hash over a secret of the process and a counter. No keys, no encryption.
 */
import { encodeUtf8 } from '../functions/bytes.ts';
import { md5, sha1 } from '../functions/md5-sha1.ts';
import { sha224, sha256, sha384, sha512 } from '../functions/sha2.ts';
import { Buffer, copied, encodingOf } from './buffer.ts';
import { bytesOf } from './text.ts';

type Digest = (message: Uint8Array) => Uint8Array;

/** With the size of the block that message codes fill. */
const HASHES: ReadonlyMap<string, [Digest, number]> = new Map<string, [Digest, number]>([
  ['md5', [md5, 64]],
  ['sha1', [sha1, 64]],
  ['sha224', [sha224, 64]],
  ['sha256', [sha256, 64]],
  ['sha384', [sha384, 128]],
  ['sha512', [sha512, 128]],
]);

function hashNamed(name: unknown): [Digest, number] {
  const found = HASHES.get(String(name).toLowerCase().replace('-', ''));
  if (found === undefined) throw new Error(`The hash ${String(name)} is not there: ${[...HASHES.keys()].join(', ')}.`);
  return found;
}

function dataOf(given: unknown, encoding?: unknown): Uint8Array {
  if (typeof given === 'string') return encodingOf(encoding)[0](given);
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) return bytesOf(given);
  throw new TypeError('The data must be text, a Buffer or a typed array.');
}

export class Hashing {
  #parts: Uint8Array[] | null = [];
  readonly #finish: Digest;

  constructor(finish: Digest) {
    this.#finish = finish;
  }

  update(given: unknown, encoding?: unknown): this {
    if (this.#parts === null) throw new Error('Digest already called');
    this.#parts.push(dataOf(given, encoding).slice());
    return this;
  }

  digest(encoding?: unknown): Buffer | string {
    if (this.#parts === null) throw new Error('Digest already called');
    const bytes = copied(this.#finish(Buffer.concat(this.#parts)));
    this.#parts = null;
    return encoding === undefined || encoding === 'buffer' ? bytes : bytes.toString(encoding);
  }
}

function hmac([digest, size]: [Digest, number], key: Uint8Array): Digest {
  const block = new Uint8Array(size);
  block.set(key.length > size ? digest(key) : key);
  const padded = (byte: number): Uint8Array => block.map((one) => one ^ byte);
  return (message) => digest(Buffer.concat([padded(0x5c), digest(Buffer.concat([padded(0x36), message]))]));
}

let secret = '';
let counter = 0;

/** What random bytes are made of; the process draws it for each isolate. */
export function useSecret(drawn: string): void {
  secret = drawn;
}

function randomBytes(size: number): Buffer {
  if (secret === '') throw new Error('There are no random bytes here.');
  const made = new Buffer(size);
  for (let at = 0; at < size; at += 32) {
    counter += 1;
    made.set(sha512(encodeUtf8(`${secret}:${counter}`)).subarray(0, Math.min(32, size - at)), at);
  }
  return made;
}

function getRandomValues<T extends ArrayBufferView>(into: T): T {
  bytesOf(into).set(randomBytes(into.byteLength));
  return into;
}

function randomUUID(): string {
  const bytes = randomBytes(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** `randomInt(max)`, `randomInt(min, max)`; max is not among them. */
function randomInt(first: number, second?: number): number {
  const [min, max] = second === undefined ? [0, first] : [first, second];
  const range = max - min;
  if (!Number.isSafeInteger(range) || range < 1)
    throw new RangeError('randomInt() needs whole numbers, max above min.');
  // 48 bits, of which those that would favour some numbers are drawn again.
  for (;;) {
    const drawn = randomBytes(6).reduce((total, byte) => total * 256 + byte, 0);
    if (drawn < 2 ** 48 - (2 ** 48 % range)) return min + (drawn % range);
  }
}

function timingSafeEqual(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const [left, right] = [bytesOf(a), bytesOf(b)];
  if (left.length !== right.length) throw new RangeError('Input buffers must have the same byte length');
  return left.reduce((difference, byte, i) => difference | (byte ^ (right[i] as number)), 0) === 0;
}

const subtle = {
  async digest(name: unknown, data: unknown): Promise<ArrayBuffer> {
    const algorithm = typeof name === 'object' && name !== null ? (name as { name?: unknown }).name : name;
    return hashNamed(algorithm)[0](dataOf(data)).slice().buffer as ArrayBuffer;
  },
};

/** The name that code finds without asking for it. */
export const crypto = { getRandomValues, randomUUID, subtle };

/** `require('crypto')`. */
export const cryptoModule = {
  createHash: (name: unknown): Hashing => new Hashing(hashNamed(name)[0]),
  createHmac: (name: unknown, key: unknown): Hashing => new Hashing(hmac(hashNamed(name), dataOf(key))),
  getHashes: (): string[] => [...HASHES.keys()],
  getRandomValues,
  randomBytes,
  randomInt,
  randomUUID,
  subtle,
  timingSafeEqual,
  webcrypto: crypto,
};
