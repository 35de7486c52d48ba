/**
 * Owns that the editor stays usable with 2,000 nodes, in real Chromium: what is mounted is bounded at any zoom, what is
 * only painted can still be pointed at, chosen and moved, and no gesture costs seconds. Figures are printed; the bounds
 * are far above them, in time of the page's own thread, as others share the machine.
 */
import type { CDPSession, Page } from 'playwright-core';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { Definition, NodeDefinition } from '@rondo/core/model/definition.ts';
import { openPage } from '../../../../tests/studio/browser.ts';
import { browserTests, describeInBrowser } from '../../../../tests/studio/hooks.ts';
import { ensureBuilt } from '../../build.ts';
import { answers } from '../../testing/answers.ts';
import { workflowAnswers } from '../../testing/fake-workflows.ts';
import { type Answers, type Fixture, startFixture } from '../../testing/server.ts';

const NODES = 2_000;
/** Of one loop. */
const INSIDE = 49;
/** Elements of nodes and lines, whatever is in sight. */
const MOST_NODES = 200;
const MOST_LINES = 400;
/** Own time of the page, for one step of a gesture; a frame has 16. */
const STEP_MS = 250;
const WAIT = { timeout: 60_000 };

/** No run is shown, and expressions know no names. */
const QUIET: Answers = {
  'GET /runs': () => ({ items: [], next: null }),
  'GET /expressions/names': () => ({ names: [], functions: [], model: null }),
};

let fixture: Fixture;
let saved: Definition[];

// Registered first, so that it runs when the pages are closed.
afterEach(() => fixture.close());
browserTests();
beforeAll(async () => {
  await ensureBuilt(() => undefined);
}, 120_000);

/** Forty loops behind each other, each with as many steps side by side and in rows. */
function large(): Definition {
  const nodes: Record<string, NodeDefinition> = { start: { type: 'manual' } };
  let count = 1;
  for (let loop = 1; count < NODES; loop += 1) {
    const body: Record<string, NodeDefinition> = {};
    count += 1;
    for (let at = 0; at < INSIDE && count < NODES; at += 1, count += 1) {
      body[`step ${loop}.${at}`] = {
        type: 'set',
        title: `Step ${at} of ${loop}`,
        with: { fields: { at, name: `{{ $json.name + ${at} }}` } },
        ...(at < 7 ? {} : { after: `step ${loop}.${at - 7}` }),
      };
    }
    nodes[`each ${loop}`] = {
      type: 'for-each',
      title: `Each of list ${loop}`,
      after: loop <= 5 ? 'start' : `each ${loop - 5}`,
      body,
    };
  }
  return { rondo: 1, name: 'Large', nodes };
}

/** Notes when the picture is there. As text: it belongs to the page. */
const WATCH = `new MutationObserver((_, observer) => {
  if (document.querySelector('[data-part="far"]') === null) return;
  globalThis.__painted = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const mounted = (page: Page, part: 'node' | 'edge'): Promise<number> => page.locator(`.react-flow__${part}`).count();

async function boundedIn(page: Page): Promise<void> {
  expect(await mounted(page, 'node')).toBeLessThan(MOST_NODES);
  expect(await mounted(page, 'edge')).toBeLessThan(MOST_LINES);
}

/** Own time of the page for each of `count` steps. */
async function costOf(cdp: CDPSession, count: number, step: (at: number) => Promise<void>): Promise<number> {
  const spent = async (): Promise<number> => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000;
  };
  const before = await spent();
  for (let at = 0; at < count; at += 1) await step(at);
  return ((await spent()) - before) / count;
}

const chosen = (page: Page) =>
  page.getByRole('navigation', { name: /^Nodes of the workflow/ }).locator('[aria-current]');

describeInBrowser('two thousand nodes', () => {
  it('are there soon, and every gesture goes on', { timeout: 300_000 }, async () => {
    const definition = large();
    const workflows = workflowAnswers(definition);
    ({ saved } = workflows);
    fixture = await startFixture({ ...answers(), ...workflows, ...QUIET });
    const { page } = await openPage({ locale: 'en-GB', reducedMotion: 'reduce' });
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.addInitScript(WATCH);
    await page.goto(`${fixture.url}/w/enrich`);
    const far = page.locator('[data-part="far"]');
    await far.waitFor(WAIT);
    const after = await page.evaluate(`(() => {
      const [answer] = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/workflows/enrich'));
      return globalThis.__painted - answer.responseEnd;
    })()`);
    say(`2,000 nodes: painted ${Number(after).toFixed(0)} ms after the answer, by the clock`);
    await boundedIn(page);

    // What is painted can be pointed at: the node under the pointer is an element, and no other.
    await page.mouse.move(700, 300);
    const under = async (): Promise<string | null> => {
      const [x, y] = [200 + Math.random() * 900, 150 + Math.random() * 500];
      await page.mouse.move(x, y);
      return page.evaluate(`document.querySelector('.react-flow__node-step')?.dataset.id ?? null`);
    };
    await expect.poll(under, WAIT).not.toBeNull();
    await boundedIn(page);
    // And chosen, by the dozen.
    await page.keyboard.down('Shift');
    await page.mouse.move(300, 160);
    await page.mouse.down();
    await page.mouse.move(900, 600, { steps: 5 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await expect.poll(() => chosen(page).count(), WAIT).toBeGreaterThan(50);
    await boundedIn(page);
    await page.keyboard.press('Escape');
    await expect.poll(() => chosen(page).count(), WAIT).toBe(0);

    await page.mouse.move(700, 400);
    await page.keyboard.down('Control');
    const zoom = await costOf(cdp, 40, () => page.mouse.wheel(0, -40));
    await expect.poll(() => far.count(), WAIT).toBe(0);
    await expect.poll(() => mounted(page, 'node'), WAIT).toBeGreaterThan(0);
    await boundedIn(page);
    await page.mouse.wheel(0, 260);
    await page.keyboard.up('Control');

    const id = 'step 3.10';
    await page.evaluate(`document.querySelector('nav[aria-label^="Nodes of"] button')?.focus()`);
    await page.getByRole('button', { name: /^Step 10 of 3, / }).focus();
    const step = page.locator(`.react-flow__node[data-id="${id}"]`);
    await step.waitFor(WAIT);
    await boundedIn(page);
    await page.evaluate('document.activeElement?.blur()');
    const box = await step.boundingBox();
    const [x, y] = [(box?.x ?? 0) + 90, (box?.y ?? 0) + 12];
    await page.mouse.move(x, y);
    await page.mouse.down();
    const drag = await costOf(cdp, 20, (at) => page.mouse.move(x + at, y + at));
    await page.mouse.up();
    await expect.poll(() => saved.at(-1)?.layout?.[id] !== undefined, WAIT).toBe(true);

    await page.evaluate(`history.pushState(null, '', '/w/enrich/n/${encodeURIComponent(id)}')`);
    const field = page.locator('.cm-content').filter({ visible: true }).first();
    await field.click(WAIT);
    const type = await costOf(cdp, 12, () => page.keyboard.type('x'));
    await expect.poll(() => JSON.stringify(saved.at(-1)).includes('xxxxxxxxxxxx'), WAIT).toBe(true);
    say(`2,000 nodes: own ms a step: zoom ${zoom.toFixed(1)}, drag ${drag.toFixed(1)}, a key ${type.toFixed(1)}`);
    for (const cost of [zoom, drag, type]) expect(cost).toBeLessThan(STEP_MS);
  });
});
