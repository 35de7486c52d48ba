/**
 * Owns the data functions of text. Does not choose by type (dispatch is in index.ts); recognising
 * addresses is in addresses.ts.
 */
import { domainIn, emailIn, isDomain, isEmail, isUrl, urlIn, urlPath } from './addresses.ts';
import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8, toHex } from './bytes.ts';
import { textToDateTime } from './dates.ts';
import { ExpressionError, type FunctionTable } from './error.ts';
import { plainLetters, removeMarkdown, sentenceCase, snakeCase, titleCase } from './letters.ts';
import { md5, sha1 } from './md5-sha1.ts';
import { sha224, sha256, sha384, sha512 } from './sha2.ts';
import { sha3 } from './sha3.ts';

const HASHES: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  md5: (bytes) => toHex(md5(bytes)),
  sha1: (bytes) => toHex(sha1(bytes)),
  sha224: (bytes) => toHex(sha224(bytes)),
  sha256: (bytes) => toHex(sha256(bytes)),
  sha384: (bytes) => toHex(sha384(bytes)),
  sha512: (bytes) => toHex(sha512(bytes)),
  sha3: (bytes) => toHex(sha3(bytes)),
  base64: encodeBase64,
};

function hash(text: string, [algorithm = 'md5']: readonly unknown[]): string {
  const name = String(algorithm).toLowerCase();
  const digest = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
  if (digest === undefined) {
    throw new ExpressionError(`Unknown algorithm ${name}. hash() knows ${Object.keys(HASHES).join(', ')}.`);
  }
  return digest(encodeUtf8(text));
}

const withoutCurrency = (text: string): string => text.replace(/\p{Sc}/gu, '');

function cannot(name: string, text: string): ExpressionError {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return new ExpressionError(`${name}(): ${JSON.stringify(shown)} is not a number.`);
}

function toNumber(text: string): number {
  const bare = withoutCurrency(text);
  const number = Number(bare);
  if (bare.trim() === '' || Number.isNaN(number)) throw cannot('toNumber', text);
  return number;
}

function toFloat(text: string): number {
  if (text.includes(',')) {
    throw new ExpressionError('toFloat(): the text has a comma; the decimal separator must be a point.');
  }
  const number = Number.parseFloat(withoutCurrency(text));
  if (Number.isNaN(number)) throw cannot('toFloat', text);
  return number;
}

function toInt(text: string, [radix = 10]: readonly unknown[]): number {
  const number = Number.parseInt(withoutCurrency(text), Number(radix));
  if (Number.isNaN(number)) throw cannot('toInt', text);
  return number;
}

function toDate(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new ExpressionError(`toDate(): cannot convert to date: ${JSON.stringify(text)}.`);
  // A day without a time is that day where the workflow is, not in Greenwich.
  const day = /^\s*(\d{4})-(\d{2})-(\d{2})\s*$/.exec(text);
  if (day !== null) return new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3]));
  if (!text.includes(':')) date.setHours(0, 0, 0, 0);
  return date;
}

function quote(text: string, [mark = '"']: readonly unknown[]): string {
  const sign = String(mark);
  return sign + (sign === '' ? text : text.replaceAll(sign, () => `\\${sign}`)) + sign;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (/[{[,]\s*'/.test(text))
      throw new ExpressionError("Parsing failed. Check you're using double quotes: JSON knows no others.");
    throw new ExpressionError(`Parsing failed: ${(error as Error).message}`);
  }
}

function percent(encode: (text: string) => string, name: string): (text: string) => string {
  return (text) => {
    try {
      return encode(text);
    } catch {
      throw new ExpressionError(`${name}(): the text is not valid percent-encoding.`);
    }
  };
}

const encodeAll = (text: string): string => encodeURIComponent(text.toWellFormed());
const encodeWhole = (text: string): string => encodeURI(text.toWellFormed());
const decodeAll = percent(decodeURIComponent, 'urlDecode');
const decodeWhole = percent(decodeURI, 'urlDecode');

const isNumeric = (text: string): boolean =>
  text.trim() !== '' && !Number.isNaN(Number(text)) && !Number.isNaN(Number.parseFloat(text));

export const strings: FunctionTable<string> = {
  hash,
  removeMarkdown,
  removeTags: (text) => text.replace(/<[^>]*>?/g, ''),
  toDate,
  toDateTime: (text, [format]) => textToDateTime(text, format),
  toBoolean: (text) => !['', 'false', 'no', '0'].includes(text.toLowerCase()),
  toNumber,
  toFloat,
  toDecimalNumber: toFloat,
  toInt,
  toWholeNumber: toInt,
  toSentenceCase: sentenceCase,
  toSnakeCase: snakeCase,
  toTitleCase: titleCase,
  urlDecode: (text, [whole = false]) => (whole ? decodeWhole(text) : decodeAll(text)),
  urlEncode: (text, [whole = false]) => (whole ? encodeWhole(text) : encodeAll(text)),
  quote,
  replaceSpecialChars: plainLetters,
  length: (text) => text.length,
  isDomain,
  isEmail,
  isNumeric,
  isUrl,
  isEmpty: (text) => text === '',
  isNotEmpty: (text) => text !== '',
  isBlank: (text) => text.trim() === '',
  isNotBlank: (text) => text.trim() !== '',
  toJsonString: (text) => JSON.stringify(text),
  extractEmail: emailIn,
  extractDomain: domainIn,
  extractUrl: urlIn,
  extractUrlPath: urlPath,
  parseJson,
  base64Encode: (text) => encodeBase64(encodeUtf8(text)),
  base64Decode: (text) => decodeUtf8(decodeBase64(text)),
};
