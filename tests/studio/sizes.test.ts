/**
 * What a browser fetches before a screen can be used, gzipped as it is sent: scripts, styles and typefaces of home, and
 * of the editor opened by its address, each on a page with nothing kept. The code editor comes when it is needed.
 */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, openPage } from './browser.ts';
import { studioTests } from './hooks.ts';
import { signIn } from './studio.ts';

const studioOf = studioTests();
const kB = 1_000;
const FIRST_LOAD = 200 * kB;
const EDITOR = 350 * kB;

interface Received {
  /** All of it, without data. */
  bytes: number;
  typefaces: number;
  names: string[];
  largest: string[];
  /** Files that hold the code editor. */
  code: string[];
}

/** The studio's own files from now on, everything but the API; nothing is taken from a cache. */
async function listen(page: Page): Promise<() => Promise<Received>> {
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  await network.send('Network.setCacheDisabled', { cacheDisabled: true });
  const begun = new Map<string, { url: string; headers: number }>();
  const files: { url: string; bytes: number }[] = [];
  network.on('Network.responseReceived', ({ requestId, response }) => {
    begun.set(requestId, { url: new URL(response.url).pathname, headers: response.encodedDataLength });
  });
  // Bodies as they came over the wire: gzipped, or what is compressed by itself.
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const one = begun.get(requestId);
    if (one === undefined || one.url.startsWith('/api/')) return;
    files.push({ url: one.url, bytes: encodedDataLength - one.headers });
  });
  const scripts: Promise<{ url: string; text: string }>[] = [];
  page.on('response', (answer) => {
    const { pathname: url } = new URL(answer.url());
    // What a navigation has left behind has no text any more.
    if (url.endsWith('.js'))
      scripts.push(
        answer.text().then(
          (text) => ({ url, text }),
          () => ({ url, text: '' }),
        ),
      );
  });
  return async () => {
    const all = [...files];
    const sum = (some: typeof all): number => some.reduce((total, { bytes }) => total + bytes, 0);
    return {
      bytes: sum(all),
      names: all.map(({ url }) => url),
      typefaces: sum(all.filter(({ url }) => url.endsWith('.woff2'))),
      largest: all
        .toSorted((a, b) => b.bytes - a.bytes)
        .slice(0, 6)
        .map(({ url, bytes }) => `${url} ${bytes}`),
      code: (await Promise.all(scripts)).filter(({ text }) => text.includes('cm-content')).map(({ url }) => url),
    };
  };
}

/** Until what is fetched ahead, when nothing else is to do, is there as well: the search that a key opens. */
async function settled(page: Page, received: () => Promise<Received>): Promise<void> {
  await expect
    .poll(async () => (await received()).names.some((name) => name.includes('find-dialog')), { timeout: 30_000 })
    .toBe(true);
  await page.waitForLoadState('networkidle');
}

const say = (what: string, { bytes, typefaces, largest }: Received): void =>
  void process.stdout.write(
    `${what}: ${(bytes / kB).toFixed(1)} kB, of which typefaces ${(typefaces / kB).toFixed(1)}; ${largest.join(', ')}\n`,
  );

describe.skipIf(chromiumPath === null)('the first load', { timeout: 90_000 }, () => {
  it('of home and of a workflow stays in its budget; the code editor comes when it is needed', async () => {
    const studio = await studioOf();
    // Makes the owner and signs in elsewhere, so that the pages below begin with nothing loaded.
    await studio.call('GET /me', {});
    const door = await openPage();
    await door.page.goto(studio.url);
    await signIn(door.page);
    const state = await door.page.context().storageState();
    await door.close();
    const home = await openPage({ storageState: state });
    const atHome = await listen(home.page);
    await home.page.goto(studio.url);
    await home.page.getByRole('link', { name: 'Say hello to 150 people' }).first().waitFor();
    await settled(home.page, atHome);
    const first = await atHome();
    say('home', first);
    // Scripts, styles and a typeface were seen at all.
    expect(first.bytes).toBeGreaterThan(50 * kB);
    expect(first.typefaces).toBeGreaterThan(10 * kB);
    expect(first.bytes).toBeLessThan(FIRST_LOAD);
    expect(first.code).toEqual([]);
    expect(home.troubles).toEqual([]);
    await home.close();

    const editor = await openPage({ storageState: state });
    const inEditor = await listen(editor.page);
    await editor.page.goto(`${studio.url}/w/say-hello`);
    await editor.page.getByText('Each person').first().waitFor();
    // What compiler and linter say is there, too: badges tell how often each node runs.
    await editor.page
      .getByRole('button', { name: /each person/ })
      .first()
      .waitFor();
    await settled(editor.page, inEditor);
    const second = await inEditor();
    say('editor', second);
    expect(second.bytes).toBeGreaterThan(first.bytes);
    expect(second.bytes).toBeLessThan(EDITOR);
    expect(second.code).toEqual([]);
    // The checker's own thread loads with the first change.
    expect(editor.page.workers()).toEqual([]);
    expect(editor.troubles).toEqual([]);
    await editor.close();

    const panel = await openPage({ storageState: state });
    const inPanel = await listen(panel.page);
    await panel.page.goto(`${studio.url}/w/say-hello/n/hello`);
    await expect.poll(async () => (await inPanel()).code.length, { timeout: 10_000 }).toBeGreaterThan(0);
    await panel.close();
  });
});
