/**
 * Owns the browser of the studio's tests and pictures: finding Chromium, one browser for all of a process, pages that
 * note everything that goes wrong in them. Does not start servers (studio.ts).
 */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

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

let shared: Promise<Browser> | null = null;
const pages = new Set<Page>();

function launch(): Promise<Browser> {
  if (chromiumPath === null) throw new Error('There is no Chromium.');
  return chromium.launch({
    executablePath: chromiumPath,
    // Memory of a page is measured as it is, not in steps.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--enable-precise-memory-info', '--js-flags=--expose-gc'],
  });
}

/** Pages that are open now. */
export function openPages(): readonly Page[] {
  return [...pages];
}

export async function closeBrowser(): Promise<void> {
  const ending = shared;
  shared = null;
  if (ending !== null) await (await ending).close();
}

export interface Watched {
  page: Page;
  /** Errors, refused requests, breaches of the policy, dialogs: a line each. */
  troubles: string[];
  /** Troubles that a test has caused on purpose are taken out: those that fit. */
  forgive(pattern: RegExp): void;
  close(): Promise<void>;
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
  for (const name of ['alert', 'confirm', 'prompt']) {
    globalThis[name] = (text) => { globalThis.__breaches.push(name + ': ' + text); return null; };
  }
`;

export async function openPage(options: BrowserContextOptions = {}): Promise<Watched> {
  shared ??= launch();
  const browser = await shared;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(10_000);
  await context.addInitScript(SENTRY);
  const page = await context.newPage();
  pages.add(page);
  page.on('close', () => pages.delete(page));
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('console', (line) => {
    // Requests that failed are told below, with their address.
    if (line.type() === 'error' && !line.text().startsWith('Failed to load resource')) {
      troubles.push(`console: ${line.text()}`);
    }
  });
  page.on('response', (answer) => {
    const { pathname } = new URL(answer.url());
    if (answer.status() < 400) return;
    // Whether somebody is signed in is asked by asking.
    if (answer.status() === 401 && pathname === '/api/v1/me') return;
    troubles.push(`${answer.status()}: ${answer.request().method()} ${pathname}`);
  });
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return {
    page,
    troubles,
    forgive(pattern) {
      const left = troubles.filter((line) => !pattern.test(line));
      troubles.splice(0, troubles.length, ...left);
    },
    close: () => context.close(),
  };
}

/** What the sentry of the page has noted since it was loaded. */
export async function breaches(page: Page): Promise<string[]> {
  return page.evaluate('globalThis.__breaches');
}
