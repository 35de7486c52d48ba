/** Owns what names the files in archives may have. Does not open archives. */
import { unreadable } from './source.ts';
import { shown } from './zip-directory.ts';

const LONGEST = 1024;

/** The name with slashes; a failure when a program that unpacks by it could be led elsewhere. */
export function safeEntryName(name: string, archive: string): string {
  const plain = name.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
  const reason = problemOf(plain);
  if (reason === null) return plain;
  throw unreadable(archive, `the entry "${shown(name)}" ${reason}; such archives are not unpacked`);
}

function problemOf(name: string): string | null {
  if (name === '') return 'has no name';
  if (name.length > LONGEST) return `has a name of more than ${LONGEST} characters`;
  if (name.includes('\0')) return 'has a name with a zero character';
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'has an absolute path';
  if (name.split('/').includes('..')) return 'leads out of its folder';
  return null;
}

/** Names for several files in one archive: each is there once. */
export function distinctName(name: string, used: Set<string>): string {
  let free = name;
  const dot = name.lastIndexOf('.');
  const at = dot > name.lastIndexOf('/') + 1 ? dot : name.length;
  for (let n = 2; used.has(free); n += 1) free = `${name.slice(0, at)}-${n}${name.slice(at)}`;
  used.add(free);
  return free;
}
