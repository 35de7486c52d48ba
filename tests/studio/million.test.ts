/** A run of 1,000,000 iterations in the run view: there at once, paged by key, memory flat, any failure in two steps. */
import type { CDPSession, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser, studioTests } from './hooks.ts';
import { MILLION, MILLION_RUN, nameOf, reasonOf, writeMillion } from './million.ts';

const studioOf = studioTests({ prepare: (folder) => writeMillion(folder) });
const USABLE_MS = 300;
const PAGE_MS = 50;
const MB = 1_000_000;
const PAGES = 40;

/** Notes when the Score and rows with names are there; the page's own clock, as its names are the page's. */
const WATCH = `
  globalThis.__usable = 0;
  new MutationObserver((_, observer) => {
    const row = [...document.querySelectorAll('[role="table"][aria-label="Iterations"] [role="cell"][title]')]
      .some((cell) => /^(Nordlicht|Casa|Harbor|Okada|Brightwater|Lund)/.test(cell.title));
    if (!row || document.querySelector('[role="slider"]') === null) return;
    globalThis.__usable = performance.now();
    observer.disconnect();
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['title'] });
`;

function lastFailure(): number {
  let index = MILLION - 1;
  while (reasonOf(index) === null) index -= 1;
  return index;
}

async function heap(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  return (await cdp.send('Runtime.getHeapUsage')).usedSize;
}

interface Usable {
  /** By the clock, from the server's answer about the run to a view that can be used. */
  clock: number;
  /** What the page's own thread has worked for it: not what it waited while others used the machine. */
  own: number;
}

async function usableAfter(page: Page, cdp: CDPSession): Promise<Usable> {
  const worked = async (): Promise<number> => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000;
  };
  await page.evaluate('performance.clearResourceTimings()');
  await page.evaluate(WATCH);
  const before = await worked();
  await page.getByRole('link', { name: 'Enrich customers' }).first().click();
  await expect.poll(() => page.evaluate('globalThis.__usable')).toBeGreaterThan(0);
  const own = (await worked()) - before;
  const clock: number = await page.evaluate(`(() => {
    const asked = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/runs/${MILLION_RUN}'));
    return globalThis.__usable - (asked[0]?.responseEnd ?? globalThis.__usable);
  })()`);
  return { clock, own };
}

describeInBrowser('a run of a million', () => {
  it('can be used at once, and its failures are found by cause, by key and by text', async () => {
    const studio = await studioOf();
    const { page } = await studio.open('/runs', { alone: true });
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    const times: Usable[] = [];
    for (let round = 0; round < 3; round += 1) {
      times.push(await usableAfter(page, cdp));
      if (round < 2) {
        await page.goto(`${studio.url}/runs`);
        await page.getByRole('link', { name: 'Enrich customers' }).first().waitFor();
      }
    }
    // Either is enough: on a busy machine the clock says more about the others.
    const best = Math.min(...times.map(({ clock, own }) => Math.min(clock, own)));
    process.stdout.write(`a million, usable: ${JSON.stringify(times)}\n`);
    expect(best).toBeLessThan(USABLE_MS);
    const score = page.getByRole('slider').first();
    await expect.poll(() => score.getAttribute('aria-valuemax')).toBe(String(MILLION));

    await page.getByRole('button', { name: /^Unexpected field in row/ }).click();
    await page.getByRole('heading', { name: 'Iteration 1,235' }).waitFor();
    await page.getByRole('button', { name: /^Unexpected field in row/ }).click();
    await score.focus();
    await page.keyboard.press('End');
    // Of what the filter lets through: the last failure.
    const last = lastFailure();
    await page.getByRole('heading', { name: `Iteration ${(last + 1).toLocaleString('en-US')}` }).waitFor();
    await page.getByText(nameOf(last)).first().waitFor();
  });

  it('is scrolled page by page, quickly, without growing', async () => {
    const studio = await studioOf();
    const { page } = await studio.open(`/r/${MILLION_RUN}`, { alone: true });
    const table = page.getByRole('table', { name: 'Iterations' });
    await table.getByText(nameOf(0)).first().waitFor();
    const cdp = await page.context().newCDPSession(page);
    await table.hover();
    const firstRow = (): Promise<number> =>
      page.evaluate(
        `Number(document.querySelector('[role="table"] [role="rowgroup"] [role="row"]')?.ariaRowIndex ?? 0)`,
      );
    const scroll = async (): Promise<void> => {
      const from = await firstRow();
      // At the end of what is loaded a turn of the wheel leads nowhere; the next one does.
      const turn = async (): Promise<number> => {
        await page.mouse.wheel(0, 2_900);
        return firstRow();
      };
      await expect.poll(turn, { interval: 20 }).toBeGreaterThan(from);
    };
    for (let at = 0; at < 10; at += 1) await scroll();
    const before = await heap(cdp);
    for (let at = 0; at < PAGES; at += 1) await scroll();
    expect((await heap(cdp)) - before).toBeLessThan(4 * MB);
    await expect.poll(() => table.getByRole('row').count()).toBeLessThan(120);
    const times: number[] = await page.evaluate(`performance.getEntriesByType('resource')
      .filter(({ name }) => name.includes('/iterations?')).map(({ duration }) => duration)`);
    expect(times.length).toBeGreaterThan(10);
    // The quicker ones: what the others took was waited for.
    expect(times.toSorted((a, b) => a - b)[Math.floor(times.length / 5)]).toBeLessThan(PAGE_MS);
  });
});
