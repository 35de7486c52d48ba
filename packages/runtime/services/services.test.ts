/** Tests of the services in SQLite: the conformance suites, in memory and in a file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeServices } from './conformance.ts';
import { openServices } from './services.ts';

const folder = mkdtempSync(join(tmpdir(), 'rondo-services-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
describeServices('memory', (options) => openServices({ ...options, path: ':memory:' }));
describeServices('a file', (options) => {
  files += 1;
  return openServices({ ...options, path: join(folder, `${files}.db`) });
});
