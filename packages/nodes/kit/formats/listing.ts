/**
 * Owns which files fit a pattern: the walk from its folder, sorted by path. Hidden files are for those who ask. Does
 * not read the files.
 */
import { matchesGlob } from 'node:path/posix';
import { FailureError } from '@rondo/core/errors.ts';
import type { FileEntry } from '@rondo/core/model/effect-ports.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { wrongParameter } from '../read.ts';

const WILD = /[*?{[]/;
/** A longer pattern is no pattern, and matching it could take long. */
const LONGEST = 1024;
const STARS = 8;

interface Pattern {
  /** Part of the path before the first wildcard. */
  folder: string;
  glob: string | null;
  /** Folders below it are walked as deep as this. */
  depth: number;
}

function patternOf(path: string): Pattern {
  const plain = path.replace(/\/+$/, '').replace(/^(\.\/)+/, '');
  if (plain.length > LONGEST || (plain.match(/\*/g)?.length ?? 0) > STARS || (plain.match(/\{/g)?.length ?? 0) > 2)
    wrongParameter('path', `a pattern of at most ${LONGEST} characters, ${STARS} stars and two groups`, path);
  // {1..1000000} would be a million patterns.
  if (/\{[^}]*\.\./.test(plain)) wrongParameter('path', 'a pattern without ranges such as {1..9}', path);
  const parts = plain.split('/');
  const wild = parts.findIndex((part) => WILD.test(part));
  if (wild === -1) return { folder: plain === '' ? '.' : plain, glob: null, depth: 0 };
  const folder = parts.slice(0, wild).join('/');
  const depth = parts.includes('**') ? Number.POSITIVE_INFINITY : parts.length - wild - 1;
  return { folder: folder === '' ? (path.startsWith('/') ? '/' : '.') : folder, glob: plain, depth };
}

export const isPattern = (path: string): boolean => WILD.test(path);

export interface FoundFile {
  path: string;
  entry: FileEntry;
}

/** Files of a folder, or those that fit a pattern, sorted by path. Throws FailureError limit-reached, wrong-type. */
export async function filesThatFit(call: EffectCall, path: string, hidden: boolean): Promise<FoundFile[]> {
  const pattern = patternOf(path);
  const most = call.ports.limit('file.listed');
  const found: FoundFile[] = [];
  let seen = 0;
  const visit = async (folder: string, depth: number): Promise<void> => {
    call.signal.throwIfAborted();
    const entries: FileEntry[] = await call.ports.files.list(folder, most);
    seen += entries.length;
    if (seen > most) throw new FailureError({ ...limitFailure('file.listed', most, `files "${path}"`), retry: 'no' });
    for (const entry of entries) {
      if (!hidden && entry.name.startsWith('.')) continue;
      const full = folder === '.' ? entry.name : `${folder.replace(/\/$/, '')}/${entry.name}`;
      if (entry.kind === 'folder') {
        if (depth > 0) await visit(full, depth - 1);
      } else if (pattern.glob === null || fits(full, pattern.glob, hidden)) found.push({ path: full, entry });
    }
  };
  await visit(pattern.folder, pattern.depth);
  return found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** A wildcard stands for no dot at the beginning of a name; for hidden files the dot is a letter. */
function fits(path: string, glob: string, hidden: boolean): boolean {
  const shown = (text: string): string => (hidden ? text.replace(/(^|[/{,])\./g, '$1\u0001') : text);
  return matchesGlob(shown(path), shown(glob));
}
