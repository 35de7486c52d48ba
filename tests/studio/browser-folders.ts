/**
 * Owns the folder in which the browsers of a test run keep what they write. A browser ends with the process of its
 * tests, without a word; what it wrote is removed here, after all of them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder to the processes of the tests. */
export const FOLDERS = 'STUDIO_TEST_BROWSERS';

export default function browserFolders(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'rondo-browsers-'));
  process.env[FOLDERS] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
