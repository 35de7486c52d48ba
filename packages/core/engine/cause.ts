/**
 * Owns the cause of a failure: what makes two failures "the same trouble". The fingerprint is
 * the code, the node and the message without what differs from item to item.
 * Does not count or store causes; the stores do that in the transaction of the rows.
 */
import type { Failure } from '../errors.ts';

export interface Cause {
  /** Short and stable: the same over releases, runs and machines. */
  id: string;
  /** The message with placeholders where items differ, for people. */
  message: string;
}

/** Causes kept apart per loop; what comes later is counted under OTHER_CAUSE. */
export const MAX_CAUSES = 50;
export const OTHER_CAUSE = 'other';
export const OTHER_MESSAGE = 'Other messages';

/** A message may hold a whole response body; what makes the cause is at its start. */
const READ_CHARACTERS = 2_000;
const SHOWN_CHARACTERS = 300;

/**
 * The status of an answer says what went wrong, so it is no variable part: before the words that belong to it, and
 * after HTTP, status or answered.
 */
const REASONS = [
  'Bad Request|Unauthorized|Payment Required|Forbidden|Not Found|Method Not Allowed|Not Acceptable|Proxy Auth',
  'Request Time-?[Oo]ut|Conflict|Gone|Length Required|Precondition|Payload Too|Content Too|Request Entity|URI Too',
  'Unsupported Media|Range Not|Expectation Failed|Misdirected|Unprocessable|Locked|Failed Dependency|Too Early',
  'Upgrade Required|Too Many Requests|Request Header|Unavailable For|Internal Server|Not Implemented|Bad Gateway',
  'Service Unavailable|Service Temporarily|Gateway Time-?[Oo]ut|HTTP Version|Insufficient Storage|Loop Detected',
  'Network Auth|Moved|Found|See Other|Not Modified|Temporary Redirect|Permanent Redirect|OK|Created|Accepted',
  'No Content|too many requests|not found|bad request|unauthorized|forbidden|internal server error|bad gateway',
  'service unavailable|gateway timeout',
].join('|');
const STATUS =
  `[1-5]\\d\\d(?=[ ,:(-]{1,3}(?:${REASONS})\\b)` +
  `|(?<=\\b(?:HTTP(?:/\\d(?:\\.\\d)?)?|[Ss]tatus(?:[ _-]?[Cc]ode)?|answered)[ :=(]{1,3})[1-5]\\d\\d(?![\\d.])`;
const NUMBER = new RegExp(
  `(?<![\\p{L}<\\d.])(${STATUS})|(?<![\\p{L}<])[-+]?\\d+(?:[.,:_]\\d+)*(?:[eE][-+]?\\d+)?`,
  'gu',
);

/** Order matters: a URL holds paths, a path holds ids, an id holds numbers. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'`<>)\]}]+/gi, '<url>'],
  [/"(?:[^"\\\n]|\\.)*"|`[^`\n]*`|\u201c[^\u201d\n]*\u201d|\u00ab[^\u00bb\n]*\u00bb/g, '<text>'],
  // An apostrophe inside a word (can't) opens nothing.
  [/(?<![\p{L}\p{N}])'[^'\n]*'(?![\p{L}\p{N}])/gu, '<text>'],
  [/[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu, '<id>'],
  [/\b[a-z]:\\[^\s"'`<>|:;,)]*/gi, '<path>'],
  [/(?<![\p{L}\p{N}<_.~-])(?:~|\.{1,2})?(?:\/[\p{L}\p{N}._~%@+=-]+){2,}\/?/gu, '<path>'],
  [/(?<![\p{L}\p{N}<_.~-])(?:~|\.{1,2})?\/[\p{L}\p{N}_%@+=-]+\.[a-z0-9]{1,8}\b/giu, '<path>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  // Ids: long hexadecimal words, and words of letters and digits with at least two digits (usr_8f3Ka2).
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi, '<id>'],
  [/\b(?=\w*[a-z])(?=\w*\d\w*\d)[a-z0-9_]{6,}\b/gi, '<id>'],
];

/** 53 bits over UTF-16 units in two lanes: enough to keep 50 causes of a loop apart. */
function hash(text: string): string {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  const value = (b & 0x1fffff) * 0x1_0000_0000 + (a >>> 0);
  return value.toString(36).padStart(11, '0');
}

function generalise(message: string): string {
  let text = message.slice(0, READ_CHARACTERS);
  for (const [pattern, placeholder] of VARIABLE) text = text.replace(pattern, placeholder);
  text = text.replace(NUMBER, (_, status?: string) => status ?? '<n>');
  text = text.replace(/\s+/g, ' ').trim();
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS - 1)}…` : text;
}

/**
 * The cause of a failure. Failures of one node with one code whose messages differ only in
 * numbers, quoted text, ids, URLs and paths have the same one. An HTTP status is the exception
 * to "numbers do not count": 404 and 503 are different trouble.
 */
export function fingerprint(failure: Pick<Failure, 'code' | 'message' | 'node' | 'data'>): Cause {
  const message = generalise(failure.message);
  const status = failure.code === 'http-status' ? failure.data?.['status'] : undefined;
  const code = typeof status === 'number' ? `${failure.code} ${status}` : failure.code;
  return {
    id: hash(`${code}\n${failure.node ?? ''}\n${message}`),
    // Where the message says it by itself, once is enough.
    message: typeof status === 'number' && !message.includes(String(status)) ? `HTTP ${status}: ${message}` : message,
  };
}
