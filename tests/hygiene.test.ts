/**
 * Owns the check that nothing committed belongs to one machine: no absolute home paths, no
 * download hosts; and that everything installed for production has a permissive licence.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryFiles, ROOT } from '../scripts/repository.ts';

interface LockEntry {
  resolved?: string;
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
  link?: boolean;
}

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockEntry>;
};

const PERMISSIVE = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  // Weak copyleft, file by file: used unchanged, as a package (Pyodide).
  'MPL-2.0',
  // Of typefaces: may be used and passed on with any software.
  'OFL-1.1',
]);

// Written in pieces, so that this file passes its own test.
const folder = (name: string): RegExp => new RegExp(`(^|[\\s"'\`(=:])/${name}/[\\w.-]+`, 'm');
const FORBIDDEN: [string, RegExp][] = [
  ['a home folder', folder('home')],
  ['a home folder', folder('Users')],
  ['a home folder', folder('root')],
  ['a workplace folder', folder(['wo', 'rk'].join(''))],
  ['a registry host', new RegExp(['registry', 'npmjs'].join('\\.'))],
  ['a registry host', new RegExp(['registry', 'yarnpkg'].join('\\.'))],
];

/** Text that is not ours to word: the licence. */
const text = repositoryFiles().filter((file) => !/\.(png|jpg|ico|wasm|woff2?|gz|db)$/.test(file));

describe('what is committed', () => {
  it('names no folder of a machine and no registry', () => {
    const found = text.flatMap((file) => {
      const content = readFileSync(join(ROOT, file), 'utf8');
      return FORBIDDEN.filter(([, pattern]) => pattern.test(content)).map(([what]) => `${file}: ${what}`);
    });
    expect(found).toEqual([]);
  });

  it('locks packages by integrity, not by the host they came from', () => {
    const hosts = Object.entries(lock.packages).filter(([, entry]) => entry.resolved?.includes('://') === true);
    expect(hosts.map(([name]) => name)).toEqual([]);
  });

  it('installs nothing for production without a permissive licence', () => {
    const production = Object.entries(lock.packages).filter(
      ([name, entry]) => name.startsWith('node_modules/') && entry.dev !== true && entry.link !== true,
    );
    expect(production.length).toBeGreaterThan(5);
    const other = production.filter(([, entry]) => {
      const licence = (entry.license ?? '').replace(/[()]/g, '');
      return !licence.split(' OR ').some((one) => PERMISSIVE.has(one));
    });
    expect(other.map(([name, entry]) => `${name}: ${entry.license ?? 'none'}`)).toEqual([]);
  });
});
