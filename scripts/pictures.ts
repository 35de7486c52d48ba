/**
 * Owns the pictures of the documentation: `npm run pictures`. Starts a real server with sample data in a folder of its
 * own, walks the screens in both themes and two sizes, and writes docs/pictures/. With names, only those.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { closeBrowser } from '../tests/studio/browser.ts';
import { MILLION_RUN, writeMillion } from '../tests/studio/million.ts';
import { dropFile, startStudio, type Studio, until } from '../tests/studio/studio.ts';
import { ROOT } from './repository.ts';

interface Picture {
  name: string;
  path: string;
  /** Text that is there when the screen is. */
  ready: string;
  act?(page: Page): Promise<void>;
}

const N8N = join(ROOT, 'tests', 'studio', 'fixtures', 'orders-n8n.json');

const pictures = (sample: string): readonly Picture[] => [
  { name: 'home', path: '/', ready: 'Say hello to 150 people' },
  { name: 'editor', path: '/w/say-hello', ready: 'Click a red cell' },
  { name: 'node', path: `/w/say-hello/n/hello?run=${sample}&loop=each&it=41`, ready: 'Iteration 41' },
  { name: 'run', path: `/r/${sample}?status=failed&it=41`, ready: 'Iteration 41' },
  { name: 'million', path: `/r/${MILLION_RUN}?status=failed`, ready: 'Reply is not valid JSON' },
  { name: 'runs', path: '/runs', ready: 'Started by' },
  {
    name: 'convert',
    path: '/',
    ready: 'Say hello to 150 people',
    act: async (page) => {
      await dropFile(page, 'orders-n8n.json', readFileSync(N8N, 'utf8'));
      await page.getByRole('dialog').getByText('Nothing is saved until you convert').waitFor();
    },
  },
  { name: 'secrets', path: '/secrets', ready: 'Secrets' },
  { name: 'settings', path: '/settings/general', ready: 'Theme' },
];

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
];

async function runSample(studio: Studio): Promise<string> {
  const { id } = await studio.call('POST /workflows/{id}/runs', { params: { id: 'say-hello' }, body: {} });
  await until(async () => {
    const { status } = await studio.call('GET /runs/{id}', { params: { id } });
    return status === 'completed' ? status : null;
  }, 'the sample has run');
  return id;
}

async function take(studio: Studio, picture: Picture, folder: string): Promise<void> {
  for (const viewport of SIZES) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, troubles, close } = await studio.open(picture.path, { viewport, colorScheme });
      await page.getByText(picture.ready).first().waitFor();
      await picture.act?.(page);
      await page.waitForLoadState('networkidle');
      await page.evaluate('document.fonts.ready.then(() => undefined)');
      await page.screenshot({ path: join(folder, `${picture.name}-${colorScheme}-${viewport.width}.png`) });
      for (const trouble of troubles) console.log(`${picture.name}: ${trouble}`);
      await close();
    }
  }
}

const wanted = process.argv.slice(2);
const folder = join(ROOT, 'docs', 'pictures');
mkdirSync(folder, { recursive: true });
const sampleFile = join(ROOT, 'apps', 'server', 'start', 'say-hello.yaml');
const studio = await startStudio({
  workflows: { 'say-hello.yaml': readFileSync(sampleFile, 'utf8') },
  prepare: (data) => writeMillion(data),
});
try {
  for (const picture of pictures(await runSample(studio))) {
    if (wanted.length === 0 || wanted.includes(picture.name)) await take(studio, picture, folder);
  }
} finally {
  await studio.close();
  await closeBrowser();
}
