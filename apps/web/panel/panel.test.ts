/**
 * Owns tests of the node panel in real Chromium, over HTTP, on one run of a million iterations: the loop as a sentence,
 * forms from schemas, expressions with completion and preview, data of the held iteration, keys, what a viewer may.
 */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { Definition, NodeDefinition } from '@rondo/core/model/definition.ts';
import { type Asked, hurdles, hurdlesInBothThemes } from '../../../tests/studio/axe.ts';
import { openPage, settled, type Watched } from '../../../tests/studio/browser.ts';
import { browserTests, describeInBrowser } from '../../../tests/studio/hooks.ts';
import { ensureBuilt } from '../build.ts';
import { answers as others } from '../testing/answers.ts';
import { DEFINITION, panelAnswers, type PanelOptions, type PanelState } from '../testing/panel-answers.ts';
import { type Fixture, startFixture } from '../testing/server.ts';

const BUILD_MS = 120_000;

let fixture: Fixture | null = null;
let watched: Watched | null = null;
let state: PanelState;

// Registered first, so that it runs when the pages are closed.
afterEach(async () => {
  await fixture?.close();
  fixture = null;
  watched = null;
});
browserTests();
beforeAll(async () => {
  await ensureBuilt(() => undefined);
}, BUILD_MS);

async function open(path: string, options: PanelOptions = {}, context: BrowserContextOptions = {}): Promise<Page> {
  const made = panelAnswers(options);
  state = made.state;
  fixture = await startFixture({ ...others(), ...made.answers }, { events: () => () => undefined });
  watched = await openPage({ locale: 'en-GB', reducedMotion: 'reduce', ...context });
  const { page } = watched;
  await page.goto(fixture.url + path);
  await page.getByRole('complementary', { name: /./ }).getByRole('heading', { name: 'Loop' }).waitFor();
  return page;
}

const ASK = '/w/customers/n/ask?it=701112';
const editor = (page: Page, name: string) => page.locator(`.cm-content[aria-label="${name}"]`);
const output = (page: Page) => page.getByRole('region', { name: 'Output', exact: true });
const input = (page: Page) => page.getByRole('region', { name: 'Input', exact: true });
/** The node as it is kept: in the browser at once, on the server a moment later. */
async function saved(id: string): Promise<NodeDefinition | undefined> {
  const draft = await watched?.page.evaluate(() => localStorage.getItem('rondo.draft.customers'));
  const { nodes } = draft == null ? state.definition : (JSON.parse(draft) as { definition: Definition }).definition;
  return nodes[id] ?? nodes['enrich']?.body?.[id];
}
const asked = (pattern: RegExp): string[] => fixture?.asked.filter((one) => pattern.test(one)) ?? [];

function changed(change: (body: Record<string, NodeDefinition>) => void): Definition {
  const definition = structuredClone(DEFINITION);
  change(definition.nodes['enrich']?.body ?? {});
  return definition;
}

const PANEL: Asked = { within: ['aside[aria-labelledby="panel-title"]', 'nav[aria-label^="Outline"]'] };

