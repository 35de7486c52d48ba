/**
 * Owns tests of the editor by hand, in real Chromium over HTTP: what is drawn, dragged, pressed and pasted becomes the
 * workflow that is saved, and can be taken back. What commands do to a definition is document.test.ts.
 */
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { Definition } from '@rondo/core/model/definition.ts';
import { openPage } from '../../../tests/studio/browser.ts';
import { browserTests, describeInBrowser } from '../../../tests/studio/hooks.ts';
import { dropFile } from '../../../tests/studio/studio.ts';
import { ensureBuilt } from '../build.ts';
import { answers } from '../testing/answers.ts';
import { panelAnswers } from '../testing/panel-answers.ts';
import { workflowAnswers } from '../testing/fake-workflows.ts';
import { type Fixture, startFixture } from '../testing/server.ts';

const FIRST: Definition = {
  rondo: 1,
  name: 'Gestures',
  nodes: {
    start: { type: 'manual' },
    one: { type: 'set', after: 'start', with: { fields: { a: 1 } } },
    two: { type: 'set', after: 'one', with: { fields: { b: 2 } } },
    each: {
      type: 'for-each',
      title: 'Each row',
      after: 'two',
      body: { inner: { type: 'set', with: { fields: { c: 3 } } } },
    },
  },
};

let fixture: Fixture;
let saved: Definition[];

// Registered first, so that it runs when the pages are closed.
afterEach(() => fixture.close());
browserTests();
beforeAll(async () => {
  await ensureBuilt(() => undefined);
}, 120_000);

async function open(definition: Definition = FIRST): Promise<Page> {
  const workflows = workflowAnswers(definition);
  ({ saved } = workflows);
  fixture = await startFixture({
    ...answers(),
    ...panelAnswers().answers,
    ...workflows,
    'GET /runs': () => ({ items: [], next: null }),
  });
  const { page } = await openPage({ locale: 'en-GB', reducedMotion: 'reduce' });
  await page.goto(`${fixture.url}/w/enrich`);
  await node(page, Object.keys(definition.nodes)[0] ?? '').waitFor();
  return page;
}

const node = (page: Page, id: string) => page.locator(`.react-flow__node[data-id="${id}"]`);
const port = (page: Page, id: string, side: 'in' | 'out') =>
  page.locator(`.react-flow__handle[data-nodeid="${id}"][data-handleid^="${side}:"]`).first();

/** The workflow as it is kept: in the browser first, on the server a moment later. */
async function now(page: Page): Promise<Definition> {
  const draft = await page.evaluate(() => localStorage.getItem('rondo.draft.enrich'));
  return draft === null ? (saved.at(-1) as Definition) : (JSON.parse(draft) as { definition: Definition }).definition;
}
/** What is inside what, what comes after what: all but places. */
const shapeOf = (nodes: Definition['nodes']): unknown =>
  Object.fromEntries(
    Object.entries(nodes)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([id, { after, body }]) => [
        id,
        { ...(after === undefined ? {} : { after }), ...(body === undefined ? {} : { body: shapeOf(body) }) },
      ]),
  );
const shape = async (page: Page): Promise<unknown> => shapeOf((await now(page)).nodes);

