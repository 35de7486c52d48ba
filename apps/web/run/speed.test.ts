/**
 * Owns measuring the run view on a run of a million iterations in real Chromium: how soon it is there, how soon the
 * next page is, whether dragging keeps up, whether memory stays flat. Best of a few tries: other work shares the machine.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPage } from '../../../tests/studio/browser.ts';
import { browserTests, describeInBrowser } from '../../../tests/studio/hooks.ts';
import { ensureBuilt } from '../build.ts';
import { fakeRuns } from '../testing/fake-runs.ts';
import { type Fixture, startFixture } from '../testing/server.ts';

/** Notes when the first row and the Score are there. As text: it belongs to the page. */
const WATCH = `
  globalThis.__there = null;
  new MutationObserver(() => {
    if (globalThis.__there === null && document.querySelector('[role="row"][aria-rowindex]') && document.querySelector('[data-part="bracket"]'))
      globalThis.__there = performance.now();
  }).observe(document, { childList: true, subtree: true });
`;
const READY = `(() => {
  const [run] = performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/api/v1/runs/7K4Q'));
  return globalThis.__there === null || run === undefined ? null : globalThis.__there - run.responseEnd;
})()`;

let fixture: Fixture;

browserTests();
beforeAll(async () => {
  await ensureBuilt(() => undefined);
  const fake = fakeRuns();
  fixture = await startFixture(fake.answers, { events: fake.events });
}, 120_000);
afterAll(() => fixture.close());

async function open(): Promise<Page> {
  const { page } = await openPage({ locale: 'en-GB', reducedMotion: 'reduce', alone: true });
  await page.addInitScript(WATCH);
  await page.goto(`${fixture.url}/r/7K4Q`);
  await page.locator('[role="row"][aria-rowindex="1"]').waitFor();
  return page;
}

/** Ms that the page's own thread has worked: not what it waited while others used the machine. */
async function spentBy(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000;
  };
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const scrollerOf = (page: Page) =>
  page.getByRole('table', { name: 'Iterations' }).getByRole('rowgroup').locator('xpath=..');

describeInBrowser('a million iterations', () => {
  it('are usable soon after the answer', async () => {
    const times: number[] = [];
    for (let time = 0; time < 3; time += 1) {
      const page = await open();
      await expect.poll(() => page.evaluate('globalThis.__there !== null')).toBe(true);
      times.push(Number(await page.evaluate(READY)));
    }
    const page = await open();
    const spent = await spentBy(page);
    const before = await spent();
    await page.reload();
    await expect.poll(() => page.evaluate('globalThis.__there !== null')).toBe(true);
    const own = (await spent()) - before;
    say(
      `usable ${times.map((time) => time.toFixed(0)).join(', ')} ms after the answer by the clock; ${own.toFixed(0)} ms of the page's thread in all`,
    );
    // All of it, with loading the scripts; after the answer it is a part of that.
    expect(own).toBeLessThan(500);
  });

  it('have their next page before the end of the last one is seen', async () => {
    const page = await open();
    const spent = await spentBy(page);
    const before = await spent();
    const frames = 240;
    // Two rows a frame, for longer than two pages.
    const seen = await scrollerOf(page).evaluate(async (element, count) => {
      let nearest = Number.POSITIVE_INFINITY;
      for (let frame = 0; frame < count; frame += 1) {
        element.scrollTop += 58;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        nearest = Math.min(nearest, element.scrollHeight - element.scrollTop - element.clientHeight);
      }
      return nearest;
    }, frames);
    const own = ((await spent()) - before) / frames;
    say(
      `scrolling: ${own.toFixed(1)} ms of the page's thread a frame, never nearer to the end than ${seen.toFixed(0)} px`,
    );
    expect(seen).toBeGreaterThan(0);
    expect(own).toBeLessThan(50);
  });

  it('are dragged through within a frame', async () => {
    const page = await open();
    const box = await page.getByRole('slider', { name: /^Score of/ }).boundingBox();
    const x = box?.x ?? 0;
    const y = (box?.y ?? 0) + 50;
    await page.mouse.move(x + 10, y);
    await page.mouse.down();
    await page.evaluate(`(() => {
      globalThis.__frames = [];
      let before = performance.now();
      const next = () => { const now = performance.now(); globalThis.__frames.push(now - before); before = now; globalThis.__frame = requestAnimationFrame(next); };
      requestAnimationFrame(next);
    })()`);
    const spent = await spentBy(page);
    const before = await spent();
    for (let step = 0; step < 40; step += 1) await page.mouse.move(x + 20 + step * 17, y);
    const own = ((await spent()) - before) / 40;
    const frames = (await page.evaluate('cancelAnimationFrame(globalThis.__frame), globalThis.__frames')) as number[];
    await page.mouse.up();
    const middle = [...frames].sort((a, b) => a - b)[Math.floor(frames.length / 2)] ?? 0;
    say(
      `dragging: ${frames.length} frames, the middle one ${middle.toFixed(1)} ms; ${own.toFixed(1)} ms of the page's thread a step`,
    );
    // Either is enough: on a busy machine a frame says more about the others.
    expect(Math.min(middle, own)).toBeLessThan(34);
  });

  it('take no more memory after fifty pages than after ten', async () => {
    const page = await open();
    const scroller = scrollerOf(page);
    const down = async (pages: number): Promise<number> => {
      await scroller.evaluate(async (element, count) => {
        for (let at = 0; at < count; at += 1) {
          element.scrollTop = element.scrollHeight;
          const end = performance.now() + 2_000;
          while (element.scrollHeight - element.scrollTop - element.clientHeight < 200 && performance.now() < end)
            await new Promise((resolve) => requestAnimationFrame(resolve));
        }
      }, pages);
      return Number(await page.evaluate('(globalThis.gc(), performance.memory.usedJSHeapSize / 1e6)'));
    };
    const before = await down(10);
    const after = await down(40);
    say(`heap: ${before.toFixed(1)} MB after 10 pages, ${after.toFixed(1)} MB after 50`);
    expect(after - before).toBeLessThan(4);
  });
});
