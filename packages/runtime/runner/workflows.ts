/** Owns finding the text of a sub-workflow: by relative path, file name, id or name in a folder. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { parseDefinition } from '@rondo/core/model/format.ts';

export interface Found {
  text: string;
  file: string;
}

const ENDINGS = ['', '.yaml', '.yml', '.json'];

/** Looks in `folder` only; a reference may not lead out of it. */
export function workflowFinder(folder: string): (reference: string) => Promise<Found | null> {
  return async (reference) => {
    for (const ending of ENDINGS) {
      const file = resolve(folder, `${reference}${ending}`);
      const inside = relative(folder, file);
      if (inside.startsWith('..') || isAbsolute(inside)) continue;
      const text = await readFile(file, 'utf8').catch(() => null);
      if (text !== null) return { text, file };
    }
    for (const name of await readdir(folder).catch(() => [])) {
      if (!/\.(ya?ml|json)$/.test(name)) continue;
      const file = join(folder, name);
      const text = await readFile(file, 'utf8').catch(() => null);
      if (text === null || !text.includes(reference)) continue;
      const { definition } = parseDefinition(text, file);
      if (definition !== null && (definition.id === reference || definition.name === reference)) return { text, file };
    }
    return null;
  };
}

export function folderOf(file: string): string {
  return dirname(resolve(file));
}
