/** Owns the class URL: an address whose parts are read and set. Taking texts apart is in address.ts. */
import { hostOf, inHash, inQuery, inUser, parseAddress, PORTS, segments, type Address } from './address.ts';
import { URLSearchParams } from './search-params.ts';

export class URL {
  #parts: Address;
  #params: URLSearchParams | null = null;

  constructor(given: unknown, base?: unknown) {
    const parsed = parsedFrom(given, base);
    if (parsed === null) throw new TypeError('Invalid URL');
    this.#parts = parsed;
  }

  static canParse(given: unknown, base?: unknown): boolean {
    return parsedFrom(given, base) !== null;
  }

  static parse(given: unknown, base?: unknown): URL | null {
    return URL.canParse(given, base) ? new URL(given, base) : null;
  }

  get href(): string {
    const { protocol, username, password, hostname, query, hash } = this.#parts;
    const user = username === '' && password === '' ? '' : `${username}${password === '' ? '' : `:${password}`}@`;
    const authority = hostname === null ? '' : `//${user}${this.host}`;
    return `${protocol}${authority}${this.pathname}${query === null ? '' : `?${query}`}${hash === null ? '' : `#${hash}`}`;
  }

  set href(text: string) {
    const parsed = parseAddress(String(text), null);
    if (parsed === null) throw new TypeError('Invalid URL');
    this.#parts = parsed;
    this.#params = null;
  }

  get origin(): string {
    const { protocol } = this.#parts;
    return PORTS.has(protocol) && protocol !== 'file:' ? `${protocol}//${this.host}` : 'null';
  }

  get protocol(): string {
    return this.#parts.protocol;
  }

  set protocol(text: string) {
    const wanted = `${String(text).replace(/:.*$/s, '').toLowerCase()}:`;
    if (!/^[a-z][a-z0-9+.-]*:$/.test(wanted) || PORTS.has(wanted) !== PORTS.has(this.protocol)) return;
    const { port } = this.#parts;
    this.#parts = { ...this.#parts, protocol: wanted, port: port === PORTS.get(wanted) ? '' : port };
  }

  get username(): string {
    return this.#parts.username;
  }

  set username(text: string) {
    if (this.#parts.hostname) this.#parts.username = inUser(String(text));
  }

  get password(): string {
    return this.#parts.password;
  }

  set password(text: string) {
    if (this.#parts.hostname) this.#parts.password = inUser(String(text));
  }

  get host(): string {
    const { hostname, port } = this.#parts;
    return `${hostname ?? ''}${port === '' ? '' : `:${port}`}`;
  }

  set host(text: string) {
    const [, name = '', port] = /^(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?/.exec(String(text)) ?? [];
    this.hostname = name;
    if (port !== undefined) this.port = port;
  }

  get hostname(): string {
    return this.#parts.hostname ?? '';
  }

  set hostname(text: string) {
    const host = hostOf(String(text), PORTS.has(this.protocol));
    if (host !== null && host !== '' && typeof this.#parts.path !== 'string') this.#parts.hostname = host;
  }

  get port(): string {
    return this.#parts.port;
  }

  set port(text: string | number) {
    const digits = /^\d*/.exec(String(text))?.[0] ?? '';
    const port = digits === '' ? '' : String(Number(digits));
    if (String(text) !== '' && (digits === '' || Number(port) > 65_535)) return;
    this.#parts.port = port === PORTS.get(this.protocol) ? '' : port;
  }

  get pathname(): string {
    const { path } = this.#parts;
    return typeof path === 'string' ? path : path.map((part) => `/${part}`).join('');
  }

  set pathname(text: string) {
    if (typeof this.#parts.path !== 'string') {
      this.#parts.path = segments(String(text), [], PORTS.has(this.protocol));
    }
  }

  get search(): string {
    const { query } = this.#parts;
    return query ? `?${query}` : '';
  }

  set search(text: string) {
    const query = String(text).replace(/^\?/, '');
    this.#parts.query = query === '' ? null : inQuery(query, this.protocol);
    this.#params = null;
  }

  get searchParams(): URLSearchParams {
    this.#params ??= new URLSearchParams(this.#parts.query ?? '', (text: string) => {
      this.#parts.query = text === '' ? null : text;
    });
    return this.#params;
  }

  get hash(): string {
    const { hash } = this.#parts;
    return hash ? `#${hash}` : '';
  }

  set hash(text: string) {
    const hash = String(text).replace(/^#/, '');
    this.#parts.hash = hash === '' ? null : inHash(hash);
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }
}

function parsedFrom(given: unknown, base: unknown): Address | null {
  const around = base === undefined ? null : parseAddress(String(base), null);
  return base !== undefined && around === null ? null : parseAddress(String(given), around);
}
