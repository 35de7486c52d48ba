/**
 * Owns asking axe about a page: what it calls serious or critical, in one theme or in both. What a page is like in the
 * dark differs in its colours only, so that is all that is asked there.
 */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

export interface Asked {
  /** Selectors; else the whole page. */
  within?: readonly string[];
  /** One kind of rules. */
  only?: string;
}

/** A line each. */
export async function hurdles(page: Page, { within, only }: Asked = {}): Promise<string[]> {
  if (!(await page.evaluate(`'axe' in globalThis`))) await page.evaluate(axe.source);
  const place = within === undefined ? 'document' : JSON.stringify({ include: within.map((one) => [one]) });
  const options = { resultTypes: ['violations'], ...(only === undefined ? {} : { runOnly: [only] }) };
  return page.evaluate(`axe.run(${place}, ${JSON.stringify(options)}).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.slice(0, 5).map((node) =>
      id + ': ' + node.html.slice(0, 200) + ' ' + (node.any[0]?.message ?? ''))))`);
}

/** Of a page that is light, with reduced motion: no colour is on its way. It is light again afterwards. */
export async function hurdlesInBothThemes(page: Page, asked: Asked = {}): Promise<string[]> {
  const light = await hurdles(page, asked);
  const turn = async (colorScheme: 'light' | 'dark'): Promise<void> => {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme="${colorScheme}"]`).waitFor();
  };
  await turn('dark');
  const dark = await hurdles(page, { ...asked, only: 'color-contrast' });
  await turn('light');
  return [...light, ...dark.map((line) => `dark: ${line}`)];
}
