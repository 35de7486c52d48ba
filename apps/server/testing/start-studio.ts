/**
 * Owns a real whole server for tests: loopback, studio.db, runner processes, an owner who is signed in, tokens of any
 * scope. Everything ends after each test.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import type { Scope } from '@rondo/api/access.ts';
import type { RunStore } from '@rondo/core/ports.ts';
import { openStore } from '@rondo/runtime/stores/open.ts';
import { startStudioServer, type StudioServer, type StudioServerOptions } from '../studio-server.ts';

export const OWNER = { name: 'Ada', password: 'a rather long secret' };

export interface StartedStudio {
  server: StudioServer;
  store: RunStore;
  url: string;
  folder: string;
  lines: string[];
  /** As nobody; with what `init` says. */
  call(path: string, init?: RequestInit): Promise<Response>;
  /** As a person in a browser: the cookie, and where the request comes from. */
  as(cookie: string): (path: string, init?: RequestInit) => Promise<Response>;
  /** The owner's; made at the first call. */
  owner(): Promise<(path: string, init?: RequestInit) => Promise<Response>>;
  /** A token with these scopes. */
  token(scopes: Scope[], more?: { workflows?: string[]; expiresAt?: number | null }): string;
  close(): Promise<void>;
}

export interface StudioStartOptions extends Partial<StudioServerOptions> {
  /** Of an earlier server. */
  folder?: string;
  settings?: Record<string, string | number>;
}

const ending: (() => Promise<void>)[] = [];

/** Once in every test file. */
export function studioTests(): void {
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });
}

/** Files of the workflow folder, without their first line. */
export async function startStudio(
  files: Record<string, string> = {},
  options: StudioStartOptions = {},
): Promise<StartedStudio> {
  const { folder: given, settings = {}, ...own } = options;
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'rondo-studio-')));
  if (given === undefined) ending.push(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, 'workflows', name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `rondo: 1\n${text}`);
  }
  const database = join(folder, 'rondo.db');
  const store = await openStore(database);
  const lines: string[] = [];
  let server: StudioServer;
  try {
    server = await startStudioServer({
      data: folder,
      store,
      database,
      folder,
      encryptionKey: undefined,
      secrets: {},
      given: { flag: { port: 0, ...settings }, environment: {}, file: {} },
      runners: 1,
      warm: false,
      costLog: 4,
      studio: null,
      write: (line) => lines.push(line),
      ...own,
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  const { listens: url } = server;
  let closed: Promise<void> | null = null;
  const close = (): Promise<void> => (closed ??= server.close().then(() => store.close()));
  ending.push(close);
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}${path}`, { redirect: 'manual', ...init });
  const as =
    (cookie: string) =>
    (path: string, init: RequestInit = {}): Promise<Response> =>
      call(path, { ...init, headers: { origin: url, cookie, ...init.headers } });
  let cookie: string | null = null;
  return {
    server,
    store,
    url,
    folder,
    lines,
    call,
    as,
    close,
    async owner() {
      if (cookie === null) {
        const token = new URL(server.setupUrl() ?? url).searchParams.get('token') ?? '';
        cookie = cookieOf(await call('/api/v1/setup', json('POST', { token, ...OWNER })));
      }
      return as(cookie);
    },
    token: (scopes, { workflows = [], expiresAt = null } = {}) =>
      server.access.tokens.create({ name: 'test', scopes, workflows, expiresAt, createdBy: 'test' }).secret,
  };
}

/** What the answer sets, as it is sent back. */
export function cookieOf(answer: Response): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

export function json(method: string, body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function bearer(token: string, init: RequestInit = {}): RequestInit {
  return { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } };
}
