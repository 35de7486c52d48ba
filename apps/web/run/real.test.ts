/**
 * Owns tests of the run view against the real server: a run that fails in some iterations, is looked into, and re-run;
 * a long one that lies in the store. `rondo serve` as a process, real SQLite, real Chromium.
 */
import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { describeInBrowser, studioTests } from '../../../tests/studio/hooks.ts';
import { MILLION_RUN, reasonOf, writeMillion } from '../../../tests/studio/million.ts';

/** A loaded machine may do it a little later. */
const WAIT = { timeout: 10_000 };

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

const studio = studioTests({
  workflows: { 'greet.yaml': WORKFLOW },
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
    expect(await score.getAttribute('aria-valuemax')).toBe('12');
    await score.focus();
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'Iteration 5' }).waitFor();
    await page.getByRole('region', { name: 'Why it failed' }).waitFor();
    await page.getByRole('link', { name: 'Open Write greeting' }).waitFor();
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
    await page.getByRole('heading', { name: `Iteration ${(empty[0] ?? 0) + 1}`, exact: true }).waitFor();
    await page.getByText(`1 of ${empty.length}`, { exact: true }).waitFor();
    await page.getByRole('radio', { name: 'All', exact: true }).click();
    const score = page.getByRole('slider', { name: /^Score of/ });
    const box = await score.boundingBox();
    await page.mouse.click((box?.x ?? 0) + 501, (box?.y ?? 0) + 3);
    await expect
      .poll(async () => Number(await score.getAttribute('aria-valuenow')), WAIT)
      .toBeGreaterThan(LONG / 2 - 500);
    await page.keyboard.press('s');
    await page.keyboard.type('Casa Verde 59984');
    await page.getByText(/^Searched [\d,]+ of 60,000, 1 found/).waitFor();
    await page.getByRole('row').filter({ hasText: '59,984' }).waitFor();
  });
});
