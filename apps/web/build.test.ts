/** The built studio: how much has to arrive before a screen is there, and that its page runs under a strict policy. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { DIST, ensureBuilt, isFresh, sizesOf } from './build.ts';

const KB = 1_000;

beforeAll(async () => {
  await ensureBuilt(() => {});
}, 120_000);

it('needs at most 200 kB for the first screen and 350 kB more for the editor, gzipped', () => {
  const { first, screens } = sizesOf();
  expect(first).toBeLessThanOrEqual(200 * KB);
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
