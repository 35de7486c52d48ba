/**
 * Owns the check that foreign files give what they gave before: the suites of conformance/, where their fixtures are.
 * In a process of its own, because some suites serve HTTP.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const FIXTURES = fileURLToPath(new URL('../../shared/fixtures/', import.meta.url));
const MAIN = fileURLToPath(new URL('../conformance/main.ts', import.meta.url));
const MOST_MS = 480_000;

it.skipIf(!existsSync(FIXTURES))(
  'foreign files give at least what the baseline says',
  { timeout: MOST_MS },
  async () => {
    const { code, text } = await new Promise<{ code: number | string | null; text: string }>((resolve) => {
      const flags = ['--disable-warning=ExperimentalWarning', MAIN, '--fixtures', FIXTURES];
      execFile(process.execPath, flags, { timeout: MOST_MS - 10_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : (error.code ?? null), text: stdout + stderr });
      });
    });
    expect(code, text).toBe(0);
  },
);
