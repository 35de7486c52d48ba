/**
 * Owns the browser of the studio's tests and pictures: finding Chromium, one browser for all of a process, pages that
 * note everything that goes wrong in them and are used again, since a new one is most of what a short test costs. Does
 * not start servers (studio.ts).
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, type CDPSession, chromium, type Page } from 'playwright-core';
import { FOLDERS } from './browser-folders.ts';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Null: there is none, and the tests say so instead of failing. */
export const chromiumPath: string | null =
  [process.env['CHROMIUM'] ?? '', ...PLACES].find((path) => path !== '' && existsSync(path)) ?? null;

if (chromiumPath === null) {
  process.stderr.write('Tests of the studio are left out: install chromium, or name it in CHROMIUM.\n');
}

/** Nothing that is waited for takes so long; a loaded machine takes long enough. */
export const PATIENCE_MS = 25_000;

interface Running {
  browser: Browser;
  folder: string;
}

let shared: Promise<Running> | null = null;

async function launch(): Promise<Running> {
  if (chromiumPath === null) throw new Error('There is no Chromium.');
  const folder = mkdtempSync(join(process.env[FOLDERS] ?? tmpdir(), 'rondo-browser-'));
  const own = await chromium.launchPersistentContext(folder, {
    executablePath: chromiumPath,
    // Memory of a page is measured as it is, not in steps.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--enable-precise-memory-info', '--js-flags=--expose-gc'],
  });
  const browser = own.browser();
  if (browser === null) throw new Error('Chromium has no contexts of its own.');
  // One that has crashed is not asked again.
  browser.on('disconnected', () => {
    shared = null;
    idle.clear();
  });
  return { browser, folder };
}

/** For scripts. Of tests, the browser ends with their process. */
export async function closeBrowser(): Promise<void> {
  const ending = shared;
  shared = null;
  if (ending === null) return;
  const { browser, folder } = await ending;
  await browser.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

export interface Watched {
  page: Page;
  /** Errors, refused requests, breaches of the policy, dialogs: a line each. */
  troubles: string[];
  /** Troubles that a test has caused on purpose are taken out: those that fit. */
  forgive(pattern: RegExp): void;
  /** Not sound: something of its test may still be in it. */
  close(isSound?: boolean): Promise<void>;
}

/**
 * Runs before anything of the page: what a script that got in could do is noted, and so is every breach of the policy.
 * As text, as these names belong to the page.
 */
const SENTRY = `
  globalThis.__breaches = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    globalThis.__breaches.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + (event.sample || ''));
  });
  globalThis.__asking = 0;
  const ask = globalThis.fetch;
  globalThis.fetch = (...given) => {
    globalThis.__asking += 1;
    return ask(...given).finally(() => { globalThis.__asking -= 1; });
  };
  for (const name of ['alert', 'confirm', 'prompt']) {
    globalThis[name] = (text) => { globalThis.__breaches.push(name + ': ' + text); return null; };
  }
`;

/** A page of a context of its own, between tests empty. */
interface Kept {
  page: Page;
  cdp: CDPSession;
  /** Of the test that has the page. */
  troubles: string[];
}

const VIEWPORT = { width: 1440, height: 900 };
/** By what a context is made with. */
const idle = new Map<string, Kept[]>();
const open = new Set<Watched>();

/** Pages that are open now. */
export function openPages(): readonly Watched[] {
  return [...open];
}

async function makePage(options: BrowserContextOptions): Promise<Kept> {
  shared ??= launch();
  const { browser } = await shared;
  const context = await browser.newContext({ viewport: VIEWPORT, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(SENTRY);
  const page = await context.newPage();
  const kept: Kept = { page, cdp: await context.newCDPSession(page), troubles: [] };
  const note = (line: string): void => void kept.troubles.push(line);
  page.on('pageerror', (error) => note(`error: ${error.message}`));
  page.on('console', (line) => {
    // Requests that failed are told below, with their address.
    if (line.type() === 'error' && !line.text().startsWith('Failed to load resource')) note(`console: ${line.text()}`);
  });
  page.on('response', (answer) => {
    const { pathname } = new URL(answer.url());
    if (answer.status() < 400) return;
    // Whether somebody is signed in is asked by asking.
    if (answer.status() === 401 && pathname === '/api/v1/me') return;
    note(`${answer.status()}: ${answer.request().method()} ${pathname}`);
  });
  page.on('dialog', (dialog) => {
    note(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return kept;
}

/** As a new page: nothing loaded or stored, no history, the pointer outside. */
async function empty({ page, cdp }: Kept, { width, height }: { width: number; height: number }): Promise<void> {
  const { origin } = new URL(page.url());
  await page.goto('about:blank');
  if (origin !== 'null') await cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  await page.context().clearCookies();
  await page.mouse.move(-1, -1);
  const now = page.viewportSize();
  if (now?.width !== width || now.height !== height) await page.setViewportSize({ width, height });
  await cdp.send('Page.resetNavigationHistory');
}

export interface PageOptions extends BrowserContextOptions {
  /** A new one, not used again: for tests that measure, add scripts or listeners to it, or go offline. */
  alone?: boolean;
}

/** A page as if it were new. It may be one that an earlier test has left; never one of a test that has failed. */
export async function openPage({ alone = false, ...options }: PageOptions = {}): Promise<Watched> {
  const { storageState, colorScheme = 'light', reducedMotion = 'no-preference', ...rest } = options;
  if (typeof storageState === 'string') throw new Error('Give the state itself.');
  const key = JSON.stringify(rest);
  const kept = (alone ? undefined : idle.get(key)?.pop()) ?? (await makePage(rest));
  const troubles: string[] = [];
  kept.troubles = troubles;
  const { page } = kept;
  await page.emulateMedia({ colorScheme, reducedMotion });
  if (storageState !== undefined) await page.context().addCookies(storageState.cookies);
  let isClosed = false;
  const watched: Watched = {
    page,
    troubles,
    forgive(pattern) {
      const left = troubles.filter((line) => !pattern.test(line));
      troubles.splice(0, troubles.length, ...left);
    },
    async close(isSound = true) {
      if (isClosed) return;
      isClosed = true;
      open.delete(watched);
      kept.troubles = [];
      const isReusable = isSound && !alone && !page.isClosed() && page.context().pages().length === 1;
      const isEmpty =
        isReusable &&
        (await empty(kept, rest.viewport ?? VIEWPORT).then(
          () => true,
          () => false,
        ));
      if (isEmpty) idle.set(key, [...(idle.get(key) ?? []), kept]);
      else await page.context().close();
    },
  };
  open.add(watched);
  return watched;
}

/** Waits until the page has asked for all that it needs, and has it: no answer has been open for a moment. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    for (let quiet = 0; quiet < 4; quiet = globalThis.__asking === 0 ? quiet + 1 : 0) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  })()`);
}

/** What the sentry of the page has noted since it was loaded. */
export async function breaches(page: Page): Promise<string[]> {
  return page.evaluate('globalThis.__breaches');
}