describeInBrowser('the loop section', () => {
  it('is a sentence whose words change the workflow, and says why the rest cannot apply', async () => {
    const page = await open('/w/customers/n/enrich');
    const loop = page.getByRole('region', { name: 'Loop', exact: true });
    expect((await loop.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
      /Run once per item.*in parallel, at most.*100 \/ s.*If one fails.*then drop it.*and stop at.*5 %.*failed.*Stop early.*never/,
    );
    await loop.getByRole('button', { name: 'Run: once per item' }).click();
    await page.getByRole('menuitemradio', { name: 'in batches of' }).click();
    await loop.getByRole('textbox', { name: 'Items in a batch' }).fill('50');
    await loop.getByRole('textbox', { name: 'In parallel' }).fill('8');
    await loop.getByRole('button', { name: 'Then: drop it' }).click();
    await page.getByRole('menuitemradio', { name: 'keep its place as null' }).click();
    await expect
      .poll(async () => (await saved('enrich'))?.loop)
      .toMatchObject({ size: 50, parallel: 8, onError: 'null' });
    // The same in the form.
    await loop.getByRole('button', { name: 'Form' }).click();
    await expect.poll(() => loop.getByRole('combobox', { name: 'Run', exact: true }).inputValue()).toBe('batch');
    await loop.getByRole('button', { name: 'Why not' }).click();
    await loop.getByText('Only a Loop has variables that an iteration hands to the next one.').waitFor();
    // Back to once per item and to batches again: the size was not lost.
    await loop.getByRole('combobox', { name: 'Run', exact: true }).selectOption('item');
    await expect.poll(async () => (await saved('enrich'))?.loop?.size).toBeUndefined();
    await loop.getByRole('combobox', { name: 'Run', exact: true }).selectOption('batch');
    await expect.poll(async () => (await saved('enrich'))?.loop?.size).toBe(50);
  });

  it('takes no number that cannot be, and keeps the one before', async () => {
    const page = await open('/w/customers/n/enrich');
    const parallel = page.getByRole('textbox', { name: 'In parallel' });
    await parallel.fill('0');
    await expect.poll(() => parallel.getAttribute('aria-invalid')).toBe('true');
    await parallel.press('Tab');
    await expect.poll(() => parallel.inputValue()).toBe('64');
  });

  it('leaves out what cannot apply to a node that takes all items together', async () => {
    const page = await open('/w/customers/n/totals');
    const loop = page.getByRole('region', { name: 'Loop', exact: true });
    await expect.poll(() => loop.getByRole('textbox', { name: 'In parallel' }).count()).toBe(0);
    await loop.getByRole('button', { name: 'Why not' }).click();
    await loop.getByText('It takes all items together.').waitFor();
  });

  it('says what it comes to, with the last run', async () => {
    const page = await open('/w/customers/n/enrich');
    const loop = page.getByRole('region', { name: 'Loop', exact: true });
    await loop.getByText('1,000,000').waitFor();
    await expect.poll(() => loop.innerText()).toMatch(/1,000,000 customers[^]*3.h 55.min, about \$ 412/);
  });

  it('proposes its list where a model is configured: an edit that is seen, taken or not, and undone', async () => {
    const page = await open('/w/customers/n/enrich', { model: 'house-8b' });
    const loop = page.getByRole('region', { name: 'Loop', exact: true });
    await loop.getByRole('button', { name: 'Suggest the list' }).click();
    await loop.getByRole('textbox', { name: 'What should it go through?' }).fill('every region');
    await loop.getByRole('button', { name: 'Ask house-8b' }).click();
    await loop.getByText('Regions is the list that the task names.').waitFor();
    expect(state.suggested).toMatchObject([
      { node: 'enrich', task: 'every region', values: false, run: { id: '7K4Q' } },
    ]);
    expect((await loop.innerText()).replaceAll(/\s+/g, ' ')).toContain(
      "the items that arrive + Proposed $('customers').first().json.regions",
    );
    await loop.getByText('41', { exact: true }).waitFor();
    expect(await hurdles(page, PANEL)).toEqual([]);
    // Seen is not done.
    expect((await saved('enrich'))?.loop?.over).toBeUndefined();
    await loop.getByRole('button', { name: 'Use it' }).click();
    await expect
      .poll(async () => (await saved('enrich'))?.loop?.over)
      .toBe("{{ $('customers').first().json.regions }}");
    await loop.getByRole('button', { name: 'The list it goes through' }).waitFor();
    await page.keyboard.press('ControlOrMeta+z');
    await expect.poll(async () => (await saved('enrich'))?.loop?.over).toBeUndefined();
    // What cannot go through another list is offered none.
    await page.goto(`${fixture?.url}/w/customers/n/totals`);
    await page.getByRole('region', { name: 'Loop', exact: true }).getByText('Run').first().waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Suggest the list' }).count()).toBe(0);
  });

  it('repairs what the compiler refuses, in place', async () => {
    const definition = changed((body) => {
      body['flag'] = {
        type: 'set',
        after: 'good.false',
        loop: { parallel: 5 },
        with: { fields: { was: '{{ $loop.previous }}' } },
      };
      if (body['ask'] !== undefined) delete body['ask'].with?.['temperature'];
    });
    definition.nodes['enrich'] = { ...(definition.nodes['enrich'] as NodeDefinition), loop: { parallel: 64 } };
    const page = await open('/w/customers/n/enrich', { definition });
    const loop = page.getByRole('region', { name: 'Loop', exact: true });
    await loop.getByText('cannot run 64 iterations at once').waitFor();
    await loop.getByRole('button', { name: 'Set parallel to 1' }).click();
    await expect.poll(async () => (await saved('enrich'))?.loop?.parallel).toBe(1);
    await expect.poll(() => loop.getByText('cannot run 64').count()).toBe(0);
  });
});

describeInBrowser('the form', () => {
  it('says what is wrong at its field, and keeps fields that the type does not know', async () => {
    const definition = changed((body) => {
      if (body['ask']?.with !== undefined) body['ask'].with['fromAfar'] = { kept: [1] };
    });
    const page = await open(ASK, { definition });
    await page.getByText('temperature must be a number, not text "warm".').waitFor();
    await page.getByText('A llm node has no parameter fromAfar', { exact: false }).waitFor();
    await editor(page, 'Model').fill('house-70b');
    await expect.poll(async () => (await saved('ask'))?.with?.['connection']).toMatchObject({ model: 'house-70b' });
    expect((await saved('ask'))?.with?.['fromAfar']).toEqual({ kept: [1] });
  });

  it('has an expression in every field, and the fixed value back', async () => {
    const page = await open(ASK, {
      definition: changed((body) => Object.assign(body['ask']?.with ?? {}, { temperature: 0.5 })),
    });
    await page.getByRole('button', { name: 'Temperature as an expression' }).click();
    await editor(page, 'Temperature').fill('$vars.threshold / 2');
    await expect.poll(async () => (await saved('ask'))?.with?.['temperature']).toBe('{{ $vars.threshold / 2 }}');
    await page.getByRole('button', { name: 'Temperature as an expression' }).click();
    await expect.poll(async () => (await saved('ask'))?.with?.['temperature']).toBe(0.5);
  });

  it('shows conditions in words, joined, and as one expression; each comes back', async () => {
    const page = await open('/w/customers/n/good');
    const test = page.getByRole('combobox', { name: 'Condition 1: test' });
    await expect.poll(() => test.locator('option:checked').innerText()).toBe('is at least');
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.getByRole('combobox', { name: 'Condition 2: test' }).selectOption('notEmpty');
    await editor(page, 'Condition 2: value').fill('{{ $json.sector }}');
    await page.getByRole('combobox', { name: 'Joined by' }).selectOption('or');
    await expect
      .poll(async () => (await saved('good'))?.with)
      .toEqual({
        conditions: [
          { left: '{{ $json.score }}', op: 'gte', right: 0.7 },
          { left: '{{ $json.sector }}', op: 'notEmpty' },
        ],
        combinator: 'or',
      });
    await page.getByRole('button', { name: 'one expression' }).first().click();
    await editor(page, 'When').fill('$json.score > 0.7');
    await expect.poll(async () => (await saved('good'))?.with?.['when']).toBe('{{ $json.score > 0.7 }}');
    expect((await saved('good'))?.with?.['conditions']).toBeUndefined();
    await page.getByRole('button', { name: 'Conditions', exact: true }).click();
    await expect.poll(async () => (await saved('good'))?.with?.['conditions']).toHaveLength(2);
  });

  it('edits keys and values of any kind', async () => {
    const page = await open('/w/customers/n/flag');
    await page.getByRole('button', { name: 'Add a field' }).click();
    await page.getByRole('textbox', { name: 'Name of the field' }).last().fill('level');
    await page.getByRole('combobox', { name: 'Kind of Value of level' }).selectOption('number');
    await page.getByRole('textbox', { name: 'Value of level' }).fill('3');
    await expect
      .poll(async () => (await saved('flag'))?.with?.['fields'])
      .toEqual({
        review: true,
        name: '{{ $loop.item.name }}',
        level: 3,
      });
    await page.getByRole('textbox', { name: 'Name of the field' }).last().fill('name');
    await page.getByText('There is one already.').waitFor();
    expect((await saved('flag'))?.with?.['fields']).toMatchObject({ level: 3 });
  });

  it('is equal to the text: each changes the other, and what cannot be read changes nothing', async () => {
    const page = await open('/w/customers/n/flag');
    await page.getByRole('tab', { name: 'As text' }).click();
    const text = editor(page, 'Flag for review as text');
    await text.fill('type: set\ntitle: Flag it\nwith:\n  fields:\n    review: false\n');
    await expect
      .poll(() => saved('flag'))
      .toEqual({ type: 'set', title: 'Flag it', with: { fields: { review: false } } });
    await page.getByRole('heading', { name: 'Flag it' }).waitFor();
    await editor(page, 'Flag it as text').fill('type: set\n  with: [');
    await page.getByText('The workflow keeps what it had.').waitFor();
    await page.getByRole('tab', { name: 'Set up' }).click();
    await expect
      .poll(() => page.getByRole('switch', { name: 'Value of review' }).getAttribute('aria-checked'))
      .toBe('false');
  });
});

describeInBrowser('expressions', () => {
  it('completes from the data of the held iteration and previews it on four, evaluated by the server', async () => {
    const page = await open(ASK);
    const prompt = editor(page, 'Prompt');
    await prompt.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('\nShop: {{ $loop.item.');
    const offers = page.getByRole('listbox');
    await offers.getByRole('option').filter({ hasText: 'nordlicht-log.example' }).first().waitFor();
    await expect
      .poll(() => offers.getByRole('option').filter({ hasText: 'email' }).innerText())
      .toMatch(/empty in 12 of 500/);
    expect((await offers.allInnerTexts()).join(' ')).toMatch(/one of 41 values[^]*0 to 31 items/);
    await page.keyboard.type('em');
    await expect.poll(() => offers.getByRole('option').count()).toBe(1);
    await page.keyboard.press('Enter');
    await expect.poll(() => prompt.innerText()).toMatch(/Shop: \{\{ \$loop\.item\.email ?\}\}/);
    const preview = page.getByRole('region', { name: 'Preview' });
    await expect
      .poll(() => preview.getByRole('listitem').allInnerTexts())
      .toEqual([
        expect.stringMatching(/701,112\s+Shop: info@nordlicht-log.example/),
        expect.stringMatching(/^1\s+Shop: hello@casaverde.example/),
        expect.stringMatching(/48,230\s+Shop: empty/),
        expect.stringMatching(/Shop: office@/),
      ]);
    // One line is what is asked about, of iterations by their number.
    expect(state.previews.at(-1)).toMatchObject({
      run: { id: '7K4Q', loop: 'enrich', node: 'ask', indices: [701_111, 0, 48_229, expect.any(Number)] },
    });
  });

  it('tells mistakes in the browser, with their fix', async () => {
    const page = await open(ASK);
    await editor(page, 'Model').fill('{{ $vras.MODEL }}');
    const panel = page.getByRole('complementary', { name: 'Ask model' });
    await panel.getByText('There is no name $vras here').waitFor();
    await panel.getByRole('button', { name: 'Use $vars.', exact: true }).click();
    await expect.poll(() => editor(page, 'Model').innerText()).toBe('{{ $vars.MODEL }}');
  });

  it('takes a field that is dragged, or chosen, from the input', async () => {
    const page = await open(ASK);
    const field = input(page).getByRole('button', { name: /^website/ });
    await field.dragTo(editor(page, 'Model'));
    await expect.poll(() => editor(page, 'Model').innerText()).toContain('{{ $loop.item.website }}');
    await editor(page, 'System').click();
    await page.keyboard.type('{{ ');
    await input(page)
      .getByRole('button', { name: /^country/ })
      .click();
    await expect.poll(() => editor(page, 'System').innerText()).toMatch(/^\{\{ \$loop\.item\.country ?\}\}$/);
  });

  it('has the whole height on Cmd E, and leaves it and the editor on Esc, one level at a time', async () => {
    const page = await open(ASK);
    const prompt = editor(page, 'Prompt');
    await prompt.click();
    await settled(page);
    const small = (await prompt.boundingBox())?.y ?? 0;
    await page.keyboard.press('Control+e');
    await expect.poll(async () => (await prompt.boundingBox())?.y ?? 0).toBeLessThan(small);
    await page.keyboard.press('Escape');
    await expect.poll(async () => (await prompt.boundingBox())?.y ?? 0).toBe(small);
    await page.keyboard.press('Escape');
    expect(
      await page.getByRole('heading', { name: 'Ask model' }).evaluate((one) => one === document.activeElement),
    ).toBe(true);
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => url.pathname === '/w/customers');
  });

  it('says that a preview needs data', async () => {
    const page = await open('/w/customers/n/ask', { ran: false });
    await editor(page, 'Prompt').click();
    await page.getByText('The preview needs data').waitFor();
    expect(state.previews).toEqual([]);
  });
});

