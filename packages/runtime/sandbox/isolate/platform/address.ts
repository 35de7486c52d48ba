/**
 * Owns taking addresses apart as the URL standard says: schemes of the web with host and path, others as text.
 * Does not hold them; the class URL does (url.ts). Names of hosts beyond ASCII become punycode.
 */
import { percentDecoded, percentEncoded } from './search-params.ts';

export interface Address {
  /** With its colon. */
  protocol: string;
  username: string;
  password: string;
  /** Null: there is none, as in `mailto:`. */
  hostname: string | null;
  port: string;
  /** A text: what follows a scheme without slashes. */
  path: string[] | string;
  query: string | null;
  hash: string | null;
}

export const PORTS: ReadonlyMap<string, string> = new Map([
  ['http:', '80'],
  ['https:', '443'],
  ['ws:', '80'],
  ['wss:', '443'],
  ['ftp:', '21'],
  ['file:', ''],
]);

const HASH = /[\0-\x20"<>`]/;
const QUERY = /[\0-\x20"#<>]/;
const QUERY_OF_WEB = /[\0-\x20"#<>']/;
const PATH = /[\0-\x20"#<>?^`{}]/;
const USER = /[\0-\x20"#<>?^`{}/:;=@[\\\]|]/;

export const inHash = (text: string): string => percentEncoded(text, HASH);
export const inQuery = (text: string, protocol: string): string =>
  percentEncoded(text, PORTS.has(protocol) ? QUERY_OF_WEB : QUERY);
export const inUser = (text: string): string => percentEncoded(text, USER);

/** Null: it is no address. */
export function parseAddress(given: string, base: Address | null): Address | null {
  const text = given.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '').replace(/[\t\n\r]/g, '');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*:)/.exec(text)?.[1];
  const protocol = scheme?.toLowerCase() ?? base?.protocol ?? null;
  if (protocol === null) return null;
  const [beforeHash, hash] = cut(text.slice(scheme?.length ?? 0), '#');
  const [main, query] = cut(beforeHash, '?');
  const tail = {
    query: query === null ? null : inQuery(query, protocol),
    hash: hash === null ? null : inHash(hash),
  };
  const isWeb = PORTS.has(protocol);
  const rest = isWeb ? main.replaceAll('\\', '/') : main;
  const within = base !== null && base.protocol === protocol && (scheme === undefined || isWeb) ? base : null;
  if (scheme !== undefined && !isWeb && !rest.startsWith('/')) {
    return { ...NOTHING, protocol, path: percentEncoded(main, /[\0-\x1f]/), ...tail };
  }
  if (rest.startsWith('//') || (scheme !== undefined && isWeb && within === null)) {
    return withAuthority(protocol, isWeb ? rest.replace(/^\/*/, '') : rest.slice(2), tail);
  }
  if (within === null) return { ...NOTHING, protocol, path: segments(rest, [], isWeb), ...tail };
  return relative(within, rest, tail);
}

const NOTHING = { username: '', password: '', hostname: null, port: '' };

type Tail = Pick<Address, 'query' | 'hash'>;

function relative(base: Address, rest: string, tail: Tail): Address | null {
  if (typeof base.path === 'string') {
    return rest === '' && tail.query === null && tail.hash !== null ? { ...base, hash: tail.hash } : null;
  }
  if (rest === '') return { ...base, query: tail.query ?? base.query, hash: tail.hash };
  const isWeb = PORTS.has(base.protocol);
  const path = rest.startsWith('/') ? segments(rest, [], isWeb) : segments(`/${rest}`, base.path.slice(0, -1), isWeb);
  return { ...base, path, ...tail };
}

function cut(text: string, mark: string): [string, string | null] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function withAuthority(protocol: string, text: string, tail: Tail): Address | null {
  const isWeb = PORTS.has(protocol);
  const slash = text.indexOf('/');
  const authority = slash < 0 ? text : text.slice(0, slash);
  const rest = slash < 0 ? '' : text.slice(slash);
  const at = authority.lastIndexOf('@');
  const [user, password] = at < 0 ? ['', null] : cut(authority.slice(0, at), ':');
  const found = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority.slice(at + 1));
  if (found === null) return null;
  const hostname = hostOf(found[1] ?? '', isWeb);
  const port = found[2] ? String(Number(found[2])) : '';
  if (hostname === null || Number(port) > 65_535) return null;
  if (hostname === '' && isWeb && protocol !== 'file:') return null;
  return {
    protocol,
    username: inUser(user),
    password: inUser(password ?? ''),
    hostname,
    port: port === PORTS.get(protocol) ? '' : port,
    path: rest === '' && !isWeb ? [] : segments(rest || '/', [], isWeb),
    ...tail,
  };
}

/** Segments after those of `from`; what is `.` or `..` is gone. */
export function segments(text: string, from: readonly string[], isWeb: boolean): string[] {
  const path = [...from];
  const parts = (isWeb ? text.replaceAll('\\', '/') : text).replace(/^\//, '').split('/');
  parts.forEach((part, i) => {
    const dots = part.replace(/%2e/gi, '.');
    const isLast = i === parts.length - 1;
    if (dots === '..') path.pop();
    if (dots !== '.' && dots !== '..') path.push(percentEncoded(part, PATH));
    else if (isLast) path.push('');
  });
  return path;
}

/** Null: no host may be written like this. */
export function hostOf(text: string, isWeb: boolean): string | null {
  if (text.startsWith('[')) return /^\[[0-9a-f:.]{2,45}\]$/i.test(text) ? text.toLowerCase() : null;
  if (!isWeb) return /[\0\t\n\r #/:<>?@[\\\]^|]/.test(text) ? null : percentEncoded(text, /[\0-\x1f]/);
  const name = percentDecoded(text)
    .normalize('NFC')
    .toLowerCase()
    .replace(/[。．｡]/g, '.');
  if (/[\0-\x20#%/:<>?@[\\\]^|\x7f]/.test(name)) return null;
  const ascii = name
    .split('.')
    .map((label) => (/[^\0-\x7f]/.test(label) ? `xn--${punycode(label)}` : label))
    .join('.');
  return /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/.test(ascii) ? addressOf(ascii) : ascii;
}

/** Four bytes, of any of the ways to write them. */
function addressOf(text: string): string | null {
  const parts = text.replace(/\.$/, '').split('.');
  const numbers = parts.map((part) =>
    /^0x[0-9a-f]*$/.test(part)
      ? Number.parseInt(`0${part.slice(2)}`, 16)
      : /^0[0-7]*$/.test(part)
        ? Number.parseInt(part, 8)
        : /^\d+$/.test(part)
          ? Number(part)
          : Number.NaN,
  );
  const last = numbers.pop();
  if (last === undefined || numbers.length > 3 || numbers.some((one) => !(one <= 255))) return null;
  if (!(last < 256 ** (4 - numbers.length))) return null;
  const whole = numbers.reduce((total, one, i) => total + one * 256 ** (3 - i), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(whole / 2 ** shift) % 256).join('.');
}

/** RFC 3492. */
function punycode(label: string): string {
  const points = Array.from(label, (letter) => letter.codePointAt(0) as number);
  let out = points
    .filter((point) => point < 128)
    .map((point) => String.fromCharCode(point))
    .join('');
  const basic = out.length;
  let handled = basic;
  if (basic > 0) out += '-';
  let n = 128;
  let delta = 0;
  let bias = 72;
  const digit = (value: number): string => 'abcdefghijklmnopqrstuvwxyz0123456789'.charAt(value);
  while (handled < points.length) {
    const next = Math.min(...points.filter((point) => point >= n));
    delta += (next - n) * (handled + 1);
    n = next;
    for (const point of points) {
      if (point < n) delta += 1;
      if (point !== n) continue;
      let q = delta;
      for (let k = 36; ; k += 36) {
        const t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
        if (q < t) break;
        out += digit(t + ((q - t) % (36 - t)));
        q = Math.floor((q - t) / (36 - t));
      }
      out += digit(q);
      bias = adapted(delta, handled + 1, handled === basic);
      delta = 0;
      handled += 1;
    }
    delta += 1;
    n += 1;
  }
  return out;
}

function adapted(given: number, count: number, first: boolean): number {
  let delta = first ? Math.floor(given / 700) : Math.floor(given / 2);
  delta += Math.floor(delta / count);
  let k = 0;
  for (; delta > 455; k += 36) delta = Math.floor(delta / 35);
  return k + Math.floor((36 * delta) / (delta + 38));
}
