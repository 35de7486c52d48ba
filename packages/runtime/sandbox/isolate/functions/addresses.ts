/**
 * Owns recognising and finding e-mail addresses, domains and URLs in text. The isolate has no URL
 * class. All patterns are bounded so that long text costs linear time.
 */

const LABEL = '[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?';
const TOP = '(?:xn--[a-z0-9-]{2,59}|\\p{L}{2,63})';
const DOMAIN = `(?:${LABEL}\\.){1,20}${TOP}`;
const LOCAL = "[\\p{L}\\p{N}!#$%&'*+/=?^_`{|}~.-]{1,64}";
/** What a host may look like where a scheme says that it is one. */
const HOST = '[\\p{L}\\p{N}_](?:[\\p{L}\\p{N}._-]{0,252})';

const WHOLE_DOMAIN = new RegExp(`^${DOMAIN}(?::\\d{1,5})?$`, 'iu');
const WHOLE_EMAIL = new RegExp(`^${LOCAL}@${DOMAIN}$`, 'iu');
const SOME_EMAIL = new RegExp(`[\\p{L}\\p{N}](?:[\\p{L}\\p{N}!#$%&'*+/=?^_\`{|}~.-]{0,63})@${DOMAIN}`, 'iu');
const WHOLE_URL = new RegExp(
  `^[a-z][a-z0-9+.-]{0,30}://(?:[^\\s@/?#]{0,256}@)?(?:${HOST}|\\[[0-9a-f:.]+\\])(?::\\d{1,5})?([/?#]\\S*)?$`,
  'iu',
);
const SOME_URL = new RegExp(
  `\\b(?:https?|ftp)://(?:[^\\s@/?#]{1,256}@)?${HOST}(?::\\d{1,5})?(?:[/?#][^\\s<>"'\`]*)?`,
  'iu',
);
const AUTHORITY = new RegExp(`^(?:[^\\s@/?#]{0,256}@)?(${HOST})(?::\\d{1,5})?(?:[/?#].*)?$`, 'isu');

export const isDomain = (text: string): boolean => text.length <= 260 && WHOLE_DOMAIN.test(text);

export const isEmail = (text: string): boolean => text.length <= 320 && WHOLE_EMAIL.test(text);

export const isUrl = (text: string): boolean => WHOLE_URL.test(text);

export const emailIn = (text: string): string | undefined =>
  text.includes('@') ? SOME_EMAIL.exec(text)?.[0] : undefined;

/** The first URL; punctuation that ends the sentence around it is not part of it. */
export const urlIn = (text: string): string | undefined => SOME_URL.exec(text)?.[0].replace(/[.,;:!?]+$/, '');

/** The domain of text that is an address as a whole; undefined for text that merely contains one. */
export function domainIn(text: string): string | undefined {
  const scheme = /^\s*(?:(?:[a-z][a-z0-9+.-]{0,30}:)?\/\/|mailto:)/i.exec(text);
  const host = AUTHORITY.exec(text.slice(scheme?.[0].length ?? 0).trim())?.[1];
  if (host === undefined) return undefined;
  return scheme !== null || WHOLE_DOMAIN.test(host) ? host : undefined;
}

export function urlPath(text: string): string | undefined {
  const url = WHOLE_URL.exec(text.trim());
  if (url === null) return undefined;
  const path = (url[1] ?? '').replace(/[?#].*$/s, '');
  return path === '' ? '/' : path;
}