interface Point {
  x: number;
  y: number;
}
async function middle(target: ReturnType<typeof node>): Promise<Point> {
  await target.waitFor();
  const box = await target.boundingBox();
  if (box === null) throw new Error('It is not to be seen.');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
async function drag(page: Page, from: Point, to: Point): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}
/** Where nothing is. */
const ground: Point = { x: 300, y: 760 };
async function pick(page: Page, id: string): Promise<void> {
  const { x, y } = await middle(node(page, id));
  await page.mouse.click(x, y - 20);
  await expect.poll(() => node(page, id).getAttribute('class')).toContain('selected');
}
async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((pasted) => {
    const data = new DataTransfer();
    data.setData('text/plain', pasted);
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
}

describeInBrowser('by hand on the canvas', () => {
  it('adds by /, joins by drawing, takes lines and nodes away; all of it can be undone and done again', async () => {
    const page = await open();
    const first = await shape(page);
    await page.keyboard.press('/');
    await page.keyboard.type('set fields');
    await page
      .getByRole('option', { name: /^Set fields/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => shape(page)).toMatchObject({ set: { after: 'each' } });
    // From the first one's port to the new one's, with both in sight.
    await page.keyboard.press('1');
    await expect.poll(async () => (await node(page, 'start').boundingBox())?.x ?? 0).toBeGreaterThan(60);
    await drag(page, await middle(port(page, 'one', 'out')), await middle(port(page, 'set', 'in')));
    await expect.poll(() => shape(page)).toMatchObject({ set: { after: ['each', 'one'] } });
    await pick(page, 'two');
    await page.keyboard.press('Delete');
    await node(page, 'two').waitFor({ state: 'detached' });
    await expect.poll(() => shape(page)).not.toHaveProperty('two');
    const last = await shape(page);
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('Control+z');
    await expect.poll(() => shape(page)).toEqual(first);
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('Control+Shift+z');
    await expect.poll(() => shape(page)).toEqual(last);
    // What is on the server is what is seen.
    await expect.poll(() => shapeOf(saved.at(-1)?.nodes ?? {})).toEqual(last);
    await expect.poll(() => page.evaluate(() => localStorage.getItem('rondo.draft.enrich'))).toBe(null);
  });

  it('moves a node into a loop and out, wraps and unwraps, folds', async () => {
    const page = await open({ ...FIRST, nodes: { ...FIRST.nodes, alone: { type: 'set' } } });
    const first = await shape(page);
    const body = await middle(node(page, 'inner'));
    await drag(page, await middle(node(page, 'alone')), { x: body.x, y: body.y + 40 });
    await expect.poll(() => shape(page)).toMatchObject({ each: { body: { alone: {}, inner: {} } } });
    await drag(page, await middle(node(page, 'alone')), ground);
    // It goes on with what the loop gives.
    await expect.poll(() => shape(page)).toMatchObject({ each: { body: { inner: {} } }, alone: { after: 'each' } });
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect.poll(() => shape(page)).toEqual(first);
    await pick(page, 'one');
    await page.keyboard.press('l');
    await expect.poll(async () => JSON.stringify(await shape(page))).toContain('"body":{"one":{}}');
    await page.keyboard.press('Shift+L');
    await expect.poll(() => shape(page)).toEqual(first);
    await pick(page, 'inner');
    await page.keyboard.press('f');
    await page.getByText('1 node inside').waitFor();
    await node(page, 'inner').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+z');
    await node(page, 'inner').waitFor();
  });

  it('chooses several, moves them together, copies them by the clipboard', async () => {
    const page = await open();
    const one = await middle(node(page, 'one'));
    const two = await middle(node(page, 'two'));
    await page.keyboard.down('Shift');
    await drag(page, { x: one.x - 100, y: one.y - 120 }, { x: two.x + 60, y: two.y + 90 });
    await page.keyboard.up('Shift');
    await expect.poll(() => page.locator('.react-flow__node.selected').count()).toBe(2);
    await drag(page, one, { x: one.x + 20, y: one.y + 160 });
    const moved = async (id: string): Promise<Point> => {
      const { x, y } = await middle(node(page, id));
      return { x: Math.round(x), y: Math.round(y) };
    };
    await expect.poll(async () => (await moved('two')).y).toBeGreaterThan(two.y + 100);
    await expect.poll(async () => (await now(page)).layout?.['two']?.y ?? 0).toBeGreaterThan(100);
    const places = (await now(page)).layout;
    expect((places?.['one']?.y ?? 0) - (places?.['two']?.y ?? 0)).toBeCloseTo(0, 0);
    await page.keyboard.press('Control+c');
    await page.keyboard.press('Control+v');
    await expect.poll(async () => Object.keys((await now(page)).nodes).length).toBe(6);
    // The copies hold together.
    const copies = Object.entries((await now(page)).nodes).filter(([id]) => !(id in FIRST.nodes));
    expect(copies.map(([, { type }]) => type)).toEqual(['set', 'set']);
    expect(copies.map(([id]) => id)).toContain(copies[1]?.[1].after);
    await page.keyboard.press('Control+z');
    await expect.poll(() => shape(page)).toEqual(shapeOf(FIRST.nodes));
  });

  it('takes what n8n has copied: nodes at once, or the dialog where something changes', async () => {
    const page = await open();
    const given = (type: string, parameters: unknown): string =>
      JSON.stringify({
        nodes: [{ id: '1', name: 'From afar', type, typeVersion: 1, parameters, position: [0, 0] }],
        connections: {},
      });
    await paste(page, given('n8n-nodes-base.code', { jsCode: 'return items;' }));
    const dialog = page.getByRole('dialog');
    await node(page, 'From afar').or(dialog).first().waitFor();
    await paste(page, 'no workflow at all');
    if (await dialog.isVisible()) await dialog.getByText('Nothing is saved until you convert').waitFor();
    else await page.getByText('The clipboard holds no nodes.').waitFor();
  });

  it('takes a table that is pasted as the input of a run', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Input: none' }).click();
    const text = page.getByRole('textbox', { name: 'Input as JSON' });
    await text.evaluate((field) => {
      const data = new DataTransfer();
      data.setData('text/plain', 'id,name\n1,Ana\n2,Ben\n');
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    });
    await page.getByRole('button', { name: 'Input: 2 items' }).waitFor();
    await expect.poll(() => text.inputValue()).toContain('"name": "Ben"');
  });

  it('goes by arrows along the lines, opens, tidies; has notes and an overview', async () => {
    const page = await open();
    const chosen = page.locator('.react-flow__node.selected');
    const isChosen = async (id: string): Promise<void> => {
      await expect.poll(() => chosen.evaluateAll((all) => all.map((one) => one.getAttribute('data-id')))).toEqual([id]);
    };
    await pick(page, 'start');
    await page.keyboard.press('ArrowRight');
    await isChosen('one');
    await page.keyboard.press('ArrowRight');
    await isChosen('two');
    await page.keyboard.press('ArrowLeft');
    await isChosen('one');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/w/enrich/n/one');
    await page.getByRole('heading', { name: 'Loop' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL('**/w/enrich');
    await drag(page, await middle(node(page, 'one')), ground);
    await expect.poll(async () => (await now(page)).layout?.['one']?.y ?? 0).toBeGreaterThan(100);
    await page.keyboard.press('t');
    await expect.poll(async () => (await now(page)).layout?.['one']?.y ?? 0).toBeLessThan(100);
    // A note is written where it is made.
    await page.getByRole('button', { name: 'Note' }).click();
    await page.keyboard.type('Ask Otto first');
    await page.keyboard.press('Escape');
    await expect
      .poll(async () => Object.values((await now(page)).layout ?? {}).map(({ note }) => note))
      .toContain('Ask Otto first');
    // The overview leads there.
    const view = page.locator('.react-flow__viewport');
    const before = await view.getAttribute('style');
    const overview = await page.getByRole('img', { name: 'Overview' }).boundingBox();
    await page.mouse.click((overview?.x ?? 0) + 20, (overview?.y ?? 0) + 20);
    await expect.poll(() => view.getAttribute('style')).not.toBe(before);
  });

  it('shows what a version changed, and restores it as a new one', async () => {
    const page = await open();
    await pick(page, 'two');
    await page.keyboard.press('d');
    await expect.poll(() => saved.length).toBe(2);
    await page.getByRole('radio', { name: 'History' }).click();
    await page.getByRole('button', { name: /^Version 15/ }).click();
    const panel = page.getByRole('complementary').filter({ hasText: 'Version 15' });
    await panel.getByText('disabled:').waitFor();
    await page.getByRole('status').getByText('Version 15, read-only.').waitFor();
    await page.getByRole('button', { name: /^Version 14/ }).click();
    await page.getByRole('button', { name: 'Restore as a new version' }).click();
    await expect.poll(() => saved.length).toBe(3);
    expect(saved[2]?.nodes).toEqual(FIRST.nodes);
  });

  it('loses no edit when the page is loaded again at once, and takes a file that is dropped', async () => {
    const page = await open();
    await pick(page, 'two');
    await page.keyboard.press('Delete');
    await node(page, 'two').waitFor({ state: 'detached' });
    await page.reload();
    await node(page, 'one').waitFor();
    await expect.poll(() => node(page, 'two').count()).toBe(0);
    await expect.poll(() => Object.keys(saved.at(-1)?.nodes ?? {})).not.toContain('two');
    await dropFile(
      page,
      'other.json',
      JSON.stringify({
        nodes: [
          {
            id: '1',
            name: 'When pressed',
            type: 'n8n-nodes-base.manualTrigger',
            typeVersion: 1,
            parameters: {},
            position: [0, 0],
          },
        ],
        connections: {},
        name: 'Other',
      }),
    );
    await page.getByRole('dialog').getByText('Nothing is saved until you convert').waitFor();
  });

  it('asks for the input that a run cannot begin without, where Run is pressed', async () => {
    const page = await open({
      ...FIRST,
      inputs: { title: { type: 'string', required: true }, size: { type: 'number', default: 3 } },
    });
    await page.getByRole('button', { name: 'Input: needs title' }).waitFor();
    await page.getByRole('button', { name: /^Run/ }).first().click();
    const asked = page.getByRole('dialog', { name: 'Input of the next run' });
    await asked.getByText('title has no default: nothing runs without.').waitFor();
    await asked.getByRole('button', { name: 'Fill in the fields' }).click();
    await expect
      .poll(async () => JSON.parse(await asked.getByLabel('Input as JSON').inputValue()) as unknown)
      .toEqual({ title: null, size: 3 });
    await asked.getByText('title has no default').waitFor({ state: 'detached' });
  });

  it('draws lines inside a container from its opening bar to its closing one', async () => {
    const page = await open();
    const edges = async (): Promise<[left: number, right: number][]> => {
      const bars = await Promise.all(
        ['.opening .bar-thin', '.closing .bar-thin'].map(async (bar) => node(page, 'each').locator(bar).boundingBox()),
      );
      const inner = await node(page, 'inner').boundingBox();
      // A level line has no height, so it has no box for Playwright.
      const boxes = await page.locator('.react-flow__edge-path').evaluateAll((lines) =>
        lines.map((line) => {
          const { x, width, height } = line.getBoundingClientRect();
          return { x, width, height };
        }),
      );
      // Of a port, half is outside its node.
      const near = (a: number, b: number): boolean => Math.abs(a - b) < 7;
      return boxes.flatMap((box) => {
        if (inner === null) return [];
        const right = box.x + box.width;
        const into = near(box.x, (bars[0]?.x ?? 0) + 2) && near(right, inner.x);
        const out = near(box.x, inner.x + inner.width) && near(right, bars[1]?.x ?? 0);
        return (into || out) && box.height < 0.5 ? [[box.x, right]] : [];
      });
    };
    await expect.poll(async () => (await edges()).length).toBe(2);
  });
});
