/**
 * Owns text as bytes in the words of the web: TextEncoder, TextDecoder, atob, btoa. Does not know Buffer.
 */
import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from '../functions/bytes.ts';

export class TextEncoder {
  get encoding(): string {
    return 'utf-8';
  }

  encode(text: unknown = ''): Uint8Array {
    return encodeUtf8(String(text)).slice();
  }
}

const UTF_8 = /^(?:unicode-1-1-)?utf-?8$/i;
const LATIN = /^(?:latin1|iso-8859-1|windows-1252|ascii|us-ascii)$/i;
const UTF_16 = /^utf-16(?:le)?$/i;

export class TextDecoder {
  readonly encoding: string;
  readonly #keepsMark: boolean;

  constructor(label: unknown = 'utf-8', options: { ignoreBOM?: boolean } = {}) {
    const name = String(label).trim();
    this.#keepsMark = options.ignoreBOM === true;
    this.encoding = UTF_8.test(name)
      ? 'utf-8'
      : LATIN.test(name)
        ? 'windows-1252'
        : UTF_16.test(name)
          ? 'utf-16le'
          : '';
    if (this.encoding === '') throw new RangeError(`The encoding ${name} is not there.`);
  }

  decode(given?: ArrayBuffer | ArrayBufferView): string {
    const bytes = bytesOf(given ?? new ArrayBuffer(0));
    const text =
      this.encoding === 'utf-8' ? decodeUtf8(bytes) : this.encoding === 'utf-16le' ? utf16(bytes) : latin(bytes);
    return !this.#keepsMark && text.startsWith('\uFEFF') ? text.slice(1) : text;
  }
}

export function bytesOf(given: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (ArrayBuffer.isView(given)) return new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  return new Uint8Array(given);
}

const PIECE = 8_192;

function units(codes: ArrayLike<number> & { subarray(from: number, to: number): ArrayLike<number> }): string {
  let text = '';
  for (let at = 0; at < codes.length; at += PIECE) {
    text += String.fromCharCode(...Array.from(codes.subarray(at, at + PIECE)));
  }
  return text;
}

/** Each byte is a letter. */
export const latin = (bytes: Uint8Array): string => units(bytes);

export function utf16(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const codes = new Uint16Array(bytes.byteLength >> 1);
  for (let i = 0; i < codes.length; i += 1) codes[i] = view.getUint16(i * 2, true);
  return units(codes);
}

/** Letters beyond 255 lose what a byte cannot hold. */
export const fromLatin = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

export function btoa(given: unknown): string {
  const text = String(given);
  if (/[^\0-\xFF]/.test(text))
    throw new TypeError('btoa() takes letters up to U+00FF. Encode the text as UTF-8 first.');
  return encodeBase64(fromLatin(text));
}

export function atob(given: unknown): string {
  const text = String(given)
    .replace(/[\t\n\f\r ]/g, '')
    .replace(/={1,2}$/, '');
  if (/[^A-Za-z0-9+/]/.test(text) || text.length % 4 === 1) throw new TypeError('The text is not base64.');
  return latin(decodeBase64(text));
}
