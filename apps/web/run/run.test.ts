/**
 * Owns tests of the run view in real Chromium, over HTTP, on a run of a million iterations: from a look to the cause,
 * the Score as a control, the table, re-run, live numbers that move nothing.
 */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { hurdlesInBothThemes } from '../../../tests/studio/axe.ts';
import { openPage, settled } from '../../../tests/studio/browser.ts';
import { browserTests, describeInBrowser } from '../../../tests/studio/hooks.ts';
import { ensureBuilt } from '../build.ts';
import { type FakeRuns, fakeRuns } from '../testing/fake-runs.ts';
import { type Fixture, startFixture } from '../testing/server.ts';

const BUILD_MS = 120_000;

let fake: FakeRuns;
let fixture: Fixture;

// Registered first, so that it runs when the pages are closed.
afterEach(() => fixture.close());
browserTests();
beforeAll(async () => {
  await ensureBuilt(() => undefined);
}, BUILD_MS);
beforeEach(async () => {
  fake = fakeRuns();
  fixture = await startFixture(fake.answers, { events: fake.events });
});

async function visit(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await openPage({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
  await page.goto(fixture.url + path);
  return page;
}

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await visit(path, options);
  await page.getByRole('table', { name: 'Iterations' }).waitFor();
  return page;
}

const iterations = (page: Page) => page.getByRole('table', { name: 'Iterations' });
const scoreOf = (page: Page) => page.getByRole('slider', { name: /^Score of/ }).last();
const row = (page: Page, index: string) => page.getByRole('row').filter({ hasText: new RegExp(`^${index}(?![\\d,])`) });
const heading = (page: Page, name: string) => page.getByRole('heading', { name });
const asked = (pattern: RegExp): string[] => fixture.asked.filter((one) => pattern.test(one));

describeInBrowser('from red to cause', () => {
  it('shows a million, and one click on a cause shows its failures, the nearest one open beside', async () => {
    const page = await open('/r/7K4Q');
    await expect.poll(() => page.getByText('of 1,000,000 completed').count()).toBe(1);
    await expect.poll(() => scoreOf(page).getAttribute('aria-valuemax')).toBe('1000000');
    await page.getByRole('button', { name: 'Reply is not valid JSON' }).click();
    await heading(page, 'Iteration 701,112').waitFor();
    await page.getByText('1 of 318').waitFor();
    await page.getByRole('link', { name: 'Open Ask model' }).waitFor();
    await expect.poll(() => page.url()).toMatch(/status=failed&cause=json&it=701112/);
    await row(page, '701,112').waitFor();
    await page.goBack();
    await expect.poll(() => page.url()).toMatch(/\/r\/7K4Q$/);
  });

  it('opens the nearest failure of a mark that is clicked', async () => {
    const page = await open('/r/7K4Q');
    const line = page.getByRole('button', { name: '429 Too Many Requests' });
    await line.waitFor();
    const box = await line.locator('xpath=following-sibling::canvas').boundingBox();
    await page.mouse.click((box?.x ?? 0) + 0.4 * 1000, (box?.y ?? 0) + 12);
    await expect.poll(() => page.url()).toMatch(/it=(39[89]|40\d)\d{3}/);
  });

  it('keeps everything in the address', async () => {
    const page = await visit('/r/7K4Q?status=failed&cause=c429&it=398101&with=398102');
    await heading(page, 'Compare two iterations').waitFor();
    await page.keyboard.press('Escape');
    await heading(page, 'Iteration 398,101').waitFor();
    await page.getByText('429 Too Many Requests').first().waitFor();
  });
});

describeInBrowser('the Score as a control', () => {
  it('scrolls the table when it is dragged, and shows where the table is', async () => {
    const page = await open('/r/7K4Q');
    const box = await scoreOf(page).boundingBox();
    const x = box?.x ?? 0;
    const y = (box?.y ?? 0) + 60;
    await page.mouse.move(x + 100, y);
    await page.mouse.down();
    await page.mouse.move(x + 300, y, { steps: 5 });
    await page.mouse.move(x + 500, y, { steps: 5 });
    await page.mouse.up();
    await row(page, '500,001').or(row(page, '501,876')).waitFor();
    const bracket = page.locator('[data-part="bracket"]');
    await expect.poll(async () => Math.abs(((await bracket.boundingBox())?.x ?? 0) - (x + 500))).toBeLessThan(6);
  });

  it('moves by cells, columns and failures with keys, and says where it is', async () => {
    const page = await open('/r/7K4Q?it=1');
    const score = scoreOf(page);
    await score.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => score.getAttribute('aria-valuetext')).toContain('Iteration 126 of 1,000,000, completed');
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => score.getAttribute('aria-valuenow')).toBe('4126');
    await page.keyboard.press('n');
    await expect.poll(() => score.getAttribute('aria-valuetext')).toMatch(/failed, /);
    const first = await score.getAttribute('aria-valuenow');
    await page.keyboard.press('n');
    await expect.poll(() => score.getAttribute('aria-valuenow')).not.toBe(first);
    await page.keyboard.press('Shift+N');
    await expect.poll(() => score.getAttribute('aria-valuenow')).toBe(first);
  });

  it('says on hover what a cell holds', async () => {
    const page = await open('/r/7K4Q');
    const box = await scoreOf(page).boundingBox();
    await page.mouse.move((box?.x ?? 0) + 175 * 4 + 1, (box?.y ?? 0) + 8 * 4 + 1);
    await page.getByRole('tooltip').waitFor();
    const words = await page.getByRole('tooltip').innerText();
    expect(words).toMatch(/^Iterations 70\d,\d{3} to 70\d,\d{3}/);
    expect(words).toContain('Reply is not valid JSON');
  });

  it('filters the table by a range of durations that is dragged, or moved with keys', async () => {
    const page = await open('/r/7K4Q?by=duration');
    const bars = page.getByRole('img', { name: /^median/ });
    await bars.waitFor();
    const box = await bars.boundingBox();
    const [x, y, pitch] = [box?.x ?? 0, (box?.y ?? 0) + 60, (box?.width ?? 0) / 64];
    await page.mouse.move(x + 20.5 * pitch, y);
    await page.mouse.down();
    await page.mouse.move(x + 23.5 * pitch, y, { steps: 3 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/min=466\.\d+&max=634\.\d+/);
    await expect.poll(() => asked(/iterations\?.*minMs=466\.\d+&maxMs=634\.\d+/).length).toBeGreaterThan(0);
    await page.getByText('466 ms to 634 ms').waitFor();
    await expect.poll(() => row(page, '1').count()).toBe(0);
    await page.getByRole('slider', { name: 'Longest duration shown' }).press('ArrowRight');
    await expect.poll(() => page.url()).toMatch(/min=466\.\d+&max=684\.\d+/);
    await page.getByRole('button', { name: 'Remove the filter by duration' }).click();
    await expect.poll(() => page.url()).not.toContain('min=');
  });

  it('has a table of causes for those who cannot see the lines', async () => {
    const page = await open('/r/7K4Q');
    const table = page.getByRole('table', { name: 'Causes of failures' });
    await table.waitFor();
    await expect.poll(() => table.getByRole('row').count()).toBe(10);
    await expect.poll(() => table.innerText()).toContain('still failing');
  });
});

