/**
 * Owns finding sub-workflows, of whichever product: by relative path, by id or by name. Looks only inside the
 * folder, symbolic links included, because the reference may come from data. Does not compile them.
 */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { SCRIPT_EXTENSIONS } from '@rondo/core/model/script-files.ts';
import type { Identity } from '@rondo/core/convert/identity.ts';
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

/** The same for texts that are at hand; `file` is their relative path. */
export function workflowsIn(files: readonly FoundWorkflow[]): (reference: string) => Promise<FoundWorkflow | null> {
  const byPath = (reference: string): FoundWorkflow | undefined =>
    candidatesOf(reference)
      .map((candidate) => files.find(({ file }) => file === candidate))
      .find((found) => found !== undefined) ?? files.find(({ file }) => file === reference);
  let index: Promise<Map<string, FoundWorkflow>> | null = null;
  return async (reference) => {
    const found = byPath(reference);
    if (found !== undefined) return found;
    index ??= identities().then((identityOf) => indexed(files, ({ text, file }) => identityOf(text, file)));
    return (await index).get(reference) ?? null;
  };
}

const identities = async (): Promise<(text: string, file: string) => Identity | null> =>
  (await import('@rondo/core/convert/identity.ts')).identityOf;

/** By id and by name; an id wins over a name, the first one over later ones. */
function indexed<T>(entries: Iterable<T>, identify: (entry: T) => Identity | null): Map<string, T> {
  const ids = new Map<string, T>();
  const names = new Map<string, T>();
  for (const entry of entries) {
    const identity = identify(entry);
    if (identity === null) continue;
    if (identity.id !== null && !ids.has(identity.id)) ids.set(identity.id, entry);
    if (identity.name !== null && !names.has(identity.name)) names.set(identity.name, entry);
  }
  return new Map([...names, ...ids]);
}

/** Paths of a workspace of Windmill: flows are folders there, and scripts have files of their own. */
const WORKSPACE = /^[fug]\/./;
const FLOW_FILES = ['.flow/flow.yaml', '.flow/flow.yml', '.flow/flow.json', '__flow/flow.yaml', '__flow/flow.json'];

function candidatesOf(reference: string): string[] {
  if (EXTENSIONS.some((extension) => reference.endsWith(extension))) return [reference];
  const more = WORKSPACE.test(reference) ? [...FLOW_FILES, ...SCRIPT_EXTENSIONS] : [];
  return [...EXTENSIONS, ...more].map((extension) => reference + extension);
}

async function readInside(folder: string, reference: string): Promise<FoundWorkflow | null> {
  if (reference === '' || reference.includes('\0')) return null;
  const candidates = candidatesOf(reference);
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

/** Files by id and by name, in order of path. */
async function indexFolder(folder: string): Promise<Map<string, string>> {
  const identityOf = await identities();
  const known = new Map<string, Identity | null>();
  for (const file of await listFiles(folder)) {
    known.set(file, identityOf(await readFile(file, 'utf8').catch(() => ''), file));
  }
  return indexed(known.keys(), (file) => known.get(file) ?? null);
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