describeInBrowser('data', () => {
  it('shows the error first, attempts, the reply, and the Score of the loop', async () => {
    const page = await open('/w/customers/n/ask');
    await output(page).getByText('Reply is not valid JSON').waitFor();
    await expect.poll(() => output(page).getByRole('list', { name: 'Attempts' }).getByRole('listitem').count()).toBe(3);
    await output(page).getByText('Sure! Here is the JSON', { exact: false }).waitFor();
    await output(page).getByText('318 like this one', { exact: false }).waitFor();
    await expect
      .poll(() => output(page).getByRole('link', { name: 'Open run' }).getAttribute('href'))
      .toBe('/r/7K4Q/l/enrich?it=701112');
  });

  it('compares with the nearest completed iteration: differences first, equal fields counted', async () => {
    const page = await open(ASK);
    await output(page).getByRole('button', { name: 'Compare with the nearest completed one' }).click();
    const comparison = output(page).getByRole('region', { name: 'Comparison' });
    await comparison.getByText('48,230').waitFor();
    expect((await comparison.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
      /Input: nothing differs\. Output 3 differences sector nothing · "logistics".*3 fields equal\./,
    );
    await expect
      .poll(() => comparison.getByRole('link', { name: 'All of it' }).getAttribute('href'))
      .toContain('it=701112');
    await output(page).getByRole('button', { name: 'Compare with the nearest completed one' }).click();
    await comparison.waitFor({ state: 'detached' });
  });

  it('goes from iteration to iteration by keys, and holds it in the address', async () => {
    const page = await open('/w/customers/n/ask');
    await page.getByRole('button', { name: 'Iteration 701,112' }).waitFor();
    await expect.poll(() => page.url()).not.toContain('it=');
    await page.keyboard.press('h');
    await expect.poll(() => new URL(page.url()).search).toBe('?it=701112');
    await page.getByRole('button', { name: 'held' }).waitFor();
    await settled(page);
    await page.keyboard.press('Alt+ArrowRight');
    await expect.poll(() => new URL(page.url()).search).toBe('?it=701113');
    await input(page).getByText('Company 701113').waitFor();
    await output(page).getByText('logistics').waitFor();
    await page.getByRole('button', { name: 'held' }).click();
    await expect.poll(() => new URL(page.url()).search).toBe('');
    await output(page).getByText('Reply is not valid JSON').waitFor();
    await page.getByRole('button', { name: 'Iteration 701,112' }).click();
    await page.getByRole('textbox', { name: 'Go to iteration, 1 to 1000000' }).fill('48,230');
    await page.keyboard.press('Enter');
    await input(page).getByText('Umbra Ltd').waitFor();
  });

  it('pins what came out, and lets it be edited', async () => {
    const page = await open('/w/customers/n/ask?it=3');
    await output(page).getByText('logistics').waitFor();
    await page.getByRole('button', { name: 'Pin', exact: true }).click();
    await expect.poll(async () => (await saved('ask'))?.pin).toEqual([{ sector: 'logistics', size: 240, score: 0.83 }]);
    await editor(page, 'Pinned items').fill('[{"score": 1}]');
    await expect.poll(async () => (await saved('ask'))?.pin).toEqual([{ score: 1 }]);
    await page.getByRole('button', { name: 'Pinned', exact: true }).click();
    await expect.poll(async () => (await saved('ask'))?.pin).toBeUndefined();
  });

  it('runs this node on the iteration that is shown, with exactly its item', async () => {
    const page = await open(ASK);
    await output(page).getByText('Reply is not valid JSON').waitFor();
    await page.getByRole('button', { name: /^Run on this iteration/ }).click();
    await expect.poll(() => state.started).toHaveLength(1);
    expect(state.started[0]).toEqual({
      upTo: 'ask',
      pins: { customers: [expect.objectContaining({ name: 'Nordlicht Logistik GmbH' })] },
    });
  });

  it('runs up to here where nothing has run yet', async () => {
    const page = await open('/w/customers/n/ask', { ran: false });
    await input(page).getByRole('button', { name: 'Run up to here' }).click();
    await expect.poll(() => state.started).toEqual([{ upTo: 'ask', pins: {} }]);
  });
});

describeInBrowser('the panel', () => {
  it('goes from node to node by keys and by the outline, and keeps the iteration', async () => {
    const page = await open(ASK);
    const outline = page.getByRole('navigation', { name: 'Outline of the workflow' });
    await expect.poll(() => outline.locator('[aria-current]').innerText()).toContain('Ask model');
    await page.keyboard.press('Alt+ArrowDown');
    await page.getByRole('heading', { name: 'Good match?' }).waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe('?it=701112');
    await outline.getByRole('link', { name: 'Fetch company' }).click();
    await page.getByRole('heading', { name: 'Fetch company' }).waitFor();
    await page.getByRole('button', { name: 'Back to the canvas' }).click();
    await page.waitForURL((url) => url.pathname === '/w/customers');
  });

  it('lets a viewer see everything and change nothing, and says which role may', async () => {
    const page = await open(ASK, { role: 'viewer' });
    await output(page).getByText('Reply is not valid JSON').waitFor();
    await expect.poll(() => editor(page, 'Prompt').getAttribute('aria-readonly')).toBe('true');
    await editor(page, 'Model').click();
    await page.keyboard.type('x');
    await expect.poll(() => editor(page, 'Model').innerText()).toBe('house-8b');
    await expect.poll(() => page.getByRole('button', { name: 'Run: once per item' }).count()).toBe(0);
    await page.getByRole('button', { name: /^Run on this iteration|^Run up to here/ }).hover();
    await page.getByRole('tooltip').getByText('Needs the role operator').first().waitFor();
    // Who is here, and what the check says of what is there already, is nobody's change.
    expect(asked(/^(PUT|POST \/workflows)/).filter((one) => !/\/(presence|check)$/.test(one))).toEqual([]);
  });

  it('has no hurdle, in the light and in the dark', async () => {
    const page = await open(ASK);
    await output(page).getByText('318 like this one', { exact: false }).waitFor();
    await editor(page, 'Prompt').click();
    await page.getByRole('region', { name: 'Preview' }).waitFor();
    expect(await hurdlesInBothThemes(page, PANEL)).toEqual([]);
    for (const node of ['enrich', 'good', 'flag']) {
      await page.goto(`${fixture?.url}/w/customers/n/${node}?it=3`);
      await page.getByRole('heading', { name: 'Loop' }).waitFor();
      await page.getByRole('button', { name: 'Form', exact: true }).click();
      await settled(page);
      expect([node, ...(await hurdlesInBothThemes(page, PANEL))]).toEqual([node]);
    }
  });

  it('shows values as text, whatever they hold', async () => {
    const definition = changed((body) => {
      if (body['ask'] !== undefined) body['ask'].title = '<img src=x onerror=alert(1)>';
    });
    const page = await open('/w/customers/n/ask', { definition });
    await page.getByRole('heading', { name: '<img src=x onerror=alert(1)>' }).waitFor();
    await expect.poll(() => page.locator('img[src="x"]').count()).toBe(0);
  });

  it('names characters that hide or turn others, in titles, values and code, and keeps the text', async () => {
    const title = 'invoice\u202egpj.exe\u200b';
    const definition = changed((body) => {
      if (body['ask'] !== undefined) body['ask'].title = title;
      if (body['fetch'] !== undefined) body['fetch'].with = { url: `https://a\u2066b.example` };
    });
    const page = await open('/w/customers/n/ask', { definition });
    const heading = page.locator('#panel-title');
    expect(
      await heading.locator('.odd').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['name'])),
    ).toEqual(['RLO', 'ZWSP']);
    // What is copied is the real text.
    expect(
      await heading.evaluate((element) => getSelection()?.selectAllChildren(element) ?? String(getSelection())),
    ).toBe(title);
    // The mark is what stands there, from left to right.
    const [before, mark] = await heading.evaluate((element) => {
      const range = document.createRange();
      range.selectNodeContents(element.querySelector('.odd-text')?.firstChild as Text);
      const place = element.querySelector('.odd')?.getBoundingClientRect();
      return [range.getBoundingClientRect().right, place?.left ?? 0, place?.width ?? 0];
    });
    expect(mark).toBeGreaterThanOrEqual((before ?? 0) - 1);
    expect(await hurdles(page, PANEL)).toEqual([]);
    await page.goto(`${fixture?.url}/w/customers/n/fetch`);
    await page.locator('.cm-content .odd[data-name="LRI"]').waitFor();
  });
});
