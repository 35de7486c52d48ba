/**
 * Owns the sources of the evaluator without their types, kept between runs: stripping them takes
 * longer than everything else that a small run does. Made again when a file has changed. Where
 * they cannot be kept, the evaluator strips them itself. Does not load or run them.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';

/** Files with sources by path: of the process, and of what runs in its isolate. */
export interface Prepared {
  process: string;
  isolate: string;
}

interface Manifest extends Prepared {
  /** Whose sources they are: a copied node_modules brings those of another tree. */
  root: string;
  /** Path, time of change in ms, size: of every file that was taken in. */
  files: [string, number, number][];
}

const here = import.meta.dirname;
const packages = path.resolve(here, '..', '..');
const folder = path.join(packages, '..', 'node_modules', '.cache', 'rondo-evaluator');

/** What of the isolate is loaded by name, besides the kernels of nodes. */
const ENTRIES = ['interpreter.ts', 'library.ts', 'functions/index.ts', 'platform/index.ts'].map((name) =>
  path.join(here, 'isolate', name),
);

/** Null when they cannot be kept on disk. */
export function prepare(): Prepared | null {
  const manifest = path.join(folder, `${process.version}.json`);
  const known = readManifest(manifest);
  if (known !== null && known.root === packages && known.files.every(unchanged)) return known;
  try {
    mkdirSync(folder, { recursive: true });
    const own = sourcesFrom([path.join(here, 'child.ts')]);
    const inside = sourcesFrom([...ENTRIES, ...kernels()]);
    const files = [...new Set([...own.keys(), ...inside.keys()])].map((file): [string, number, number] => {
      const { mtimeMs, size } = statSync(file);
      return [file, mtimeMs, size];
    });
    const made: Manifest = { root: packages, process: keep(own), isolate: keep(inside), files };
    replace(manifest, JSON.stringify(made));
    return made;
  } catch {
    return null;
  }
}

function readManifest(file: string): Manifest | null {
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
    // Both are there: a cleaned cache may have lost one.
    statSync(manifest.process);
    statSync(manifest.isolate);
    return manifest;
  } catch {
    return null;
  }
}

function unchanged([file, mtimeMs, size]: [string, number, number]): boolean {
  const now = statSync(file, { throwIfNoEntry: false });
  return now !== undefined && now.mtimeMs === mtimeMs && now.size === size;
}

function kernels(): string[] {
  const nodes = path.join(packages, 'nodes');
  return readdirSync(nodes, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(nodes, entry.name, 'kernel.ts'))
    .filter((file) => statSync(file, { throwIfNoEntry: false }) !== undefined);
}

/** Sources of these files and of all of ours that they import. */
function sourcesFrom(roots: readonly string[]): Map<string, string> {
  const sources = new Map<string, string>();
  const open = [...roots];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (sources.has(file)) continue;
    const source = stripTypeScriptTypes(readFileSync(file, 'utf8'));
    sources.set(file, source);
    for (const [, specifier = ''] of source.matchAll(/^(?:import|export)\s[^'"=;]*['"]([^'"]+\.ts)['"]/gm)) {
      open.push(
        specifier.startsWith('@rondo/')
          ? path.join(packages, specifier.slice('@rondo/'.length))
          : path.resolve(path.dirname(file), specifier),
      );
    }
  }
  return sources;
}

function keep(sources: Map<string, string>): string {
  const text = JSON.stringify(Object.fromEntries(sources));
  const file = path.join(folder, `${createHash('sha256').update(text).digest('hex').slice(0, 16)}.json`);
  replace(file, text);
  return file;
}

/** Whole or not at all: other runs may read and write here at the same time. */
function replace(file: string, text: string): void {
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, text);
  renameSync(fresh, file);
}
