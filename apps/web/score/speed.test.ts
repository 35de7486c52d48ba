/** Owns measuring the Score in real Chromium: 8,000 cells within 4 ms, and that only changed columns are drawn again. */
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { openPage } from '../../../tests/studio/browser.ts';
import { browserTests, describeInBrowser } from '../../../tests/studio/hooks.ts';

let script = '';
let page: Page;

browserTests();

/** draw.ts and geometry.ts as one script, without a page around it. */
async function bundle(): Promise<string> {
  const { build } = await import('vite');
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL('measured.ts', import.meta.url)), formats: ['iife'], name: 'score' },
    },
  });
  const [first] = Array.isArray(result) ? result : [result];
  if (first === undefined || !('output' in first)) throw new Error('vite built nothing');
  return first.output[0].code;
}

describeInBrowser('drawing', () => {
  beforeAll(async () => {
    script = await bundle();
  }, 60_000);
  beforeEach(async () => {
    ({ page } = await openPage());
    await page.setContent('<body></body>');
    await page.addScriptTag({ content: script });
  });

  it.each([
    [1000, 1],
    [1250, 1],
    [1000, 2],
  ])('draws 8,000 cells at %i px, %i device pixels a pixel, in under 4 ms', async (width, scale) => {
    const { whole, again } = (await page.evaluate(`score.measure(${width}, ${scale})`)) as {
      whole: number;
      again: number;
    };
    process.stdout.write(
      `score of 8,000 cells at ${width} px x${scale}: ${whole.toFixed(2)} ms, one column ${again.toFixed(3)} ms\n`,
    );
    expect(whole).toBeLessThan(4);
    expect(again).toBeLessThan(whole);
  });

  it('draws only the columns that changed', async () => {
    const touched = (await page.evaluate('score.touched()')) as { left: number; width: number }[];
    expect(touched).toEqual([{ left: 40, width: 4 }]);
  });
});
