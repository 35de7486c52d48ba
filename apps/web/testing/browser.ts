/**
 * Owns a page of real Chromium on the fixture server: what tests of screens open, and what they complain about when
 * something went wrong in the page. One browser for a test file.
 */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { ensureBuilt } from '../build.ts';

/** A folder that was built by hand, for trying a test many times. */
async function studioFolder(): Promise<string> {
  return process.env['RONDO_STUDIO'] ?? (await ensureBuilt(() => undefined));
}

export interface Chromium {
  browser: Browser;
  folder: string;
  /** A page that fails its test by what it logged as an error. */
  open(url: string, options?: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }>;
  close(): Promise<void>;
}

export async function startChromium(): Promise<Chromium> {
  const folder = await studioFolder();
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  return {
    browser,
    folder,
    open: async (url, options = {}) => {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        locale: 'en-GB',
        colorScheme: 'light',
        reducedMotion: 'reduce',
        ...options,
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
      await page.goto(url);
      return { page, complaints };
    },
    close: () => browser.close(),
  };
}
