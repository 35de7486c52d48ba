/**
 * Owns SHA-224, SHA-256, SHA-384 and SHA-512 (FIPS 180-4). Their constants are the first bits of the
 * square and cube roots of the primes, worked out at first use. 64-bit words are two 32-bit halves:
 * BigInt would be some fifty times slower.
 */
import { pad64 } from './md5-sha1.ts';

function primes(count: number): bigint[] {
  const found: bigint[] = [];
  for (let n = 2n; found.length < count; n += 1n) if (found.every((prime) => n % prime !== 0n)) found.push(n);
  return found;
}

/** 64 bits after the point of the `degree`-th root of n. */
function rootBits(n: bigint, degree: bigint): bigint {
  const target = n << (64n * degree);
  let low = 0n;
  let high = 1n << 80n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= target) low = middle;
    else high = middle;
  }
  return BigInt.asUintN(64, low);
}

interface Constants {
  /** Halves of the round constants. */
  high: Int32Array;
  low: Int32Array;
  /** Roots of the first 16 primes, the start values, as 64 bits. */
  start: bigint[];
}

let constants: Constants | null = null;

function table(): Constants {
  if (constants !== null) return constants;
  const first = primes(80);
  const cubes = first.map((prime) => rootBits(prime, 3n));
  constants = {
    high: Int32Array.from(cubes, (bits) => Number(bits >> 32n) | 0),
    low: Int32Array.from(cubes, (bits) => Number(bits & 0xffffffffn) | 0),
    start: first.slice(0, 16).map((prime) => rootBits(prime, 2n)),
  };
  return constants;
}

const rotate = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

function sha2Small(message: Uint8Array, start: Int32Array, size: number): Uint8Array {
  const k = table().high;
  const view = pad64(message, false);
  const w = new Int32Array(64);
  const state = start.slice();
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(block + i * 4);
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15] as number;
      const y = w[i - 2] as number;
      const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      w[i] = (w[i - 16] as number) + s0 + (w[i - 7] as number) + s1;
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i += 1) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (k[i] as number) + (w[i] as number)) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => {
      state[i] = (state[i] as number) + value;
    });
  }
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((value, i) => out.setInt32(i * 4, value));
  return new Uint8Array(out.buffer, 0, size);
}

export function sha256(message: Uint8Array): Uint8Array {
  const start = table().start.slice(0, 8);
  return sha2Small(
    message,
    Int32Array.from(start, (bits) => Number(bits >> 32n) | 0),
    32,
  );
}

export function sha224(message: Uint8Array): Uint8Array {
  const start = table().start.slice(8, 16);
  return sha2Small(
    message,
    Int32Array.from(start, (bits) => Number(bits & 0xffffffffn) | 0),
    28,
  );
}

/** A 64-bit word of which the halves are at 2i (high) and 2i + 1 (low). */
function sha2Large(message: Uint8Array, start: readonly bigint[], size: number): Uint8Array {
  const { high: kHigh, low: kLow } = table();
  const padded = new Uint8Array((((message.length + 16) >> 7) + 1) << 7);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 0x20000000));
  view.setUint32(padded.length - 4, (message.length << 3) >>> 0);

  const state = new Int32Array(16);
  start.forEach((bits, i) => {
    state[2 * i] = Number(bits >> 32n);
    state[2 * i + 1] = Number(bits & 0xffffffffn);
  });
  const w = new Int32Array(160);
  const v = new Int32Array(16);
  const at = (words: Int32Array, i: number): number => words[i] as number;
  // Halves of a rotation to the right by n; below 32 and from 32 on the halves change places.
  const high = (h: number, l: number, n: number): number =>
    n < 32 ? (h >>> n) | (l << (32 - n)) : (l >>> (n - 32)) | (h << (64 - n));
  const low = (h: number, l: number, n: number): number => high(l, h, n);

  for (let block = 0; block < padded.length; block += 128) {
    for (let i = 0; i < 32; i += 1) w[i] = view.getInt32(block + i * 4);
    for (let i = 32; i < 160; i += 2) {
      const [xh, xl, yh, yl] = [at(w, i - 30), at(w, i - 29), at(w, i - 4), at(w, i - 3)];
      const s0h = high(xh, xl, 1) ^ high(xh, xl, 8) ^ (xh >>> 7);
      const s0l = low(xh, xl, 1) ^ low(xh, xl, 8) ^ ((xl >>> 7) | (xh << 25));
      const s1h = high(yh, yl, 19) ^ high(yh, yl, 61) ^ (yh >>> 6);
      const s1l = low(yh, yl, 19) ^ low(yh, yl, 61) ^ ((yl >>> 6) | (yh << 26));
      const sum = (at(w, i - 31) >>> 0) + (s0l >>> 0) + (at(w, i - 13) >>> 0) + (s1l >>> 0);
      w[i + 1] = sum;
      w[i] = at(w, i - 32) + s0h + at(w, i - 14) + s1h + Math.floor(sum / 2 ** 32);
    }
    v.set(state);
    for (let i = 0; i < 160; i += 2) {
      const [ah, al, bh, bl, ch, cl] = [at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5)];
      const [eh, el, fh, fl, gh, gl] = [at(v, 8), at(v, 9), at(v, 10), at(v, 11), at(v, 12), at(v, 13)];
      const s1h = high(eh, el, 14) ^ high(eh, el, 18) ^ high(eh, el, 41);
      const s1l = low(eh, el, 14) ^ low(eh, el, 18) ^ low(eh, el, 41);
      const choiceHigh = (eh & fh) ^ (~eh & gh);
      const choiceLow = (el & fl) ^ (~el & gl);
      const sum1 = (at(v, 15) >>> 0) + (s1l >>> 0) + (choiceLow >>> 0) + (at(kLow, i / 2) >>> 0) + (at(w, i + 1) >>> 0);
      const t1h = (at(v, 14) + s1h + choiceHigh + at(kHigh, i / 2) + at(w, i) + Math.floor(sum1 / 2 ** 32)) | 0;
      const t1l = sum1 | 0;
      const s0h = high(ah, al, 28) ^ high(ah, al, 34) ^ high(ah, al, 39);
      const s0l = low(ah, al, 28) ^ low(ah, al, 34) ^ low(ah, al, 39);
      const most = (al & bl) ^ (al & cl) ^ (bl & cl);
      const sum2 = (s0l >>> 0) + (most >>> 0) + (t1l >>> 0);
      const sum3 = (at(v, 7) >>> 0) + (t1l >>> 0);
      const newE = at(v, 6) + t1h + Math.floor(sum3 / 2 ** 32);
      v.copyWithin(2, 0, 14);
      v[8] = newE;
      v[9] = sum3;
      v[0] = s0h + ((ah & bh) ^ (ah & ch) ^ (bh & ch)) + t1h + Math.floor(sum2 / 2 ** 32);
      v[1] = sum2;
    }
    for (let i = 0; i < 16; i += 2) {
      const sum = (at(state, i + 1) >>> 0) + (at(v, i + 1) >>> 0);
      state[i + 1] = sum;
      state[i] = at(state, i) + at(v, i) + Math.floor(sum / 2 ** 32);
    }
  }
  const out = new DataView(new ArrayBuffer(64));
  state.forEach((value, i) => out.setInt32(i * 4, value));
  return new Uint8Array(out.buffer, 0, size);
}

export function sha512(message: Uint8Array): Uint8Array {
  return sha2Large(message, table().start.slice(0, 8), 64);
}

export function sha384(message: Uint8Array): Uint8Array {
  return sha2Large(message, table().start.slice(8, 16), 48);
}
