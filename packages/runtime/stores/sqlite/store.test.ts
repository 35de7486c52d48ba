/** Tests of the SQLite store: the conformance suite, in memory and in a file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeStore } from '../conformance.ts';
import { openSqliteStore } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'rondo-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
describeStore('sqlite', async ({ now }) => openSqliteStore({ path: ':memory:', now }));
describeStore('sqlite in a file', async ({ now }) => {
  files += 1;
  return openSqliteStore({ path: join(folder, `${files}.db`), now });
});
