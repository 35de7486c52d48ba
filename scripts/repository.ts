/**
 * Owns the list of files that belong to the repository, for checks that look at all of them.
 * Walks the tree itself, so that it also works in an archive without version control.
 * Does not judge any file.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** What .gitignore keeps out, and the folder of version control itself. */
const SKIPPED = new Set(['node_modules', '.git', '.rondo', 'coverage', 'out', 'dist']);

/** Paths with forward slashes, relative to the root, sorted. */
export function repositoryFiles(root: string = ROOT): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (SKIPPED.has(entry.name) || entry.name.endsWith('.log')) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) found.push(path);
    }
  };
  walk('');
  return found.sort();
}
