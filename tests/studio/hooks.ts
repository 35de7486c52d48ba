/** Owns what every test file of the studio begins with: the browser ends with the last file, the file's server with it. */
import { afterAll } from 'vitest';
import { closeBrowser } from './browser.ts';
import { startStudio, type Studio, type StudioOptions } from './studio.ts';

let users = 0;

/** Once in every test file; modules outlive files. */
export function browserTests(): void {
  users += 1;
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
