/**
 * Owns writing workflow files for the API: a name for a new one, whole files or none, nothing outside the folder.
 * Does not read workflows (workflows/library.ts).
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Problem } from '../../http/problem.ts';
import { slugOf } from '../../triggers/paths.ts';

const ENDING = /\.(ya?ml|json)$/;
const NAME = /^[^\\:*?"<>|\p{Cc}]{1,200}$/u;

/** The path of a new file. Throws Problem: the name cannot be used, or is taken. */
export function newFile(folder: string, given: string | undefined, name: string): string {
  if (given === undefined) {
    const slug = slugOf(name);
    for (let n = 1; ; n += 1) {
      const file = join(folder, n === 1 ? `${slug}.yaml` : `${slug}-${n}.yaml`);
      if (!existsSync(file)) return file;
    }
  }
  const file = resolve(folder, ENDING.test(given) ? given : `${given}.yaml`);
  const inside = relative(folder, file);
  const hidden = inside.split(sep).some((part) => part.startsWith('.'));
  if (!NAME.test(given) || inside === '' || inside.startsWith('..') || hidden) {
    throw new Problem(422, 'file-invalid', `${given} cannot be the name of a workflow file.`);
  }
  if (existsSync(file)) throw new Problem(409, 'file-exists', `There is a file ${inside} already.`);
  return file;
}

/** The file has the new text or the old one, whatever happens meanwhile. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const part = join(dirname(file), `.${randomUUID()}.part`);
  try {
    const handle = await open(part, 'wx', 0o644);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw new Problem(503, 'file-failed', `The workflow could not be written: ${(error as Error).message}`);
  }
}