describeInBrowser('the table', () => {
  it('keeps three pages, however far it is scrolled, and finds back to the first row', async () => {
    const page = await open('/r/7K4Q');
    await row(page, '1').waitFor();
    const scroller = iterations(page).getByRole('rowgroup').locator('xpath=..');
    for (let step = 0; step < 12; step += 1) {
      await scroller.evaluate((element) => (element.scrollTop = element.scrollHeight));
      await expect
        .poll(() => scroller.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight))
        .toBeGreaterThan(500);
    }
    await expect.poll(() => scroller.evaluate((element) => element.scrollHeight)).toBeLessThanOrEqual(300 * 29 + 40);
    await expect.poll(() => iterations(page).getByRole('row').count()).toBeLessThan(60);
    // And back: rows before the first page are asked for again.
    await expect
      .poll(async () => {
        await scroller.evaluate((element) => (element.scrollTop = 0));
        return row(page, '1').count();
      })
      .toBe(1);
  });

  it('goes backwards in a filter to which keys only lead forwards', async () => {
    const page = await open('/r/7K4Q?status=failed&cause=c429&it=612051');
    const first = async (): Promise<number> => {
      const [number] = (await iterations(page).getByRole('row').nth(1).innerText()).split('\n');
      return Number(number?.replaceAll(',', ''));
    };
    await expect.poll(first).toBeGreaterThan(612_000);
    const scroller = iterations(page).getByRole('rowgroup').locator('xpath=..');
    await expect
      .poll(async () => {
        await scroller.evaluate((element) => (element.scrollTop = 0));
        return first();
      })
      .toBeLessThan(410_000);
    const shown = async (): Promise<number[]> => {
      const seen = await iterations(page).getByRole('row').allInnerTexts();
      return seen.slice(1).map((text) => Number(text.split('\n')[0]?.replaceAll(',', '')));
    };
    // Rows that are still asked for have no number.
    let numbers: number[] = [];
    await expect
      .poll(async () => {
        numbers = await shown();
        return numbers.every((number) => number > 0);
      })
      .toBe(true);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('moves with arrows, selects, and re-runs exactly what is selected', async () => {
    const page = await open('/r/7K4Q?status=failed&cause=json&it=701112');
    await row(page, '701,112').waitFor();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.url()).not.toContain('it=701112');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Space');
    await page.getByText('2 selected').waitFor();
    await page.getByRole('toolbar').getByRole('button', { name: 'Re-run 2' }).click();
    await page.getByText('2 iterations run again.').waitFor();
    await page.getByRole('button', { name: /^Re-run these 316/ }).waitFor();
    await expect.poll(() => asked(/POST .*redrive\?dry=true/)).toHaveLength(1);
    await expect.poll(() => asked(/POST .*redrive\?dry=false/)).toHaveLength(1);
  });

  it('searches on the server, says how far it is, and stops', async () => {
    const page = await open('/r/7K4Q');
    await page.keyboard.press('s');
    await page.keyboard.type('kestrel nowhere');
    await page.getByText(/^Searched [\d,]+ of 1,000,000, 0 found/).waitFor();
    await page.getByText('No iteration is like this.').waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await row(page, '1').waitFor();
  });
});

