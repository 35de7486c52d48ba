/** Every screen in both themes: no serious finding of axe. And the main ways through the studio by keyboard alone. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { hurdlesInBothThemes } from './axe.ts';
import { openPage, settled } from './browser.ts';
import { describeInBrowser, studioTests } from './hooks.ts';
import { dropFile, go, type Studio, until } from './studio.ts';

const studioOf = studioTests();

/** A finished run of the first workflow, with its three failures. */
const samples = new Map<Studio, Promise<string>>();
function sampleRun(studio: Studio): Promise<string> {
  const made = samples.get(studio) ?? runSample(studio);
  samples.set(studio, made);
  return made;
}

async function runSample(studio: Studio): Promise<string> {
  const { id } = await studio.call('POST /workflows/{id}/runs', { params: { id: 'say-hello' }, body: {} });
  await until(async () => {
    const { status } = await studio.call('GET /runs/{id}', { params: { id } });
    return status === 'completed' ? status : null;
  }, 'the first workflow has run');
  return id;
}

describeInBrowser('every screen', () => {
  it('has no serious finding, in the light and in the dark', async () => {
    const studio = await studioOf();
    const run = await sampleRun(studio);
    const { page } = await studio.open('/', { reducedMotion: 'reduce' });
    const screens: readonly (readonly [path: string, ready: string])[] = [
      ['/', 'Workflows'],
      ['/workflows', 'Workflows'],
      ['/runs', 'Runs'],
      ['/w/say-hello/runs', 'Runs'],
      [`/r/${run}`, 'Score'],
      [`/r/${run}?status=failed&it=41`, 'Iteration 41'],
      [`/r/${run}/timeline`, 'Each person'],
      [`/r/${run}?by=duration`, 'median'],
      [`/r/${run}/canvas?it=41`, 'in this iteration'],
      [`/r/${run}/output`, 'Hello'],
      ['/w/say-hello', 'Each person'],
      ['/w/say-hello/n/hello', 'Loop'],
      ['/w/say-hello/n/each', 'Loop'],
      ['/secrets', 'Secrets'],
      ['/settings/general', 'Theme'],
      ['/settings/models', 'Suggestions'],
      ['/settings/limits', 'Limits'],
      ['/settings/retention', 'Retention'],
      ['/settings/tokens', 'Tokens'],
      ['/settings/people', 'People'],
      ['/settings/about', 'About'],
      ['/nothing/here', 'Home'],
    ];
    const all: string[] = [];
    for (const [path, ready] of screens) {
      await go(page, path);
      await page.getByText(ready).first().waitFor();
      await settled(page);
      all.push(...(await hurdlesInBothThemes(page)).map((line) => `${path} ${line}`));
    }
    // The import dialog, with something chosen.
    await go(page, '/');
    await page.getByRole('heading', { name: 'Workflows' }).waitFor();
    await dropFile(page, 'orders.json', readFileSync(new URL('fixtures/orders-n8n.json', import.meta.url), 'utf8'));
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Nothing is saved until you convert').waitFor();
    await dialog.getByRole('region', { name: 'What is converted' }).getByRole('button').first().click();
    all.push(...(await hurdlesInBothThemes(page)).map((line) => `import ${line}`));
    expect(all).toEqual([]);
  });

  it('has none before anybody is signed in either', async () => {
    const studio = await studioOf();
    await sampleRun(studio);
    const { page } = await openPage({ reducedMotion: 'reduce' });
    await page.goto(studio.url);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await hurdlesInBothThemes(page)).toEqual([]);
  });

  it('can be walked by keyboard alone: find, open, run, look at a failure', async () => {
    const studio = await studioOf();
    await sampleRun(studio);
    const { page } = await studio.open('/');
    await page.getByRole('link', { name: 'Say hello to 150 people' }).first().waitFor();

    // The first stop leads past the rail; every stop can be seen.
    await page.keyboard.press('Tab');
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    for (let at = 0; at < 12; at += 1) {
      await page.keyboard.press('Tab');
      const ring = await page.evaluate(
        `(() => { const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
          return outlineStyle !== 'none' && outlineWidth !== '0px' || boxShadow !== 'none'; })()`,
      );
      expect([at, ring]).toEqual([at, true]);
    }

    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').waitFor();
    await page.keyboard.type('say hello');
    await page
      .getByRole('option', { name: /Say hello to 150 people/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Each person').first().waitFor();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/w/say-hello');

    await page.keyboard.press('Control+Enter');
    await page
      .getByRole('button', { name: /^Pause/ })
      .first()
      .waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    await page.goto(`${studio.url}/r/${await sampleRun(studio)}`);
    await page.getByRole('slider').first().waitFor();
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'Iteration 41' }).waitFor();
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'Iteration 88' }).waitFor();
    await page.keyboard.press('Shift+N');
    await page.getByRole('heading', { name: 'Iteration 41' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Re-run the failed').waitFor();
  });
});
