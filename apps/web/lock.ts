/**
 * Owns that of several processes one at a time does something: a file that only one can make, with its process in it.
 * A lock whose process has ended counts for nothing.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_AGAIN_MS = 100;
/** Nobody needs it for so long: the process has been another one's for a while. */
const OLD_MS = 10 * 60_000;

export async function whileLocked<T>(file: string, run: () => Promise<T>): Promise<T> {
  while (!taken(file)) {
    if (isLeft(file)) rmSync(file, { force: true });
    else await pause(LOOK_AGAIN_MS);
  }
  try {
    return await run();
  } finally {
    rmSync(file, { force: true });
  }
}

function taken(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Gone meanwhile is not left: the next look tells. */
function isLeft(file: string): boolean {
  const facts = statSync(file, { throwIfNoEntry: false });
  if (facts === undefined) return false;
  if (Date.now() - facts.mtimeMs > OLD_MS) return true;
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    // Made, and not yet written.
    if (!Number.isInteger(owner) || owner <= 0) return false;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
