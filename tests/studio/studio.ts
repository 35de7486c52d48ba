/**
 * Owns the studio of the tests: `rondo serve` as a process of its own with a fresh data folder, the owner made by the
 * link that it printed, pages that are signed in, calls of the API as that owner. Does not know any screen but those of
 * the start.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { type Call, createClient } from '@rondo/api/client.ts';
import { openPage, type PageOptions, type Watched } from './browser.ts';

const RONDO = fileURLToPath(new URL('../../bin/rondo', import.meta.url));
const START_MS = 60_000;
const END_MS = 15_000;

export const OWNER = { name: 'Ana', password: 'a quiet morning in November' };

export interface StudioOptions {
  /** Workflow files by name, there before the start. */
  workflows?: Record<string, string>;
  args?: readonly string[];
  /** Before the start: what else has to lie in the data folder. */
  prepare?(folder: string): Promise<void>;
}

export interface Studio {
  readonly url: string;
  /** The data folder. */
  readonly folder: string;
  /** The link that the first start prints; null when there is an owner. */
  readonly setupLink: string | null;
  readonly pid: number;
  /** What the server has printed. */
  log(): string;
  /** Makes the owner, where there is none yet. */
  hasOwner(): Promise<void>;
  /** A page with the owner signed in, at this address. */
  open(path: string, options?: PageOptions): Promise<Watched>;
  /** As the owner. */
  call: Call;
  /** The same data, a new process. `signal`: how the old one is ended. */
  restart(signal?: NodeJS.Signals): Promise<void>;
  close(): Promise<void>;
}

interface Serving {
  child: ChildProcess;
  url: string;
  setupLink: string | null;
  ended: Promise<void>;
}

/** Nothing stays behind, also when the tests are broken off. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
});

async function serve(folder: string, args: readonly string[], log: string[]): Promise<Serving> {
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1' };
  for (const name of Object.keys(env)) if (name.startsWith('RONDO_') || name.startsWith('VITEST')) delete env[name];
  const child = spawn(RONDO, ['serve', '--port', '0', '--data', folder, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that a test can end it with its runners.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  running.add(child);
  void ended.then(() => running.delete(child));
  const { promise, resolve, reject } = Promise.withResolvers<Serving>();
  const late = setTimeout(() => reject(new Error(`no server within ${START_MS} ms:\n${log.join('')}`)), START_MS);
  const first = log.length;
  const look = (): void => {
    const said = log.slice(first).join('');
    const url = /Rondo serves (http:\S+)/.exec(said)?.[1];
    // The first line that a user waits for; the link comes before it or in the same breath.
    if (url === undefined || !/Ctrl-C ends/.test(said)) return;
    const setupLink = /http\S+\/setup\?token=\S+/.exec(said)?.[0] ?? null;
    resolve({ child, url, setupLink, ended });
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (part: string) => {
      log.push(part);
      look();
    });
  }
  child.on('error', reject);
  child.on('exit', (code) => reject(new Error(`the server ended with ${code}:\n${log.join('')}`)));
  return promise.finally(() => clearTimeout(late));
}

async function end({ child, ended }: Serving, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  process.kill(-child.pid, signal);
  const late = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), END_MS);
  await ended;
  clearTimeout(late);
}

/** Goes the way of a new owner: the printed link, name, password, Done. Resolves on Home. */
export async function setUp(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Your name').fill(OWNER.name);
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
  await page.getByLabel('Password again').fill(OWNER.password);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}

export async function signIn(page: Page, { name, password } = OWNER): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}

type Storage = Exclude<BrowserContextOptions['storageState'], string | undefined>;

/** A server on a fresh folder, without an owner. Ended by the caller. */
export async function startStudio({ workflows = {}, args = [], prepare }: StudioOptions = {}): Promise<Studio> {
  const folder = mkdtempSync(join(tmpdir(), 'rondo-studio-'));
  for (const [name, text] of Object.entries(workflows)) {
    const file = join(folder, 'workflows', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  await prepare?.(folder);
  const log: string[] = [];
  let now = await serve(folder, args, log);
  const firstLink = now.setupLink;
  let storage: Promise<Storage> | null = null;

  /** By the API, as the pages do it: they have their tests. */
  const makeOwner = async (): Promise<Storage> => {
    if (firstLink === null) throw new Error(`The server printed no link:\n${log.join('')}`);
    const post = (path: string, body: unknown): Promise<Response> =>
      fetch(`${now.url}/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: now.url },
        body: JSON.stringify(body),
      });
    const made = await post('/setup', { ...OWNER, token: new URL(firstLink).searchParams.get('token') });
    // A test may have gone that way itself.
    const answer = made.ok ? made : await post('/session', OWNER);
    const cookie = /^([^=]+)=([^;]*)/.exec(answer.headers.getSetCookie()[0] ?? '');
    if (!answer.ok || cookie === null) throw new Error(`No owner: ${answer.status} ${await answer.text()}`);
    const [, name = '', value = ''] = cookie;
    const of = { domain: new URL(now.url).hostname, path: '/', expires: -1, httpOnly: true, secure: false };
    return { cookies: [{ ...of, name, value, sameSite: 'Lax' }], origins: [] };
  };
  const asOwner = (): Promise<Storage> => (storage ??= makeOwner());

  const studio: Studio = {
    get url() {
      return now.url;
    },
    get setupLink() {
      return now.setupLink;
    },
    get pid() {
      return now.child.pid ?? 0;
    },
    folder,
    log: () => log.join(''),
    async hasOwner() {
      await asOwner();
    },
    async open(path, options = {}) {
      const watched = await openPage({ ...options, storageState: await asOwner() });
      await watched.page.goto(now.url + path);
      return watched;
    },
    call: async (route, given) => {
      const cookie = (await asOwner()).cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
      const send = createClient({
        origin: now.url,
        fetch: (input, init) =>
          fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), cookie, origin: now.url } }),
      });
      return send(route, given);
    },
    async restart(signal = 'SIGTERM') {
      await end(now, signal);
      now = await serve(folder, args, log);
    },
    async close() {
      await end(now, 'SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return studio;
}

/** Waits for a condition of the server. Null: not yet. */
export async function until<T>(look: () => Promise<T | null>, what: string, ms = 60_000): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** To another address without loading the page again, as links do. */
export async function go(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`);
}

/** Drops a file in the middle of the page, the way a file manager does. */
export async function dropFile(page: Page, name: string, text: string): Promise<void> {
  await page.evaluate(`{
    const data = new DataTransfer();
    data.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}, { type: 'application/json' }));
    const target = document.elementFromPoint(innerWidth / 2, innerHeight / 2) ?? document.body;
    for (const type of ['dragenter', 'dragover', 'drop']) {
      target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
    }
  }`);
}
