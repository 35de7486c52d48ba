/** Values that try to run as script or markup, in every place that shows data: none runs, every page still works. */
import type { Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';
import { SECRET_NAME } from '../../packages/core/model/secret-name.ts';
import { breaches, settled, type Watched } from './browser.ts';
import { HOSTILE, INTRUDERS, UNNAMED } from './hostile-values.ts';
import { describeInBrowser, studioTests } from './hooks.ts';
import { dropFile, go, type Studio, until } from './studio.ts';

const [first = '', second = ''] = HOSTILE;
/** As they are, without the two other writings. */
const RAW = HOSTILE.filter((_, at) => at % 3 === 0);
/** The form of a value in which no template of an expression begins. */
const plain = (text: string): string => text.replaceAll('{{', '{ {');

/** Titles, notes and texts of a node for each value, after a loop over all of them. */
const everywhere = JSON.stringify({
  rondo: 1,
  id: 'everywhere',
  name: first,
  description: second,
  inputs: { rows: { type: 'array', description: second } },
  nodes: {
    start: { type: 'manual', title: first, notes: second },
    each: {
      type: 'for-each',
      title: first,
      notes: second,
      after: 'start',
      loop: { over: '{{ $vars.rows }}', parallel: 8, onError: 'null' },
      body: {
        look: {
          type: 'code',
          title: first,
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
          after: at % 10 === 0 ? 'each' : `n${at - 1}`,
          with: { keep: 'none', fields: { text: plain(text), [text]: 1 } },
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

const form = JSON.stringify({
  rondo: 1,
  id: 'form',
  name: first,
  nodes: {
    start: {
      type: 'form',
      with: {
        path: 'hostile',
        title: first,
        description: second,
        fields: HOSTILE.map(plain).map((text, at) => ({
          name: `f${at}`,
          label: text,
          help: text,
          placeholder: text,
          default: text,
        })),
      },
    },
  },
});

const studioOf = studioTests({
  workflows: {
    'everywhere.json': everywhere,
    'form.json': form,
    ...Object.fromEntries(HOSTILE.map((text, at) => [`named-${at}.json`, named(text, at)])),
  },
});

/** One run over all values: every second fails with itself as message. */
async function runAll(studio: Studio): Promise<string> {
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
}

describeInBrowser('hostile values', () => {
  /** The run of each server: there is another one after a test that failed. */
  const runs = new Map<Studio, Promise<string>>();
  let studio: Studio;
  let run = '';
  let watched: Watched;
  let page: Page;
  beforeEach(async () => {
    studio = await studioOf();
    const ran = runs.get(studio) ?? runAll(studio);
    runs.set(studio, ran);
    run = await ran;
    watched = await studio.open('/');
    page = watched.page;
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  }, 120_000);

  const expectHarmless = async (where: string): Promise<void> => {
    expect([where, await breaches(page)]).toEqual([where, []]);
    expect([where, await page.evaluate(INTRUDERS)]).toEqual([where, []]);
    // Forms are pages of their author, not of the studio.
    if (where !== 'form') expect([where, await page.evaluate(UNNAMED)]).toEqual([where, []]);
    expect([where, watched.troubles]).toEqual([where, []]);
  };
  /** At an address of the studio, with this text on it. */
  const look = async (path: string, text: string): Promise<void> => {
    await go(page, path);
    await page.getByText(text, { exact: false }).first().waitFor({ state: 'attached' });
    await expectHarmless(path);
  };

  it('meet a policy without holes', async () => {
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

  it('as names of workflows and runs', async () => {
    await look('/', first);
    await look('/workflows', first);
    await look('/runs', first);
    await look('/w/everywhere/runs', first);
    await page.keyboard.press('Control+k');
    const find = page.getByRole('dialog').getByRole('combobox');
    for (const text of RAW) await find.fill(text.slice(0, 200));
    await find.fill('ran ');
    await page.getByRole('dialog').getByRole('option').first().waitFor();
    await expectHarmless('find');
    await page.keyboard.press('Escape');
  });

  it('as titles and notes of nodes, on the canvas and in the panel', async () => {
    await look('/w/everywhere', first);
    for (let at = 0; at < HOSTILE.length; at += 3) {
      await go(page, `/w/everywhere/n/n${at}`);
      await page
        .getByText(HOSTILE[at] ?? '', { exact: false })
        .first()
        .waitFor({ state: 'attached' });
    }
    await expectHarmless('panel');
  });

  it('as items, keys, results, errors, logs and causes of a run', async () => {
    await look(`/r/${run}`, 'ran script');
    for (const part of ['input', 'result', 'logs']) {
      for (let at = 1; at <= HOSTILE.length; at += 3) {
        await go(page, `/r/${run}?it=${at}&part=${part}`);
        await page.getByRole('heading', { name: `Iteration ${at}`, exact: true }).waitFor();
      }
      await expectHarmless(part);
    }
    await look(`/r/${run}?status=failed&it=2&with=1`, 'Iteration 2');
    for (const view of ['timeline', 'canvas', 'output']) await look(`/r/${run}/${view}`, first);
  });

  it('as searches and parts of addresses', async () => {
    for (const text of RAW) {
      const part = encodeURIComponent(text);
      await go(page, `/runs?q=${part}&status=${part}&workflow=${part}&show=${part}`);
      await go(page, `/r/${run}?q=${part}&cause=${part}&by=${part}&step=${part}`);
      await go(page, `/settings/${part}`);
      await go(page, `/sign-in?back=${part}`);
    }
    for (const text of RAW) {
      const part = encodeURIComponent(text);
      for (const path of [`/r/${part}`, `/w/${part}`, `/w/${part}/n/${part}`, `/r/${run}/l/${part}`, `/${part}`]) {
        await go(page, path);
      }
    }
    await settled(page);
    watched.forgive(/^4(00|04|22): GET \/api\/v1\//);
    await look('/', first);
  });

  it('as names of people and tokens, and where secrets may be sent', async () => {
    for (const [at, text] of RAW.entries()) {
      const name = text.slice(0, 90);
      // Keeping a password is slow on purpose.
      if (at % 4 === 0) {
        await studio.call('POST /people', { body: { name, password: 'a password that nobody has', role: 'viewer' } });
      }
      await studio.call('POST /tokens', { body: { name, scopes: ['run:read'], expiresAt: null, workflows: [] } });
    }
    await look('/settings/people', 'ran script');
    await look('/settings/tokens', 'ran script');
    // A name that fits the rule is kept and shown; one that does not is refused in words.
    for (const text of RAW) {
      const stored = await studio
        .call('PUT /secrets/{name}', { params: { name: text }, body: { value: 'x' } })
        .then(() => 'stored', String);
      expect(stored).toMatch(SECRET_NAME.test(text) ? /^stored$/ : /name/);
    }
    expect(RAW.filter((text) => SECRET_NAME.test(text))).not.toEqual([]);
    await look('/secrets', 'ran script');
  });

  it('as files that are dropped', async () => {
    await go(page, '/');
    for (const text of RAW.filter((_, at) => at % 3 === 0)) {
      const node = {
        id: text,
        name: text,
        type: `n8n-nodes-base.${text}`,
        parameters: { value: text },
        position: [0, 0],
      };
      const file = JSON.stringify({
        name: text,
        nodes: [{ ...node, typeVersion: 1 }],
        connections: { [text]: { main: [] } },
      });
      await dropFile(page, text, file);
      await page.getByRole('dialog').waitFor();
      await page.getByRole('dialog').getByText('ran ', { exact: false }).first().waitFor({ state: 'attached' });
      await expectHarmless(`drop ${text}`);
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  });

  it('on pages that the server itself makes', async () => {
    await page.goto(`${studio.url}/forms/hostile`);
    await page.getByText('ran script').first().waitFor();
    await expectHarmless('form');
  });
});
