/** The start: a fresh installation, its owner, signing out and in again, a second start. */
import { expect, it } from 'vitest';
import { openPage } from './browser.ts';
import { describeInBrowser, studioTests } from './hooks.ts';
import { OWNER, setUp, signIn } from './studio.ts';

const studioOf = studioTests();

describeInBrowser('a fresh installation', () => {
  it('is made somebody’s by the printed link, once', async () => {
    const studio = await studioOf();
    const link = studio.setupLink ?? '';
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/setup\?token=\S{20,}$/);
    const { page } = await openPage();
    await page.goto(studio.url);
    await page.getByRole('heading', { name: 'Make this yours' }).waitFor();
    await setUp(page, link);
    await page.getByRole('link', { name: 'Say hello to 150 people' }).first().waitFor();
    await expect.poll(() => page.url(), { message: 'the token is nowhere' }).toBe(`${studio.url}/`);

    const other = await openPage();
    await other.page.goto(link);
    await other.page.getByLabel('Your name').fill('Mallory');
    await other.page.getByLabel('Password', { exact: true }).fill('somebody who found the link');
    await other.page.getByLabel('Password again').fill('somebody who found the link');
    await other.page.getByRole('button', { name: 'Done' }).click();
    await other.page.getByRole('alert').getByText('has an owner').waitFor();
    other.forgive(/POST .*\/setup/);
    await other.page.goto(studio.url);
    await other.page.getByRole('button', { name: 'Sign in' }).waitFor();
  });

  it('lets its owner in by name and password only, and forgets them when they leave', async () => {
    const studio = await studioOf();
    await studio.hasOwner();
    const { page, forgive } = await openPage();
    await page.goto(`${studio.url}/runs`);
    await page.getByLabel('Name').fill(OWNER.name);
    await page.getByLabel('Password').fill('not this one at all');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    forgive(/401: POST/);
    await signIn(page);
    // The address that was asked for.
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    await page.getByRole('button', { name: `You: ${OWNER.name}` }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect((await page.context().cookies()).filter(({ value }) => value !== '')).toEqual([]);
  });

  it('keeps sessions over a restart and prints no link again', async () => {
    const studio = await studioOf();
    await studio.hasOwner();
    const { page, close } = await openPage();
    await page.goto(studio.url);
    await signIn(page);
    const state = await page.context().storageState();
    await close();
    await studio.restart();
    expect(studio.setupLink).toBe(null);
    const again = await openPage({ storageState: state });
    await again.page.goto(studio.url);
    await again.page.getByRole('link', { name: 'Say hello to 150 people' }).first().waitFor();
  });
});
