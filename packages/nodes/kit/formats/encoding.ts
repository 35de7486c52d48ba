/**
 * Owns the encodings of text files: which one a file has, and its bytes as UTF-8 with a way back to offsets of
 * the file, so that everything after works on UTF-8 only. Does not read.
 */
import { isUtf8 } from 'node:buffer';
import { unreadable } from './source.ts';

/** One byte is one character; TextDecoder knows them. */
const SINGLE = [
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
  'windows-874',
  'iso-8859-2',
  'iso-8859-3',
  'iso-8859-4',
  'iso-8859-5',
  'iso-8859-6',
  'iso-8859-7',
  'iso-8859-8',
  'iso-8859-10',
  'iso-8859-13',
  'iso-8859-14',
  'iso-8859-15',
  'iso-8859-16',
  'koi8-r',
  'koi8-u',
  'macintosh',
  'ibm866',
] as const;

export const ENCODINGS = ['auto', 'utf-8', 'utf-16le', 'utf-16be', 'latin1', ...SINGLE] as const;
export type Encoding = Exclude<(typeof ENCODINGS)[number], 'auto'>;

/** Enough to see whether every second byte of a text is zero. */
const PROBE = 64;

interface Found {
  encoding: Encoding;
  /** Bytes of the byte order mark. */
  mark: number;
}

function byMark(head: Uint8Array): Found | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', mark: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', mark: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', mark: 2 };
  return null;
}

/** UTF-16 without a mark shows by zeros in every second byte: nearly all texts begin with Latin characters. */
function byZeros(head: Uint8Array): Found | null {
  const length = Math.min(PROBE, head.byteLength) & ~1;
  if (length < 4) return null;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < length; at += 2) {
    if (head[at] === 0) even += 1;
    if (head[at + 1] === 0) odd += 1;
  }
  if (odd === length / 2 && even === 0) return { encoding: 'utf-16le', mark: 0 };
  if (even === length / 2 && odd === 0) return { encoding: 'utf-16be', mark: 0 };
  return null;
}

/** A mark wins over `auto`, and is left out of the text when it fits what was asked for. */
export function findEncoding(head: Uint8Array, wanted: string): Found {
  const marked = byMark(head);
  if (wanted === 'auto') return marked ?? byZeros(head) ?? { encoding: 'utf-8', mark: 0 };
  const encoding = wanted as Encoding;
  return { encoding, mark: marked?.encoding === encoding ? marked.mark : 0 };
}

export interface DecodedPart {
  /** UTF-8. */
  bytes: Uint8Array;
  /** Bytes of the file that the first `used` bytes of `bytes` came from. */
  raw(used: number): number;
}

/** What programs mean by Latin-1 is Windows-1252, as the web decided, too. */
const labelOf = (encoding: Encoding): string => (encoding === 'latin1' ? 'windows-1252' : encoding);

/** `last`: the end of the file is in `raw`, so half a character there is not a matter of where it was cut. */
export function decodePart(raw: Uint8Array, encoding: Encoding, last: boolean, name: string): DecodedPart {
  if (encoding === 'utf-8') return { bytes: raw, raw: (used) => used };
  const unit = encoding === 'utf-16le' || encoding === 'utf-16be' ? 2 : 1;
  let length = raw.byteLength - (raw.byteLength % unit);
  if (last && length < raw.byteLength) throw unreadable(name, 'it ends in the middle of a UTF-16 character');
  if (!last && unit === 2 && length > 0 && isHighSurrogate(raw, length - 2, encoding)) length -= 2;
  // A mark in the middle is a character like any other; dropping it would shift all offsets.
  const text = new TextDecoder(labelOf(encoding), { ignoreBOM: true }).decode(raw.subarray(0, length));
  const bytes = Buffer.from(text, 'utf8');
  return {
    bytes,
    raw: (used) => (used === bytes.byteLength ? length : bytes.toString('utf8', 0, used).length * unit),
  };
}

function isHighSurrogate(raw: Uint8Array, at: number, encoding: Encoding): boolean {
  const high = raw[encoding === 'utf-16le' ? at + 1 : at] ?? 0;
  return high >= 0xd8 && high <= 0xdb;
}

/** Fails when the bytes are not UTF-8, rather than handing on replacement characters. `line`: of the first byte. */
export function checkUtf8(bytes: Uint8Array, name: string, line: number): void {
  if (isUtf8(bytes)) return;
  let at = line;
  for (let start = 0; start < bytes.byteLength; at += 1) {
    const next = bytes.indexOf(0x0a, start);
    const end = next === -1 ? bytes.byteLength : next + 1;
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end;
  }
  throw unreadable(name, `line ${at} is not valid UTF-8`, 'Set encoding to what the file has, for example latin1.');
}

/** The text in an encoding; characters that it does not have become question marks. */
export function encodeText(text: string, encoding: Encoding): Uint8Array {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    const bytes = Buffer.from(text, 'utf16le');
    return encoding === 'utf-16le' ? bytes : bytes.swap16();
  }
  const decoder = new TextDecoder(labelOf(encoding));
  const codes = new Map(Array.from({ length: 256 }, (_, code) => [decoder.decode(Uint8Array.of(code)), code]));
  return Uint8Array.from(text, (character) => codes.get(character) ?? 0x3f);
}
