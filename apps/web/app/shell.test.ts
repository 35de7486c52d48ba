/** The shell in a real browser, on made-up answers over real HTTP: every screen, its keys, its states. */
import { afterEach, beforeAll, expect, it } from 'vitest';
import { hurdles, hurdlesInBothThemes } from '../../../tests/studio/axe.ts';
import { breaches, openPage, type PageOptions, settled, type Watched } from '../../../tests/studio/browser.ts';
import { browserTests, describeInBrowser } from '../../../tests/studio/hooks.ts';
import { ensureBuilt } from '../build.ts';
import { answers } from '../testing/answers.ts';
import { type Answers, type Fixture, Refused, startFixture } from '../testing/server.ts';

interface Opened extends Watched {
  fixture: Fixture;
}
const fixtures: Fixture[] = [];

async function open(path: string, given: Answers = answers(), options: PageOptions = {}): Promise<Opened> {
  const fixture = await startFixture(given);
  fixtures.push(fixture);
  const watched = await openPage({ reducedMotion: 'reduce', ...options });
  await watched.page.goto(fixture.url + path);
  await watched.page.locator('h1').first().waitFor();
  return { ...watched, fixture };
}

const SCREENS = [
  '/',
  '/workflows',
  '/runs',
  '/w/crawl/runs',
  '/secrets',
  '/settings/general',
  '/settings/limits',
  '/settings/tokens',
  '/settings/people',
  '/settings/about',
  '/nothing/here',
] as const;

// Registered first, so that it runs when the pages are closed.
afterEach(async () => {
  for (const one of fixtures.splice(0)) await one.close();
});
browserTests();

