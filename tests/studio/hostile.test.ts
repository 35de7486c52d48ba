/** Values that try to run as script or markup, in every place that shows data: none runs, every page still works. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { breaches, chromiumPath, type Watched } from './browser.ts';
import { HOSTILE, INTRUDERS } from './hostile-values.ts';
import { type Studio, studioTests, until } from './studio.ts';

/** Titles, notes, expressions and texts of a node for each value, in a loop over all of them. */
const everywhere = JSON.stringify({
  rondo: 1,
  id: 'everywhere',
  name: HOSTILE[0],
  description: HOSTILE[1],
  inputs: { rows: { type: 'array', description: HOSTILE[2] } },
  nodes: {
    start: { type: 'manual', title: HOSTILE[3], notes: HOSTILE[4] },
    each: {
      type: 'for-each',
      title: HOSTILE[5],
      notes: HOSTILE[6],
      after: 'start',
      loop: { over: '{{ $vars.rows }}', parallel: 8, onError: 'null' },
      body: {
        look: {
          type: 'code',
          title: HOSTILE[7],
          with: {
            code: 'console.log($json.name); if ($json.bad) throw new Error($json.name); return { ...$json, seen: $json.name };',
          },
        },
      },
    },
    ...Object.fromEntries(
      HOSTILE.map((text, at) => [
        `n${at}`,
        {
          type: 'set',
          title: text,
          notes: text,
          after: at === 0 ? 'each' : `n${at - 1}`,
          with: { keep: 'none', fields: { text: text.replaceAll('{{', '{ {') } },
        },
      ]),
    ),
  },
});

const named = (text: string, at: number): string =>
  JSON.stringify({
    rondo: 1,
    id: `named-${at}`,
    name: text,
    description: text,
    nodes: { start: { type: 'webhook', title: text, with: { path: `hostile-${at}` } } },
  });

const studioOf = studioTests({
  workflows: {
    'everywhere.json': everywhere,
    ...Object.fromEntries(HOSTILE.map((text, at) => [`named-${at}.json`, named(text, at)])),
  },
});

/** One run over all values: half of them fail with themselves as message. */
let run: Promise<string> | null = null;
const runOf = (studio: Studio): Promise<string> =>
  (run ??= (async () => {
    const rows = HOSTILE.map((text, at) => ({ name: text, [text]: text, inner: { [text]: [text] }, bad: at % 2 === 1 }));
    const { id } = await studio.call('POST /workflows/{id}/runs', {
      params: { id: 'everywhere' },
      body: { input: { rows } },
    });
    await until(async () => {
      const { status } = await studio.call('GET /runs/{id}', { params: { id } });
      return status === 'completed' || status === 'failed' ? status : null;
    }, 'the run has ended');
    return id;
  })());

async function expectHarmless({ page, troubles }: Watched, where: string): Promise<void> {
  expect([where, await breaches(page)]).toEqual([where, []]);
  expect([where, await page.evaluate(INTRUDERS)]).toEqual([where, []]);
  expect([where, troubles]).toEqual([where, []]);
}

/** As a person would see it: without what no font draws. */
const seen = (text: string): string => text.replace(/[\u0000-\u001f\u2028\u2029\u202a-\u202e\u200b]/g, '').slice(0, 30);

async function expectText(page: Page, text: string): Promise<void> {
  await until(async () => ((await page.locator('body').innerText()).includes(text) ? true : null), `the page shows ${text}`);
}

describe.skipIf(chromiumPath === null)('hostile values', () => {
  it('meet a policy without holes', async () => {
    const studio = await studioOf();
    const policy = (await fetch(studio.url)).headers.get('content-security-policy') ?? '';
    const parts = Object.fromEntries(policy.split(';').map((part) => part.trim().split(/ (.*)/s)));
    expect(parts).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'connect-src': "'self'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    });
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(parts['object-src'] ?? parts['default-src']).toBe("'none'");
  });
});

export { expectHarmless, expectText, runOf, seen };
