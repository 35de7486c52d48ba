/**
 * Owns reading ZIP archives by their directory, in parts of bounded size: entries, their bytes, their checks.
 * Does not write archives or decide what names are good for.
 */
import { crc32, createInflateRaw } from 'node:zlib';
import { FailureError } from '@rondo/core/errors.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import { readExactly, unreadable, type ByteSource } from './source.ts';
import { through, type UnpackBudget } from './unpacking.ts';

export interface ZipEntry {
  name: string;
  /** 0: stored; 8: deflated. Others are found when they are unpacked. */
  method: number;
  encrypted: boolean;
  kind: 'file' | 'folder' | 'link';
  packed: number;
  size: number;
  crc: number;
  offset: number;
}

const END_BYTES = 22 + 65_535;
const PIECE = 256 * 1024;
/** Bytes that an entry of the directory may take on average; more is no honest archive. */
const ENTRY_BYTES = 1024;
const LINK = 0o120000;
const FILE_TYPE = 0o170000;

interface End {
  entries: number;
  size: number;
  offset: number;
}

async function findEnd(source: ByteSource): Promise<End> {
  const { size } = await source.read(0, 0);
  const start = Math.max(0, size - END_BYTES);
  const bytes = Buffer.from((await source.read(start, END_BYTES)).bytes);
  for (let at = bytes.byteLength - 22; at >= 0; at -= 1) {
    if (bytes.readUInt32LE(at) !== 0x06054b50) continue;
    const end = {
      entries: bytes.readUInt16LE(at + 10),
      size: bytes.readUInt32LE(at + 12),
      offset: bytes.readUInt32LE(at + 16),
    };
    const large = end.entries === 0xffff || end.size === 0xffffffff || end.offset === 0xffffffff;
    return large ? ((await findLargeEnd(source, start + at - 20)) ?? end) : end;
  }
  throw unreadable(source.name, 'it is not a ZIP archive, or it is cut off (its directory at the end is missing)');
}

/** ZIP64: the locator stands before the end record. */
async function findLargeEnd(source: ByteSource, at: number): Promise<End | null> {
  if (at < 0) return null;
  const locator = Buffer.from(await readExactly(source, at, 20, 'the ZIP64 locator'));
  if (locator.readUInt32LE(0) !== 0x07064b50) return null;
  const record = Buffer.from(
    await readExactly(source, Number(locator.readBigUInt64LE(8)), 56, 'the ZIP64 end of the directory'),
  );
  if (record.readUInt32LE(0) !== 0x06064b50) throw unreadable(source.name, 'its ZIP64 directory is damaged');
  return {
    entries: Number(record.readBigUInt64LE(32)),
    size: Number(record.readBigUInt64LE(40)),
    offset: Number(record.readBigUInt64LE(48)),
  };
}

/** Sizes and place from the ZIP64 field, for those that did not fit. */
function widen(entry: ZipEntry, extra: Buffer): ZipEntry {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      let place = at + 4;
      const next = (value: number): number => {
        if (value !== 0xffffffff || place + 8 > extra.byteLength) return value;
        place += 8;
        return Number(extra.readBigUInt64LE(place - 8));
      };
      return { ...entry, size: next(entry.size), packed: next(entry.packed), offset: next(entry.offset) };
    }
    at += 4 + length;
  }
  return entry;
}

export async function readDirectory(source: ByteSource, limit: (name: string) => number): Promise<ZipEntry[]> {
  const end = await findEnd(source);
  const most = limit('archive.entries');
  if (end.entries > most || end.size > most * ENTRY_BYTES)
    throw new FailureError({ ...limitFailure('archive.entries', most, source.name), retry: 'no' });
  const bytes = Buffer.from(await readExactly(source, end.offset, end.size, 'the directory of the ZIP archive'));
  const entries: ZipEntry[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    if (at + 46 > bytes.byteLength || bytes.readUInt32LE(at) !== 0x02014b50) break;
    const flags = bytes.readUInt16LE(at + 8);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((place) => bytes.readUInt16LE(at + place)) as [
      number,
      number,
      number,
    ];
    const nameEnd = at + 46 + nameLength;
    const raw = bytes.subarray(at + 46, nameEnd);
    // Names are UTF-8 when the flag says so; else bytes of an unknown code page, which Latin-1 keeps apart.
    const name = raw.toString((flags & 0x800) !== 0 || isPlain(raw) ? 'utf8' : 'latin1');
    const unix = bytes.readUInt16LE(at + 4) >> 8 === 3 ? bytes.readUInt32LE(at + 38) >>> 16 : 0;
    const kind = name.endsWith('/') ? 'folder' : (unix & FILE_TYPE) === LINK ? 'link' : 'file';
    const entry: ZipEntry = {
      name,
      kind,
      method: bytes.readUInt16LE(at + 10),
      encrypted: (flags & 1) !== 0,
      crc: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    };
    entries.push(widen(entry, bytes.subarray(nameEnd, nameEnd + extraLength)));
    at = nameEnd + extraLength + commentLength;
    if (entries.length > most)
      throw new FailureError({ ...limitFailure('archive.entries', most, source.name), retry: 'no' });
  }
  if (entries.length < end.entries) throw unreadable(source.name, 'the directory of the ZIP archive is damaged');
  refuseOverlaps(entries, end.offset, source.name);
  return entries;
}

function isPlain(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

/** Entries that share their bytes are how a few kilobytes become terabytes; no honest archive has them. */
function refuseOverlaps(entries: readonly ZipEntry[], directory: number, name: string): void {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  for (const [position, entry] of sorted.entries()) {
    const end = sorted[position + 1]?.offset ?? directory;
    if (entry.offset + 30 + entry.packed > end)
      throw unreadable(
        name,
        `the entry "${shown(entry.name)}" overlaps what comes after it: the archive is damaged or hostile`,
      );
  }
}

export function shown(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}...` : name).slice(1, -1);
}

async function* packedBytes(source: ByteSource, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const what = `the entry "${shown(entry.name)}"`;
  const header = Buffer.from(await readExactly(source, entry.offset, 30, what));
  if (header.readUInt32LE(0) !== 0x04034b50) throw unreadable(source.name, `${what} is not where the directory says`);
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  for (let done = 0; done < entry.packed; done += PIECE) {
    yield await readExactly(source, start + done, Math.min(PIECE, entry.packed - done), what);
  }
}

/** Bytes of an entry, checked against budget, size and checksum. */
export async function* unpackEntry(
  source: ByteSource,
  entry: ZipEntry,
  budget: UnpackBudget,
): AsyncGenerator<Uint8Array> {
  const where = `entry "${shown(entry.name)}"`;
  if (entry.encrypted) throw unreadable(source.name, `${where} is encrypted; save the archive without a password`);
  if (entry.method !== 0 && entry.method !== 8)
    throw unreadable(
      source.name,
      `${where} is packed by method ${entry.method}; stored and deflated entries can be read`,
    );
  const packed = packedBytes(source, entry);
  const pieces = entry.method === 0 ? packed : through(packed, createInflateRaw(), source.name, where);
  let size = 0;
  let crc = 0;
  for await (const piece of pieces) {
    size += piece.byteLength;
    if (size > entry.size) throw unreadable(source.name, `${where} is longer than the directory says`);
    budget.add(piece.byteLength, size, entry.packed, where);
    crc = crc32(piece, crc);
    yield piece;
  }
  if (size !== entry.size || crc !== entry.crc)
    throw unreadable(source.name, `${where} is damaged: its size or checksum is not what the directory says`);
}
