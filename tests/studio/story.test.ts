/**
 * The five minutes of somebody who has never seen Rondo: run the first workflow, find the three that failed, see why,
 * repair the field, run only those again. Then a loop built by hand, a file that is dropped, and a runner that dies.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openPage } from './browser.ts';
import { describeInBrowser, studioTests } from './hooks.ts';
import { dropFile, setUp, until } from './studio.ts';

const N8N = readFileSync(new URL('fixtures/orders-n8n.json', import.meta.url), 'utf8');
const SLOW_MS = 20_000;

const studioOf = studioTests();

const top = (page: Page) => page.getByRole('banner');

describeInBrowser('the first five minutes', () => {
  it('from the printed link to 150 greetings: run, find, see why, repair, run three again', async () => {
    const studio = await studioOf();
    const { page } = await openPage();
    await setUp(page, studio.setupLink ?? '');

    // The first workflow is there. Run it.
    await page.getByRole('link', { name: 'Say hello to 150 people' }).first().click();
    await page.getByText('Each person').first().waitFor();
    await top(page).getByRole('button', { name: /^Run/ }).click();
    await page.getByText('completed with failures').first().waitFor({ timeout: SLOW_MS });
    await page.getByText('Re-run 3 failed').first().waitFor();

    // Find the three: in the run, by their cause.
    await page.getByRole('link', { name: /^Runs/ }).last().click();
    await page.getByRole('row').nth(1).getByRole('link').first().click();
    await page.getByRole('slider').first().waitFor();
    await page.getByRole('button', { name: /Cannot read properties of null.* 3$/ }).click();
    await page.getByRole('heading', { name: 'Iteration 41' }).waitFor();
    await expect.poll(() => page.getByRole('table', { name: 'Iterations' }).getByRole('row').count()).toBe(4);

    // See why, where it can be repaired.
    const why = page.getByRole('region', { name: 'Why it failed' });
    await why.getByText('Cannot read properties of null').first().waitFor();
    await why.getByRole('link', { name: 'Open Say hello' }).click();
    await page.getByText('Iteration 41').first().waitFor();
    const field = page.getByRole('textbox', { name: 'Value of text' });
    await expect.poll(() => field.innerText()).toContain('$json.name.split');
    await field.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText("Hello {{ ($json.name ?? 'friend').split(' ')[0] }}, how is {{ $json.city }}?");
    // What it would give for the very iteration that failed, before anything is run.
    await page.getByText('Hello friend, how is').first().waitFor();
    await page.getByText('version 2, saved').waitFor();

    // Back, and only those three again.
    const run = new URL(page.url()).searchParams.get('run') ?? '';
    await page.goto(`${studio.url}/r/${run}?status=failed`);
    await page.getByRole('button', { name: /^Re-run 3 failed/ }).click();
    await page.getByRole('button', { name: /^Re-run 3 failed/ }).waitFor({ state: 'detached', timeout: SLOW_MS });
    await page.getByRole('radio', { name: 'Failed 0' }).or(page.getByText('Failed 0')).first().waitFor();
    const after = await until(async () => {
      const got = await studio.call('GET /runs/{id}', { params: { id: run } });
      return got.status === 'completed' ? got : null;
    }, 'the run has ended again');
    expect([after.completed, after.failed, after.version]).toEqual([150, 0, 2]);
    const texts = after.output as { text: string }[];
    expect(texts.filter(({ text }) => text.startsWith('Hello friend')).length).toBe(3);
    // The other 147 were not touched.
    const rows = await studio.call('GET /runs/{id}/loops/{path}/iterations', {
      params: { id: run, path: 'each' },
      query: { sort: 'started', limit: 4 },
    });
    expect(
      rows.items
        .map(({ index }) => index)
        .slice(0, 3)
        .sort((a, b) => a - b),
    ).toEqual([40, 87, 131]);
    expect(rows.items[2]?.startedAt).toBeGreaterThan((rows.items[3]?.startedAt ?? 0) + 1_000);
  });

  it('a loop over a list, built by hand on the canvas, run and looked into', async () => {
    const studio = await studioOf();
    const { page } = await studio.open('/');
    await page.getByRole('button', { name: /^New workflow/ }).click();
    await page.getByRole('button', { name: 'Empty workflow' }).click();
    await page.getByText('Manual trigger').first().waitFor();

    await page.keyboard.press('/');
    await page.keyboard.type('for each');
    await page
      .getByRole('option', { name: /^For Each/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Add what runs each time').click();
    await page.keyboard.type('set fields');
    await page
      .getByRole('option', { name: /^Set fields/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Add what runs each time').waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Add a field' }).click();
    await page.getByLabel('Name of the field').last().fill('total');
    await page.getByRole('textbox', { name: 'Value of total' }).click();
    await page.keyboard.insertText('{{ $json.qty * 7 }}');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');

    // The list is pasted, then it runs.
    await page
      .getByRole('button', { name: /^Input/ })
      .first()
      .click();
    await page.getByLabel('Input as JSON').fill('[{ "qty": 3 }, { "qty": 1 }, { "qty": 5 }]');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Input: 3 items/ }).waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByText('3 of 3').first().waitFor({ timeout: SLOW_MS });
    const { items } = await studio.call('GET /runs', { query: { limit: 1 } });
    const id = items[0]?.id ?? '';
    await page.goto(`${studio.url}/r/${id}?it=3&part=result`);
    await page.getByRole('heading', { name: 'Iteration 3' }).waitFor();
    await page.getByText('35').first().waitFor();
    const run = await studio.call('GET /runs/{id}', { params: { id } });
    expect((run.output as { total: number }[]).map(({ total }) => total)).toEqual([21, 7, 35]);
  });

  it('a ready group, put behind the start of an empty workflow, runs at once without a network', async () => {
    const studio = await studioOf();
    const { page } = await studio.open('/');
    await page.getByRole('button', { name: /^New workflow/ }).click();
    await page.getByRole('button', { name: 'Empty workflow' }).click();
    await page.getByText('Manual trigger').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('batches to a bulk');
    await page.getByRole('option', { name: /^Batches to a bulk API/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Batches of 50').first().waitFor();
    await page.keyboard.press('Control+Enter');
    const run = await until(async () => {
      const { items } = await studio.call('GET /runs', { query: { limit: 1 } });
      return items[0]?.total === 20 && items[0].status === 'completed' ? items[0] : null;
    }, 'the group has run');
    expect([run.completed, run.failed]).toEqual([20, 0]);
  });

  it('a file of another product, dropped on the page: what changes is shown, then it runs', async () => {
    const studio = await studioOf();
    const { page } = await studio.open('/');
    await page.getByRole('heading', { name: 'Workflows' }).waitFor();
    await dropFile(page, 'orders-n8n.json', N8N);
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await dialog.getByText('Nothing is saved until you convert').waitFor();
    const before = await studio.call('GET /workflows', { query: { limit: 60 } });
    expect(before.items.map(({ name }) => name)).not.toContain('Total of each order');
    await dialog.getByRole('button', { name: /^Convert/ }).click();
    await page.getByText('Two at a time').first().waitFor();
    await top(page).getByRole('button', { name: /^Run/ }).click();
    const run = await until(async () => {
      const { items } = await studio.call('GET /runs', { query: { limit: 1 } });
      return items[0]?.workflow === 'Total of each order' && items[0].status === 'completed' ? items[0] : null;
    }, 'the converted workflow has run');
    const { output } = await studio.call('GET /runs/{id}', { params: { id: run.id } });
    expect((output as { total: number }[]).map(({ total }) => total)).toEqual([21, 7, 28, 7, 35]);
  });

  it('a runner that is killed in the middle: another one goes on, nothing is lost or done twice', async () => {
    const studio = await studioOf();
    const { page } = await studio.open('/w/say-hello');
    const { id } = await studio.call('POST /workflows/{id}/runs', { params: { id: 'say-hello' }, body: {} });
    await page.goto(`${studio.url}/r/${id}`);
    await until(async () => {
      const run = await studio.call('GET /runs/{id}', { params: { id } });
      return run.completed >= 20 ? run : null;
    }, 'some iterations are done');
    const killed = childrenOf(studio.pid);
    expect(killed.length).toBeGreaterThan(0);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    const ended = await until(
      async () => {
        const run = await studio.call('GET /runs/{id}', { params: { id } });
        return run.status === 'completed' ? run : null;
      },
      'the run has ended in another process',
      40_000,
    );
    expect(ended.completed + ended.failed).toBe(150);
    await page.getByText('100 %', { exact: false }).first().waitFor({ state: 'attached' });
  });
});

/** Processes that another one has started. */
function childrenOf(pid: number): number[] {
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=']).toString();
  return listed
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child = 0]) => child);
}
