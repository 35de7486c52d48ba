/**
 * Owns building the studio into dist/: when it is missing or older than its sources, else not at all. Prints the
 * sizes of what it made. Does not serve it (apps/server/studio).
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { whileLocked } from './lock.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const DIST = fileURLToPath(new URL('dist', import.meta.url));
const STAMP = 'sources.txt';

/** What the studio is made of; a change in any of it makes a new one. */
const SOURCES = ['apps/web', 'packages/api', 'packages/core', 'package-lock.json'];
const NOT_SOURCES = /(^|\/)(dist(-[\w-]+)?|node_modules|testing|fixtures)(\/|$)|\.test\.tsx?$/;

/** A fingerprint of all sources by name, size and time: a few hundred stats, some milliseconds. */
function stampOf(): string {
  const hash = createHash('sha256');
  const walk = (path: string): void => {
    if (NOT_SOURCES.test(path)) return;
    const facts = statSync(join(ROOT, path), { throwIfNoEntry: false });
    if (facts === undefined) return;
    if (!facts.isDirectory()) {
      hash.update(`${path}\n${facts.size}\n${facts.mtimeMs}\n`);
      return;
    }
    for (const name of readdirSync(join(ROOT, path)).sort()) walk(`${path}/${name}`);
  };
  for (const path of SOURCES) walk(path);
  return hash.digest('hex');
}

/** An installation without sources serves what it has. */
export function isFresh(dist: string = DIST): boolean {
  if (!existsSync(join(dist, 'index.html'))) return false;
  const stamp = join(dist, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf();
}

/** Builds where needed, in a process of its own: the bundler's memory goes with it. Answers the folder. */
export async function ensureBuilt(report: (line: string) => void): Promise<string> {
  if (isFresh()) return DIST;
  report('Building the studio, once for these sources ...');
  const from = performance.now();
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
  });
  let said = '';
  child.stderr.on('data', (part: Buffer) => (said += part.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(said.trim().slice(-2_000) || `the bundler ended with ${code}`);
  report(`The studio is built: ${((performance.now() - from) / 1000).toFixed(1)} s.`);
  return DIST;
}

/** Builds unless another process has just done it. */
async function build(dist: string): Promise<void> {
  // Whatever the caller is: a test, or somebody's development.
  process.env['NODE_ENV'] = 'production';
  await buildOnce(dist, async (fresh) => {
    const vite = await import('vite');
    await vite.build({
      configFile: fileURLToPath(new URL('vite.config.ts', import.meta.url)),
      configLoader: 'native',
      logLevel: 'warn',
      mode: 'production',
      build: { outDir: fresh },
    });
  });
}

/** Of several that want the same at once, one makes it; the others wait and find it made. Answers whether it made it. */
export async function buildOnce(dist: string, make: (fresh: string) => Promise<void>): Promise<boolean> {
  return whileLocked(`${dist}-lock`, async () => {
    if (isFresh(dist)) return false;
    const stamp = stampOf();
    // Beside the old one, so that a server that is running keeps its files, and a build that fails leaves them.
    const fresh = `${dist}-${process.pid}`;
    const old = `${dist}-old-${process.pid}`;
    try {
      await make(fresh);
      writeFileSync(join(fresh, STAMP), stamp);
      if (existsSync(dist)) renameSync(dist, old);
      renameSync(fresh, dist);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
      rmSync(old, { recursive: true, force: true });
    }
    return true;
  });
}

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  dynamicImports?: string[];
  isEntry?: boolean;
}

export interface Sizes {
  /** Bytes, gzipped: what has to arrive before home is there, with the typeface of the interface. */
  first: number;
  /** The same for every other screen, opened by its address. */
  screens: Record<string, number>;
}

/** Home is what the first load shows. */
const HOME = 'home/home-page.tsx';
/** Of the typefaces, one is on every screen; the others come with letters or code that need them. */
const TYPEFACE = /\/geist-latin-wght-normal-[\w-]+\.woff2$/;

export function sizesOf(dist: string = DIST): Sizes {
  const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8')) as Record<string, Chunk>;
  const sizes = new Map<string, number>();
  const sizeOf = (file: string): number => {
    let size = sizes.get(file);
    if (size === undefined) {
      const bytes = readFileSync(join(dist, file));
      size = TYPEFACE.test(file) ? bytes.byteLength : gzipSync(bytes, { level: 9 }).byteLength;
      sizes.set(file, size);
    }
    return size;
  };
  const filesOf = (name: string, seen: Set<string>): Set<string> => {
    const chunk = manifest[name];
    if (chunk === undefined || seen.has(chunk.file)) return seen;
    seen.add(chunk.file);
    for (const style of chunk.css ?? []) seen.add(style);
    for (const next of chunk.imports ?? []) filesOf(next, seen);
    return seen;
  };
  const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry === true) ?? '';
  const typefaces = readdirSync(join(dist, 'assets'))
    .map((name) => `assets/${name}`)
    .filter((file) => TYPEFACE.test(file));
  const shell = filesOf(entry, new Set(['index.html', 'theme.js', ...typefaces]));
  const total = (name: string): number =>
    [...filesOf(name, new Set(shell))].reduce((sum, file) => sum + sizeOf(file), 0);
  return {
    first: total(HOME),
    screens: Object.fromEntries((manifest[entry]?.dynamicImports ?? []).map((name) => [name, total(name)])),
  };
}

function printSizes(): void {
  const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1).padStart(7)} kB gz`;
  const { first, screens } = sizesOf();
  console.log(`${kB(first)}  first load`);
  for (const [name, bytes] of Object.entries(screens)) console.log(`${kB(bytes)}  ${name}`);
}

if (import.meta.main) {
  if (!process.argv.includes('--sizes')) await build(DIST);
  printSizes();
}
