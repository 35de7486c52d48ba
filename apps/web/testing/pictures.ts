/**
 * Owns pictures of the screens on made-up data: `node apps/web/testing/pictures.ts FOLDER [NAME...]`. Each at two sizes
 * and in two themes; says which requests failed and what the page complained about.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { answers } from './answers.ts';
import { type Answers, startFixture } from './server.ts';

interface Picture {
  name: string;
  path: string;
  answers?: Answers;
  /** What is done before the picture is taken. */
  act?(page: Page): Promise<void>;
}

async function openDialog(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  await page.getByRole('dialog').waitFor();
}

const PICTURES: readonly Picture[] = [
  { name: 'home', path: '/' },
  { name: 'home-new', path: '/', answers: answers({ workflows: 0 }) },
  { name: 'home-viewer', path: '/', answers: answers({ role: 'viewer' }) },
  { name: 'templates', path: '/', act: (page) => openDialog(page, 'c') },
  { name: 'runs', path: '/runs' },
  { name: 'find', path: '/', act: (page) => openDialog(page, 'Control+k') },
  { name: 'keys', path: '/', act: (page) => openDialog(page, '?') },
  { name: 'secrets', path: '/secrets' },
  { name: 'settings', path: '/settings/general' },
  { name: 'limits', path: '/settings/limits' },
  { name: 'retention', path: '/settings/retention' },
  { name: 'tokens', path: '/settings/tokens' },
  { name: 'people', path: '/settings/people' },
  { name: 'sign-in', path: '/', answers: answers({ signedIn: false }) },
  { name: 'set-up', path: '/setup?token=abc', answers: answers({ setup: true }) },
  { name: 'nothing', path: '/nothing/here' },
];

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
];

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
}

async function take(browser: Browser, picture: Picture, folder: string): Promise<void> {
  const fixture = await startFixture(picture.answers ?? answers());
  try {
    for (const viewport of SIZES) {
      for (const theme of ['light', 'dark'] as const) {
        const page = await browser.newPage({ viewport, colorScheme: theme, reducedMotion: 'reduce' });
        page.on('console', (line) => line.type() !== 'info' && console.log(`${picture.name}: ${line.text()}`));
        page.on('pageerror', (error) => console.log(`${picture.name}: ${error.message}`));
        await page.goto(fixture.url + picture.path, { waitUntil: 'networkidle' });
        await picture.act?.(page);
        await page.waitForLoadState('networkidle');
        await page.evaluate(() => document.fonts.ready.then(() => undefined));
        await page.screenshot({ path: join(folder, `${picture.name}-${theme}-${viewport.width}.png`) });
        await page.close();
      }
    }
  } finally {
    await fixture.close();
  }
}

if (import.meta.main) {
  const [folder = 'out', ...names] = process.argv.slice(2);
  mkdirSync(folder, { recursive: true });
  const browser = await launch();
  try {
    for (const picture of PICTURES) {
      if (names.length === 0 || names.includes(picture.name)) await take(browser, picture, folder);
    }
  } finally {
    await browser.close();
  }
}
