/**
 * Owns Buffer for code of users: bytes with the methods that people use to encode, decode, join and read them.
 * Memory is its own, never shared. Does not know files.
 */
import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8, toHex } from '../functions/bytes.ts';
import { bytesOf, fromLatin, latin, utf16 } from './text.ts';

type Encode = (text: string) => Uint8Array;
type Decode = (bytes: Uint8Array) => string;

function fromHex(text: string): Uint8Array {
  const pairs = /^(?:[0-9a-f]{2})*/i.exec(text)?.[0] ?? '';
  return Uint8Array.from(pairs.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function fromUtf16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i += 1) {
    bytes[i * 2] = text.charCodeAt(i) & 0xff;
    bytes[i * 2 + 1] = text.charCodeAt(i) >> 8;
  }
  return bytes;
}

const base64url: Decode = (bytes) => encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const ascii: Decode = (bytes) => latin(bytes.map((byte) => byte & 0x7f));

const UTF_8: [Encode, Decode] = [encodeUtf8, decodeUtf8];
const LATIN: [Encode, Decode] = [fromLatin, latin];
const UTF_16: [Encode, Decode] = [fromUtf16, utf16];

const ENCODINGS: ReadonlyMap<string, [Encode, Decode]> = new Map<string, [Encode, Decode]>([
  ['utf8', UTF_8],
  ['utf-8', UTF_8],
  ['latin1', LATIN],
  ['binary', LATIN],
  ['ascii', [fromLatin, ascii]],
  ['hex', [fromHex, toHex]],
  ['base64', [decodeBase64, encodeBase64]],
  ['base64url', [decodeBase64, base64url]],
  ['utf16le', UTF_16],
  ['utf-16le', UTF_16],
  ['ucs2', UTF_16],
]);

export function encodingOf(name: unknown = 'utf8'): [Encode, Decode] {
  const found = ENCODINGS.get(String(name ?? 'utf8').toLowerCase());
  if (found === undefined) throw new TypeError(`Unknown encoding: ${String(name)}`);
  return found;
}

const isBytes = (value: unknown): value is ArrayBuffer | ArrayBufferView =>
  value instanceof ArrayBuffer || ArrayBuffer.isView(value);

export class Buffer extends Uint8Array {
  static override from(given: unknown, encoding?: unknown, length?: unknown): Buffer {
    if (typeof given === 'string') return copied(encodingOf(encoding)[0](given));
    if (given instanceof ArrayBuffer) {
      const start = Number(encoding ?? 0);
      return new Buffer(given, start, length === undefined ? given.byteLength - start : Number(length));
    }
    if (Array.isArray(given) || given instanceof Uint8Array) return copied(Uint8Array.from(given as number[]));
    const { type, data } = (given ?? {}) as { type?: unknown; data?: unknown };
    if (type === 'Buffer' && Array.isArray(data)) return copied(Uint8Array.from(data as number[]));
    throw new TypeError('Buffer.from() takes text, a list of bytes, a Buffer or an ArrayBuffer.');
  }

  static alloc(size: number, fill?: string | number, encoding?: unknown): Buffer {
    const made = new Buffer(size);
    return fill === undefined ? made : made.fill(fill, encoding);
  }

  static allocUnsafe(size: number): Buffer {
    return new Buffer(size);
  }

  static isBuffer(value: unknown): boolean {
    return value instanceof Buffer;
  }

  static isEncoding(name: unknown): boolean {
    return ENCODINGS.has(String(name).toLowerCase());
  }

  static byteLength(given: unknown, encoding?: unknown): number {
    return isBytes(given) ? given.byteLength : encodingOf(encoding)[0](String(given)).length;
  }

  static compare(a: Uint8Array, b: Uint8Array): number {
    for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
      if (a[i] !== b[i]) return (a[i] as number) < (b[i] as number) ? -1 : 1;
    }
    return Math.sign(a.length - b.length);
  }

  static concat(list: readonly Uint8Array[], length?: number): Buffer {
    const made = new Buffer(length ?? list.reduce((total, one) => total + one.length, 0));
    let at = 0;
    for (const one of list) {
      const part = one.subarray(0, made.length - at);
      made.set(part, at);
      at += part.length;
    }
    return made;
  }

  override toString(encoding?: unknown, start = 0, end = this.length): string {
    const [, decode] = encodingOf(encoding);
    return decode(bytesOf(this).subarray(Math.max(0, start), Math.max(0, end)));
  }

  toJSON(): { type: string; data: number[] } {
    return { type: 'Buffer', data: Array.from(this) };
  }

  equals(other: Uint8Array): boolean {
    return Buffer.compare(this, other) === 0;
  }

  compare(other: Uint8Array): number {
    return Buffer.compare(this, other);
  }

  /** Of the same bytes, as subarray(); not a copy. */
  override slice(start?: number, end?: number): Buffer {
    return this.subarray(start, end) as Buffer;
  }

  copy(target: Uint8Array, at = 0, start = 0, end = this.length): number {
    const part = this.subarray(start, Math.min(end, start + target.length - at));
    target.set(part, at);
    return part.length;
  }

  write(text: string, at = 0): number {
    const bytes = encodeUtf8(text).subarray(0, this.length - at);
    this.set(bytes, at);
    return bytes.length;
  }

  override fill(value: unknown, start?: unknown, end?: number): this {
    if (typeof value !== 'string') return super.fill(Number(value), start as number | undefined, end);
    const bytes = encodingOf(typeof start === 'string' ? start : 'utf8')[0](value);
    for (let i = 0; i < this.length; i += 1) this[i] = bytes[i % bytes.length] ?? 0;
    return this;
  }

  override indexOf(value: unknown, from = 0): number {
    if (typeof value === 'number') return super.indexOf(value, from);
    const sought = typeof value === 'string' ? encodeUtf8(value) : (value as Uint8Array);
    for (let i = from; i <= this.length - sought.length; i += 1) {
      if (sought.every((byte, k) => this[i + k] === byte)) return i;
    }
    return -1;
  }

  override includes(value: unknown, from = 0): boolean {
    return this.indexOf(value, from) >= 0;
  }

  readUInt8(at = 0): number {
    return view(this).getUint8(at);
  }

  readInt8(at = 0): number {
    return view(this).getInt8(at);
  }

  readUInt16BE(at = 0): number {
    return view(this).getUint16(at);
  }

  readUInt16LE(at = 0): number {
    return view(this).getUint16(at, true);
  }

  readUInt32BE(at = 0): number {
    return view(this).getUint32(at);
  }

  readUInt32LE(at = 0): number {
    return view(this).getUint32(at, true);
  }

  readInt32BE(at = 0): number {
    return view(this).getInt32(at);
  }

  readInt32LE(at = 0): number {
    return view(this).getInt32(at, true);
  }

  writeUInt8(value: number, at = 0): number {
    view(this).setUint8(at, value);
    return at + 1;
  }

  writeUInt16BE(value: number, at = 0): number {
    view(this).setUint16(at, value);
    return at + 2;
  }

  writeUInt32BE(value: number, at = 0): number {
    view(this).setUint32(at, value);
    return at + 4;
  }

  writeUInt32LE(value: number, at = 0): number {
    view(this).setUint32(at, value, true);
    return at + 4;
  }
}

const view = (of: Uint8Array): DataView => new DataView(of.buffer, of.byteOffset, of.byteLength);

export function copied(bytes: Uint8Array): Buffer {
  const made = new Buffer(bytes.length);
  made.set(bytes);
  return made;
}