describeInBrowser('the shell', () => {
  beforeAll(async () => {
    await ensureBuilt(() => {});
  }, 120_000);

  it('has no trouble, no breach of the policy and no hurdle on any screen, in the light and in the dark', async () => {
    const { page, troubles, fixture } = await open('/');
    for (const path of SCREENS) {
      await page.goto(fixture.url + path);
      await page.locator('h1').first().waitFor();
      await settled(page);
      expect([path, ...(await hurdlesInBothThemes(page))]).toEqual([path]);
      expect([path, ...troubles, ...(await breaches(page))]).toEqual([path]);
    }
  });

  it('goes where its keys say, but not while somebody types', async () => {
    const { page } = await open('/');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.waitForURL('**/runs');
    const search = page.getByRole('searchbox', { name: 'Search runs' });
    await search.waitFor();
    await page.keyboard.press('s');
    await expect.poll(() => search.evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.type('gh crawl');
    await expect.poll(() => new URL(page.url()).pathname).toBe('/runs');
    await expect.poll(() => search.inputValue()).toBe('gh crawl');
    await page.goBack();
    await page.getByRole('heading', { name: 'Running now' }).waitFor();
    await page.keyboard.press('Shift+?');
    await page.getByRole('dialog', { name: 'Keys of this screen' }).getByText('New workflow').waitFor();
    expect(await hurdles(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('c');
    await page.getByRole('dialog', { name: 'New workflow' }).waitFor();
    expect(await hurdles(page)).toEqual([]);
  });

  it('finds with the keyboard alone', async () => {
    const { page, fixture } = await open('/secrets');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('walk');
    await page.getByRole('option', { name: 'Walk the drive' }).first().waitFor();
    await expect.poll(() => fixture.asked.some((line) => line.includes('search=walk'))).toBe(true);
    await expect.poll(() => page.getByRole('option').count()).toBeGreaterThan(1);
    expect(await hurdles(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/w/drive');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  });

  it('asks before effects are repeated, and names the number', async () => {
    const { page, fixture } = await open('/');
    const card = page.getByRole('article').filter({ hasText: 'Reply is not valid JSON' });
    await card.getByRole('button', { name: 'Re-run 318' }).click();
    await card.getByText('12 of these may already have sent their request').waitFor();
    expect(fixture.asked.filter((line) => line.includes('redrive'))).toEqual([
      'POST /runs/enrich-run/redrive?dry=true',
    ]);
    await card.getByRole('button', { name: 'Re-run 318 all the same' }).click();
    await page.getByRole('status').getByText('318 iterations of Enrich customers run again.').waitFor();
  });

  it('shows viewers every button and says why it is off', async () => {
    const { page, fixture } = await open('/', answers({ role: 'viewer' }));
    const button = page.getByRole('button', { name: 'New workflow' });
    await expect.poll(() => button.getAttribute('aria-disabled')).toBe('true');
    await button.focus();
    await page.getByRole('tooltip', { name: 'Needs the role editor. You are viewer.' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('c');
    await page.getByRole('button', { name: /^Run / }).first().click({ force: true });
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(fixture.asked.filter((line) => line.startsWith('POST'))).toEqual([]);
  });

  it('remembers the theme, before anything is painted', async () => {
    const { page } = await open('/settings/general', answers(), { alone: true });
    await page.getByRole('radio', { name: 'Dark' }).click();
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.addInitScript(
      `new MutationObserver(() => { globalThis.__first ??= document.documentElement.dataset.theme; })
        .observe(document, { subtree: true, childList: true, attributes: true });`,
    );
    await page.reload();
    await page.locator('h1').first().waitFor();
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
    await expect
      .poll(() => page.evaluate('getComputedStyle(document.documentElement).backgroundColor'))
      .toBe('rgb(11, 16, 15)');
  });

  it('says when the server does not answer, keeps what it has, and notices when it is back', async () => {
    const { page, fixture, forgive } = await open('/', answers(), { alone: true });
    await page.getByRole('link', { name: 'Price watch' }).first().waitFor();
    await page.context().setOffline(true);
    await page.getByText(/^Not connected since \d\d:\d\d/).waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'Price watch' }).first().isVisible()).toBe(true);
    await page.context().setOffline(false);
    await expect.poll(() => page.getByText(/^Not connected/).count()).toBe(0);
    forgive(/./);
    expect(fixture.asked.length).toBeGreaterThan(0);
  });

  it('signs in, and comes back to the address that was asked for', async () => {
    const { page, forgive, troubles } = await open('/secrets', answers({ signedIn: false }));
    await page.getByLabel('Name').fill('Ana');
    await page.getByLabel('Password').fill('not it');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Name or password is wrong.').waitFor();
    expect(await hurdles(page)).toEqual([]);
    await page.getByLabel('Password').fill('correct horse battery');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Secrets' }).waitFor();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/secrets');
    forgive(/^401: POST/);
    expect(troubles).toEqual([]);
  });

  it('shows the way in when the session has ended, and goes on after it', async () => {
    const usual = answers();
    let isOver = false;
    const over = (): never => {
      throw new Refused(401, 'signed-out', 'Sign in first.');
    };
    const { page, forgive } = await open('/secrets', {
      ...usual,
      'GET /me': (asked) => (isOver ? over() : (usual['GET /me']?.(asked) ?? over())),
      'PUT /secrets/{name}': over,
      'POST /session': (asked) => {
        isOver = false;
        return usual['POST /session']?.(asked) ?? over();
      },
    });
    await page.getByRole('button', { name: 'Change OPENAI_KEY' }).click();
    isOver = true;
    await page.getByRole('button', { name: 'Save the change' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('Name').fill('Ana');
    await page.getByLabel('Password').fill('correct horse battery');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Secrets' }).waitFor();
    forgive(/^401: (PUT|GET) /);
  });

  it('makes the owner with the token of the link, which leaves the address at once', async () => {
    let given: unknown;
    const own: Answers = {
      ...answers({ setup: true }),
      'POST /setup': ({ body }) => {
        given = body;
        return { name: 'Ana', role: 'owner', scopes: ['workflow:read', 'run:read'], setup: false };
      },
    };
    const { page } = await open('/setup?token=abc', own);
    await expect.poll(() => new URL(page.url()).search).toBe('');
    await page.getByLabel('Your name').fill('Ana');
    await page.getByLabel('Password', { exact: true }).fill('too short');
    await page.getByLabel('Password again').fill('too short');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('At least 12 characters; it has 9.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill('a quiet morning');
    await page.getByLabel('Password again').fill('a quiet morning');
    expect(await hurdles(page)).toEqual([]);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'Rondo' }).waitFor();
    expect(given).toEqual({ token: 'abc', name: 'Ana', password: 'a quiet morning' });
  });

  it('shows the token of a machine once, and never the value of a secret', async () => {
    const { page } = await open('/settings/tokens');
    await page.getByRole('button', { name: 'New token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('Nightly');
    expect(await hurdles(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make the token' }).click();
    await dialog.getByText(/^rondo_/).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).first().click();
    await expect.poll(() => page.getByText(/^rondo_/).count()).toBe(0);
    await page.goto(`${new URL(page.url()).origin}/secrets`);
    await page.getByRole('button', { name: 'Change OPENAI_KEY' }).click();
    await expect.poll(() => page.getByRole('dialog').getByLabel('Value').inputValue()).toBe('');
    expect(await hurdles(page)).toEqual([]);
  });
});
