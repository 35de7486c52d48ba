/** The built studio: how much has to arrive before a screen is there, and that its page runs under a strict policy. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { buildOnce, DIST, ensureBuilt, isFresh, sizesOf } from './build.ts';

const KB = 1_000;

beforeAll(async () => {
  await ensureBuilt(() => {});
}, 120_000);

// As a browser receives it, with all that comes later: tests/studio/sizes.test.ts.
it('needs at most 200 kB for the first screen and 350 kB for the editor, gzipped, with its typeface', () => {
  const { first, screens } = sizesOf();
  expect(first).toBeLessThanOrEqual(200 * KB);
  expect(screens['editor/editor-page.tsx']).toBeGreaterThan(first);
  expect(screens['editor/editor-page.tsx']).toBeLessThanOrEqual(350 * KB);
  // Every screen is a chunk of its own, or the first one would hold it.
  expect(Object.keys(screens)).toEqual(
    expect.arrayContaining(['home/home-page.tsx', 'run/run-page.tsx', 'settings/settings-page.tsx']),
  );
});

it('keeps what only code needs out of the first load and of the canvas', () => {
  const manifest = JSON.parse(readFileSync(join(DIST, 'manifest.json'), 'utf8')) as Record<
    string,
    { file: string; imports?: string[]; isEntry?: boolean }
  >;
  const reached = new Set<string>();
  const walk = (name: string): void => {
    if (reached.has(name)) return;
    reached.add(name);
    for (const next of manifest[name]?.imports ?? []) walk(next);
  };
  for (const name of ['index.html', 'home/home-page.tsx', 'editor/editor-page.tsx']) walk(name);
  const code = [...reached].map((name) => readFileSync(join(DIST, manifest[name]?.file ?? ''), 'utf8')).join('\n');
  expect(code).not.toMatch(/cm-editor|cm-content/);
});

it('holds no inline script, style or handler, and loads nothing from elsewhere', () => {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8');
  expect(page).not.toMatch(/<style|style=|\son\w+=|javascript:|https?:\/\//);
  for (const [, attributes = '', content = ''] of page.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)) {
    expect(attributes).toMatch(/src="\/[\w./-]+"/);
    expect(content.trim()).toBe('');
  }
});

it('gives every asset a name with a hash', () => {
  for (const name of readdirSync(join(DIST, 'assets'))) expect(name).toMatch(/-[\w-]{8}\.\w+$/);
});

it('is not built again while its sources stay as they are', async () => {
  expect(isFresh()).toBe(true);
  const lines: string[] = [];
  await ensureBuilt((line) => lines.push(line));
  expect(lines).toEqual([]);
});

it('is built by one of several that want it at once, whole, also after one that was killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rondo-build-'));
  const dist = join(folder, 'dist');
  let now = 0;
  let most = 0;
  let made = 0;
  const make = async (fresh: string): Promise<void> => {
    now += 1;
    most = Math.max(most, now);
    mkdirSync(fresh);
    await pause(20);
    writeFileSync(join(fresh, 'index.html'), String((made += 1)));
    now -= 1;
  };
  try {
    // Left by a process that there is not: ids end below it.
    writeFileSync(`${dist}-lock`, '99999999');
    expect((await Promise.all([1, 2, 3].map(() => buildOnce(dist, make)))).filter(Boolean)).toHaveLength(1);
    expect({ most, made }).toEqual({ most: 1, made: 1 });
    expect(isFresh(dist)).toBe(true);
    // One that fails leaves the old one, and nothing beside it.
    writeFileSync(join(dist, 'sources.txt'), 'older');
    await expect(buildOnce(dist, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(readdirSync(folder)).toEqual(['dist']);
    expect(readFileSync(join(dist, 'index.html'), 'utf8')).toBe('1');
    expect(await buildOnce(dist, make)).toBe(true);
    expect(readFileSync(join(dist, 'index.html'), 'utf8')).toBe('2');
    expect(readdirSync(folder)).toEqual(['dist']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
