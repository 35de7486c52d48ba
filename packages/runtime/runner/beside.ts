/**
 * Owns reading files beside a workflow that it holds parts of, such as inline scripts. Looks only inside the folder
 * of the workflow, symbolic links included.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { LIMITS } from '@rondo/core/model/limits.ts';

/** Null: it is not there, or not a text that may be read. */
export function readBeside(file: string): (path: string) => string | null {
  return (path) => {
    try {
      const folder = realpathSync(dirname(file));
      const found = realpathSync(resolve(folder, path));
      const facts = statSync(found);
      if (!found.startsWith(folder + sep) || !facts.isFile() || facts.size > LIMITS['file.definition'].default) {
        return null;
      }
      return readFileSync(found, 'utf8');
    } catch {
      return null;
    }
  };
}