describeInBrowser('steering', () => {
  it('asks before an effect may happen twice, and leaves everything when told so', async () => {
    const page = await open('/r/7K4Q?status=failed&cause=c429');
    await page.getByRole('button', { name: 'Re-run these 612' }).click();
    const question = page.getByRole('alertdialog');
    await question.waitFor();
    await expect.poll(() => question.innerText()).toContain('12 of these 612 may already have sent their request');
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(asked(/redrive\?dry=false/)).toEqual([]);
  });

  it('asks once before cancelling, in place; pausing asks nothing', async () => {
    const page = await open('/r/7K4Q');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancel? 64 in flight are stopped, 740,850 results stay.').waitFor();
    await page.getByRole('button', { name: 'Keep it running' }).click();
    await page.keyboard.press('p');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.getByText('Paused. 742,118 started, 64 in flight.').waitFor();
    expect(asked(/cancel/)).toEqual([]);
  });

  it('sets a dial 300 ms after the last change, says so, and puts it back', async () => {
    const page = await open('/r/7K4Q');
    const dial = page.getByRole('slider', { name: 'Parallel' });
    await dial.focus();
    for (let press = 0; press < 3; press += 1) await page.keyboard.press('Shift+ArrowLeft');
    await page.getByText('Parallel is now 34.').waitFor();
    await expect.poll(() => asked(/PATCH/)).toHaveLength(1);
    await page.getByRole('button', { name: 'Put back' }).click({ timeout: 8_000 });
    await page.getByText('Parallel is now 64.').waitFor();
  });

  it('gives a viewer no hidden buttons, only ones that say which role may', async () => {
    fake.answers['GET /me'] = () => ({
      name: 'Vi',
      role: 'viewer',
      scopes: ['workflow:read', 'run:read'],
      setup: false,
    });
    const page = await open('/r/7K4Q');
    const again = page.getByRole('button', { name: /Re-run 1,204 failed/ });
    await again.hover();
    await page.getByRole('tooltip').filter({ hasText: 'Needs the role operator' }).waitFor();
    await again.click({ force: true });
    expect(asked(/POST/)).toEqual([]);
  });
});

