/** Every screen in both themes: no serious finding of axe. And the main ways through the studio by keyboard alone. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, openPage } from './browser.ts';
import { studioTests } from './hooks.ts';
import { type Studio, until } from './studio.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const studioOf = studioTests();

/** A finished run of the first workflow, with its three failures. */
let sample: Promise<string> | null = null;
const sampleRun = (studio: Studio): Promise<string> =>
  (sample ??= (async () => {
    const { id } = await studio.call('POST /workflows/{id}/runs', { params: { id: 'say-hello' }, body: {} });
    await until(async () => {
      const { status } = await studio.call('GET /runs/{id}', { params: { id } });
      return status === 'completed' ? status : null;
    }, 'the first workflow has run');
    return id;
  })());

interface Finding {
  id: string;
  impact: string | null;
  nodes: { html: string; any: { message: string }[] }[];
}

/** Serious and critical findings, a line each. Runs in a world of its own, so that the page's policy does not matter. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found: Finding[] = await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`));
}

const THEMES = ['light', 'dark'] as const;

describe.skipIf(chromiumPath === null)('every screen', { timeout: 90_000 }, () => {
  it.each(THEMES)('has no serious finding, %s', async (colorScheme) => {
    const studio = await studioOf();
    const run = await sampleRun(studio);
    const { page, troubles, close } = await studio.open('/', { colorScheme });
    const screens: readonly (readonly [path: string, ready: string])[] = [
      ['/', 'Workflows'],
      ['/workflows', 'Workflows'],
      ['/runs', 'Runs'],
      ['/w/say-hello/runs', 'Runs'],
      [`/r/${run}`, 'Score'],
      [`/r/${run}?status=failed&it=41`, 'Iteration 41'],
      [`/r/${run}/timeline`, 'Each person'],
      [`/r/${run}/canvas`, 'Canvas'],
      [`/r/${run}/output`, 'Hello'],
      ['/w/say-hello', 'Each person'],
      ['/w/say-hello/n/hello', 'Loop'],
      ['/w/say-hello/n/each', 'Loop'],
      ['/secrets', 'Secrets'],
      ['/settings/general', 'Theme'],
      ['/settings/limits', 'Limits'],
      ['/settings/retention', 'Retention'],
      ['/settings/tokens', 'Tokens'],
      ['/settings/people', 'People'],
      ['/settings/about', 'About'],
      ['/nothing/here', 'Home'],
    ];
    const all: string[] = [];
    for (const [path, ready] of screens) {
      await page.goto(studio.url + path);
      await page.getByText(ready).first().waitFor();
      await page.waitForLoadState('networkidle');
      all.push(...(await findings(page)).map((line) => `${path} ${line}`));
    }
    expect(all).toEqual([]);
    expect(troubles).toEqual([]);
    await close();
  });

  it.each(THEMES)('before anybody is signed in has none either, %s', async (colorScheme) => {
    const studio = await studioOf();
    await sampleRun(studio);
    const { page, close } = await openPage({ colorScheme });
    await page.goto(studio.url);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await findings(page)).toEqual([]);
    await close();
  });

  it('can be walked by keyboard alone: find, open, run, look at a failure', async () => {
    const studio = await studioOf();
    await sampleRun(studio);
    const { page, troubles, close } = await studio.open('/');
    await page.getByRole('link', { name: 'Say hello to 150 people' }).first().waitFor();

    // The first stop leads past the rail; every stop can be seen.
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    for (let at = 0; at < 12; at += 1) {
      await page.keyboard.press('Tab');
      const ring = await page.evaluate(
        `(() => { const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
          return outlineStyle !== 'none' && outlineWidth !== '0px' || boxShadow !== 'none'; })()`,
      );
      expect([at, ring]).toEqual([at, true]);
    }

    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').waitFor();
    await page.keyboard.type('say hello');
    await page
      .getByRole('option', { name: /Say hello to 150 people/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Each person').first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/w/say-hello');

    await page.keyboard.press('Control+Enter');
    await page
      .getByRole('button', { name: /^Pause/ })
      .first()
      .waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    await page.goto(`${studio.url}/r/${await sampleRun(studio)}`);
    await page.getByRole('slider').first().waitFor();
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'Iteration 41' }).waitFor();
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'Iteration 88' }).waitFor();
    await page.keyboard.press('Shift+N');
    await page.getByRole('heading', { name: 'Iteration 41' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Re-run the failed').waitFor();
    expect(troubles).toEqual([]);
    await close();
  });
});
