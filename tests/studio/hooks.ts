/**
 * Owns what every test file of the studio begins with: the browser ends with the last file, the file's server with it; of a test
 * that fails there is a picture.
 */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { closeBrowser, openPages } from './browser.ts';
import { startStudio, type Studio, type StudioOptions } from './studio.ts';

let users = 0;

/** Once in every test file; modules outlive files. */
export function browserTests(): void {
  users += 1;
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const folder = join(tmpdir(), 'rondo-studio-failed');
    mkdirSync(folder, { recursive: true });
    for (const [at, page] of openPages().entries()) {
      const path = join(folder, `${task.name.replace(/\W+/g, '-').slice(0, 60)}-${at}.png`);
      await page.screenshot({ path }).catch(() => undefined);
      process.stderr.write(`${page.url()}: ${path}\n`);
    }
  });
  afterAll(async () => {
    users -= 1;
    if (users === 0) await closeBrowser();
  });
}

/** Once in every test file: the browser, and one server for the file, started by the first test that asks. */
export function studioTests(options: StudioOptions = {}): () => Promise<Studio> {
  browserTests();
  let started: Promise<Studio> | null = null;
  afterAll(async () => {
    if (started !== null) await (await started).close();
  });
  return () => (started ??= startStudio(options));
}
