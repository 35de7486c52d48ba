/**
 * Owns what every test file of the studio begins with: pages end with their test, and have nothing to complain of; of a
 * test that fails there is a picture, and what it has used is not used again; a server ends with its file.
 */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, type SuiteOptions } from 'vitest';
import { breaches, chromiumPath, openPages, type Watched } from './browser.ts';
import { startStudio, type Studio, type StudioOptions } from './studio.ts';

/** CI tries once more and says so (scripts/ci-reporter.ts): everything that the first try has used is gone by then. */
const RETRIES = process.env['CI'] === undefined ? 0 : 1;
/** What does not come is given up sooner (PATIENCE_MS); this is for long ways on a machine that is busy. */
const TEST_MS = 240_000;

/** Tests in a browser; none without one. */
export function describeInBrowser(name: string, tests: () => void, options: SuiteOptions = {}): void {
  describe.skipIf(chromiumPath === null)(name, { timeout: TEST_MS, retry: RETRIES, ...options }, () => {
    tests();
  });
}

async function picture({ page }: Watched, name: string): Promise<void> {
  const folder = join(tmpdir(), 'rondo-studio-failed');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name.replace(/\W+/g, '-').slice(0, 60)}-${Date.now()}.png`);
  await page.screenshot({ path, timeout: 10_000 }).catch(() => undefined);
  process.stderr.write(`${page.url()}: ${path}\n`);
}

/** Once in every test file, before its own hooks: these run after them. */
export function browserTests(): void {
  afterEach(async ({ task }) => {
    const hasFailed = task.result?.state === 'fail';
    const troubles: string[] = [];
    for (const one of openPages()) {
      if (hasFailed) await picture(one, task.name);
      else troubles.push(...one.troubles, ...(await breaches(one.page).catch(() => [])));
      await one.close(!hasFailed && troubles.length === 0);
    }
    if (troubles.length > 0) throw new Error(`The page complained: ${troubles.join('; ')}`);
  });
}

/** Once in every test file: the pages, and one server for the file, started by the first test that asks. */
export function studioTests(options: StudioOptions = {}): () => Promise<Studio> {
  let started: Promise<Studio> | null = null;
  const end = async (): Promise<void> => {
    const ending = started;
    started = null;
    if (ending !== null) await (await ending).close();
  };
  // What a test that failed has left in it is not there when it is tried again.
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await end().catch(() => undefined);
  });
  afterAll(end);
  browserTests();
  return () => (started ??= startStudio(options));
}
