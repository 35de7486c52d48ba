/**
 * Owns finding sub-workflows in a folder: by relative path, by id or by name. Looks only inside the
 * folder, symbolic links included, because the reference may come from data. Does not compile them.
 */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { LIMITS } from '@rondo/core/model/limits.ts';

export interface FoundWorkflow {
  text: string;
  file: string;
}

const EXTENSIONS = ['.yaml', '.yml', '.json'];
const MOST_FILES = 5_000;
const SKIPPED = new Set(['node_modules', '.git', '.rondo']);

export function workflowFinder(folder: string): (reference: string) => Promise<FoundWorkflow | null> {
  let index: Promise<Map<string, string>> | null = null;
  return async (reference) => {
    const byPath = await readInside(folder, reference);
    if (byPath !== null) return byPath;
    index ??= indexFolder(folder);
    const file = (await index).get(reference);
    return file === undefined ? null : readInside(folder, relative(folder, file));
  };
}

async function readInside(folder: string, reference: string): Promise<FoundWorkflow | null> {
  if (reference === '' || reference.includes('\0')) return null;
  const candidates = EXTENSIONS.some((e) => reference.endsWith(e)) ? [reference] : EXTENSIONS.map((e) => reference + e);
  const root = await realpath(folder).catch(() => null);
  if (root === null) return null;
  for (const candidate of candidates) {
    const file = await realpath(resolve(root, candidate)).catch(() => null);
    if (file === null || !file.startsWith(root + sep)) continue;
    const facts = await stat(file);
    if (!facts.isFile() || facts.size > LIMITS['file.definition'].default) continue;
    return { text: await readFile(file, 'utf8'), file };
  }
  return null;
}

/** File by id and by name; an id wins over a name, the first file in order of path over later ones. */
async function indexFolder(folder: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const names = new Map<string, string>();
  const { parseDefinition } = await import('@rondo/core/model/format.ts');
  for (const file of await listFiles(folder)) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const { definition } = parseDefinition(text, file);
    if (definition === null) continue;
    if (definition.id !== undefined && !ids.has(definition.id)) ids.set(definition.id, file);
    if (!names.has(definition.name)) names.set(definition.name, file);
  }
  return new Map([...names, ...ids]);
}

async function listFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  const waiting = [folder];
  while (waiting.length > 0 && files.length < MOST_FILES) {
    const current = waiting.shift() ?? folder;
    const entries = await readdir(current, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(current, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) waiting.push(path);
      if (!entry.isFile() || !EXTENSIONS.some((e) => entry.name.endsWith(e))) continue;
      const facts = await stat(path).catch(() => null);
      if (facts !== null && facts.size <= LIMITS['file.definition'].default) files.push(path);
    }
  }
  return files.slice(0, MOST_FILES);
}
