/**
 * Owns the folder in which the browsers of a test run keep what they write. A browser ends with the process of its
 * tests, and writes until then; what it wrote is removed here, after all of them.
 */
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Names the folder to the processes of the tests. */
export const FOLDERS = 'STUDIO_TEST_BROWSERS';
const END_MS = 8_000;

export default function browserFolders(): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rondo-browsers-'));
  process.env[FOLDERS] = folder;
  return async () => {
    const late = performance.now() + END_MS;
    while (readdirSync(folder).some((one) => isUsed(join(folder, one))) && performance.now() < late) await wait(50);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
}

/** A browser names its process in its folder while it runs. */
function isUsed(profile: string): boolean {
  try {
    const [pid = ''] = readlinkSync(join(profile, 'SingletonLock')).split('-').slice(-1);
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}
