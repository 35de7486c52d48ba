/**
 * Owns tests of the run view against the real server: a run that fails in some iterations, is looked into, and re-run;
 * a long one that lies in the store. `rondo serve` as a process, real SQLite, real Chromium.
 */
import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { describeInBrowser, studioTests } from '../../../tests/studio/hooks.ts';
import { MILLION_RUN, reasonOf, writeMillion } from '../../../tests/studio/million.ts';

const LONG = 60_000;
const WORKFLOW = `rondo: 1
id: greet
name: Greet people
nodes:
  start: { type: manual, title: Start }
  each:
    type: for-each
    title: Greet each
    after: start
    loop: { over: "{{ $vars.people }}", parallel: 4, onError: 'null' }
    body:
      greet:
        type: set
        title: Write greeting
        with:
          fields:
            text: "{{ JSON.parse($json.extra).greeting }}"
inputs:
  people: { type: array, default: [] }
output: "{{ $('each').all().length }}"
`;

/** Three of nine need longer than they may. */
const SLOW = `rondo: 1
id: slow
name: Ask everybody
nodes:
  start: { type: manual, title: Start }
  each:
    type: for-each
    title: Ask each
    after: start
    loop: { over: "{{ [1, 1200, 1, 1, 1200, 1, 1, 1200, 1].map((ms, n) => ({ name: 'Person ' + n, ms })) }}", parallel: 9, onError: 'null' }
    body:
      ask: { type: wait, title: Ask, loop: { timeout: 1s }, with: { for: "{{ $json.ms }}" } }
`;

const studio = studioTests({
  workflows: { 'greet.yaml': WORKFLOW, 'slow.yaml': SLOW },
  prepare: (folder) => writeMillion(folder, LONG),
});
async function open(path: string): Promise<Page> {
  const { page } = await (await studio()).open(path, { locale: 'en-GB', reducedMotion: 'reduce' });
  return page;
}
const people = (bad: number) =>
  Array.from({ length: 12 }, (_, at) => ({
    name: `Person ${at + 1}`,
    extra: at === bad ? 'nothing' : '{"greeting":"hello"}',
  }));

describeInBrowser('the run view on the real server', () => {
  it('shows a run that has just failed in one of twelve, from the red cell to its error', async () => {
    const { call } = await studio();
    const started = await call('POST /workflows/{id}/runs', {
      params: { id: 'greet' },
      body: { input: { people: people(4) }, mode: 'wait' },
    });
    const page = await open(`/r/${started.id}`);
    const score = page.getByRole('slider', { name: 'Score of Greet each' });
    await score.waitFor();
    await expect.poll(() => score.getAttribute('aria-valuemax')).toBe('12');
    await score.focus();
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'Iteration 5' }).waitFor();
    await page.getByRole('region', { name: 'Why it failed' }).waitFor();
    const way = page.getByRole('link', { name: 'Open Write greeting' });
    await expect.poll(() => way.getAttribute('href')).toMatch(/\/w\/greet\/n\/greet\?run=\w+&it=5&field=fields$/);
    await page.getByRole('tab', { name: 'Input item' }).click();
    await page.getByText('"Person 5"').waitFor();
    await page.getByRole('button', { name: /^Re-run 1 failed/ }).click();
    await page.getByText('1 iteration runs again.').waitFor();
  });

  it('finds its way through a long one: cause, filter, jump, search', async () => {
    const page = await open(`/r/${MILLION_RUN}`);
    const reasons = Array.from({ length: LONG }, (_, at) => reasonOf(at));
    const empty = reasons.flatMap((reason, at) => (reason === 'email is empty' ? [at] : []));
    await page.getByRole('button', { name: 'email is empty' }).click();
    await page
      .getByRole('heading', { name: `Iteration ${((empty[0] ?? 0) + 1).toLocaleString('en-GB')}`, exact: true })
      .waitFor();
    await page.getByText(`1 of ${empty.length}`, { exact: true }).waitFor();
    await page.getByRole('radio', { name: 'All', exact: true }).click();
    const score = page.getByRole('slider', { name: /^Score of/ });
    const box = await score.boundingBox();
    await page.mouse.click((box?.x ?? 0) + 501, (box?.y ?? 0) + 3);
    await expect.poll(async () => Number(await score.getAttribute('aria-valuenow'))).toBeGreaterThan(LONG / 2 - 500);
    await page.keyboard.press('s');
    await page.keyboard.type('Casa Verde 59984');
    await page.getByText(/^Searched [\d,]+ of 60,000, 1 found/).waitFor();
    await page.getByRole('row').filter({ hasText: '59,984' }).waitFor();
  });

  it('repairs a cause by one edit, re-runs it by the new version, and shows what that did', async () => {
    const { call } = await studio();
    const { id } = await call('POST /workflows/{id}/runs', { params: { id: 'slow' }, body: { mode: 'wait' } });
    const page = await open(`/r/${id}?status=failed`);
    await page.getByRole('heading', { name: 'Iteration 2' }).waitFor();
    await page.getByRole('button', { name: 'Give Ask 2s instead of 1s' }).click();
    await page.getByText('Saved as version 2.').waitFor();
    await page.getByRole('button', { name: 'Re-run these 3 by version 2' }).click();
    await page.getByText('3 iterations run again, by version 2.').waitFor();
    await expect
      .poll(async () => (await call('GET /runs/{id}', { params: { id } })).status, { timeout: 30_000 })
      .toBe('completed');
    await page.getByRole('radio', { name: 'All', exact: true }).click();
    await page.getByRole('button', { name: 'Changed by re-run' }).click();
    await expect.poll(() => page.url()).toContain('rerun=1');
    await page.getByText('Re-run 1: 3 completed').waitFor();
    const rows = page.getByRole('table', { name: 'Iterations' }).getByRole('row');
    await expect.poll(() => rows.count()).toBe(4);
    await page.getByRole('list', { name: 'Runs of this iteration' }).getByText('first run').waitFor();
    await page.getByRole('radio', { name: 'Timeline' }).click();
    await page.getByText('3 of Ask each run again by Ana, with version 2.').waitFor();
  });

  it('lights the way of an iteration on the canvas of the version that ran, with its values', async () => {
    const { call } = await studio();
    const { id } = await call('POST /workflows/{id}/runs', {
      params: { id: 'greet' },
      body: { input: { people: people(4) }, mode: 'wait' },
    });
    const page = await open(`/r/${id}/canvas`);
    await page.getByText('11 done').or(page.getByText('11 completed')).first().waitFor();
    await page.getByRole('button', { name: 'Next failed' }).click();
    await expect.poll(() => page.url()).toContain('it=5');
    await page.locator('[data-part="edge-value"]', { hasText: '{"name":"Person 5"' }).waitFor();
    await page.getByText('failed in this iteration').first().waitFor({ state: 'attached' });
    await page.getByLabel('Iteration', { exact: true }).fill('6');
    await page.keyboard.press('Enter');
    await page.locator('[data-part="edge-value"]', { hasText: '{"name":"Person 6"' }).first().waitFor();
    await expect.poll(() => page.locator('[data-part="edge-value"]').count()).toBe(2);
    await page.getByRole('radio', { name: 'Loop' }).click();
    await page.getByRole('heading', { name: 'Iteration 6' }).waitFor();
  });
});