describeInBrowser('while it runs', () => {
  it('changes numbers and Score, never the rows: new failures are counted and shown when asked for', async () => {
    const page = await open('/r/7K4Q?status=failed');
    await page.getByRole('row').nth(3).waitFor();
    await settled(page);
    const before = await page.getByRole('table', { name: 'Iterations' }).innerText();
    const loop = fake.loops.get('7K4Q');
    const cause = loop?.spec.causes[2];
    if (loop === undefined || cause === undefined) throw new Error('the fixture has no such loop');
    cause.at = [3, 4, 5, 6, ...cause.at];
    loop.count();
    fake.send('7K4Q', 'progress', { loops: [loop.loop] });
    fake.send('7K4Q', 'score', { path: 'enrich', revision: loop.revision });
    await page.getByRole('button', { name: '4 new failed, show' }).waitFor();
    await expect.poll(() => page.getByRole('table', { name: 'Iterations' }).innerText()).toBe(before);
    await expect.poll(() => asked(/score\?by=position/).length).toBe(2);
    await page.getByRole('button', { name: '4 new failed, show' }).click();
    await row(page, '4').waitFor();
  });

  it('follows the newest iteration when asked to, and holds it when told so', async () => {
    const page = await open('/r/7K4Q');
    const million = fake.loops.get('7K4Q');
    if (million === undefined) throw new Error('no loop');
    await page.getByRole('radio', { name: 'follow' }).click();
    await expect.poll(() => page.url()).toContain('it=newest');
    await heading(page, 'Iteration 742,054').waitFor();
    fake.send('7K4Q', 'progress', { loops: [{ ...million.loop, completed: million.loop.completed + 10 }] });
    await heading(page, 'Iteration 742,064').waitFor();
    await page.keyboard.press('h');
    await expect.poll(() => page.url()).toContain('it=742064');
    await expect.poll(() => page.getByRole('radio', { name: 'held' }).getAttribute('aria-checked')).toBe('true');
  });

  it('takes a lost runner for what it is', async () => {
    const page = await open('/r/7K4Q');
    fake.send('7K4Q', 'run', { status: 'running', control: 'none', alive: false });
    await page.getByText(/^A runner stopped.*Another one takes over from iteration 742,119\.$/).waitFor();
  });
});

describeInBrowser('other loops', () => {
  it('shows levels as stacked scores and goes out and in by keys', async () => {
    const page = await open('/r/3F9D/l/site[37]/page?it=817');
    await page.getByRole('slider', { name: 'Score of Each site' }).waitFor();
    await expect
      .poll(() => page.getByRole('slider', { name: 'Score of Each site' }).getAttribute('aria-valuetext'))
      .toMatch(/^Iteration 38 of 412, 1,284 inside, 13 of them failed$/);
    await heading(page, 'Iteration 817').waitFor();
    const attempts = page.getByRole('list', { name: 'Attempts of Ask model' }).getByRole('listitem');
    await expect.poll(() => attempts.count()).toBe(3);
    await expect
      .poll(() => attempts.last().innerText())
      .toMatch(/^Attempt 3 failed\s+after 2\.9\ss\s+took 1\.2\ss\s+A product could not/);
    await page.getByRole('tab', { name: 'Arguments' }).click();
    await page.getByText('What does').first().waitFor();
    await page.locator('[data-part="inner-loop"]').waitFor();
    await page.keyboard.press('Control+ArrowDown');
    await expect
      .poll(() => page.url())
      .toContain('/site%5B37%5D/page%5B816%5D/product'.replaceAll('%5B', '[').replaceAll('%5D', ']'));
    await page.getByText('every 3rd').first().waitFor();
    await page.keyboard.press('Control+ArrowUp');
    await expect.poll(() => page.url()).toMatch(/page\?it=817$/);
  });

  it('compares with the nearest completed one and says what the failed have in common', async () => {
    const page = await open('/r/3F9D/l/site[37]/page[816]/product?it=9');
    await heading(page, 'Iteration 9').waitFor();
    await page.keyboard.press('=');
    await heading(page, 'Compare two iterations').waitFor();
    await page.getByText(/none of 500 completed ones looked at has it/).waitFor();
    await expect.poll(() => page.url()).toContain('with=8');
  });

  it.each([
    ['three', 3],
    ['thousand', 1284],
    ['waiting', 40_000],
  ])('shows %s', async (run, total) => {
    const page = await open(`/r/${run}`);
    await expect.poll(() => scoreOf(page).getAttribute('aria-valuemax')).toBe(String(total));
  });

  it('says that an empty list is an empty list', async () => {
    const page = await visit('/r/empty');
    await page.getByText('Nothing repeats in this run.').waitFor();
  });
});

describeInBrowser('for everybody', () => {
  it('has no serious findings of axe, in the light and in the dark', async () => {
    const page = await open('/r/7K4Q?status=failed&cause=json&it=701112');
    await heading(page, 'Iteration 701,112').waitFor();
    await settled(page);
    expect(await hurdlesInBothThemes(page)).toEqual([]);
  });
});
