/** What has to arrive before a screen is there, gzipped, as a browser receives it: home, the editor, the code editor. */
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
  bytes: number;
  /** Files that hold the code editor. */
  code: string[];
}

/** Bytes of the studio's own files (no data) from now on. */
function listen(page: Page): () => Promise<Received> {
  const answers: Promise<{ url: string; bytes: number; text: string }>[] = [];
  page.on('response', (answer) => {
    const { pathname } = new URL(answer.url());
    // Typefaces come beside the page, which is there without them.
    if (pathname.startsWith('/api/') || pathname.endsWith('.woff2')) return;
    answers.push(
      (async () => {
        await answer.finished();
        const { responseBodySize } = await answer.request().sizes();
        // What is taken from the cache, or left behind by a navigation, has no text any more.
        const text = pathname.endsWith('.js') ? await answer.text().catch(() => '') : '';
        return { url: pathname, bytes: responseBodySize, text };
      })(),
    );
  });
  return async () => {
    const all = await Promise.all(answers);
    return {
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
      code: all.filter(({ text }) => text.includes('cm-content')).map(({ url }) => url),
    };
  };
}

describe.skipIf(chromiumPath === null)('the first load', () => {
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
    const atHome = listen(home.page);
    await home.page.goto(studio.url);
    await home.page.getByRole('link', { name: 'Say hello to 150 people' }).first().waitFor();
    await home.page.waitForLoadState('networkidle');
    const first = await atHome();
    expect(first.bytes).toBeGreaterThan(50 * kB);
    expect(first.bytes).toBeLessThan(FIRST_LOAD);
    expect(first.code).toEqual([]);
    expect(home.troubles).toEqual([]);

    await home.close();
    const editor = await openPage({ storageState: state });
    const inEditor = listen(editor.page);
    await editor.page.goto(`${studio.url}/w/say-hello`);
    await editor.page.getByText('Each person').first().waitFor();
    await editor.page.waitForLoadState('networkidle');
    const second = await inEditor();
    expect(second.bytes).toBeGreaterThan(first.bytes);
    // Beyond what every screen loads.
    expect(second.bytes - first.bytes).toBeLessThan(EDITOR);

    expect(second.code).toEqual([]);
    await editor.close();

    const panel = await openPage({ storageState: state });
    const inPanel = listen(panel.page);
    await panel.page.goto(`${studio.url}/w/say-hello/n/hello`);
    await expect.poll(async () => (await inPanel()).code.length, { timeout: 10_000 }).toBeGreaterThan(0);
    await panel.close();
  });
});
