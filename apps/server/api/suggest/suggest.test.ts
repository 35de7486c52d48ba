/** Proposals for the list of a loop: a real server, a real run, the bundled model server behind the network guard. */
import { afterEach, expect, it } from 'vitest';
import { ApiError, createClient, type Call } from '@rondo/api/client.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { parseDefinition } from '@rondo/core/model/format.ts';
import { startModelServer, type ModelServer } from '../../../model-server/server.ts';
import { json, startStudio, studioTests, type StartedStudio } from '../../testing/start-studio.ts';

studioTests();

const KEY = 'sk-rather-secret-0123456789';
let models: ModelServer | null = null;
afterEach(async () => {
  await models?.close();
  models = null;
});

const BOOK = `
id: book
name: Book
nodes:
  start: { type: manual }
  outline:
    type: set
    after: start
    with:
      fields:
        book: "{{ { author: 'Ada Confidential', tags: ['x', 'y'], chapters: [{ title: 'Sea', pages: 9 }, { title: 'Sky', pages: 7 }] } }}"
        counts: { a: 1, b: 2 }
  write:
    type: for-each
    title: Write each chapter
    after: outline
    body:
      words: { type: set, with: { fields: { text: "{{ $json.title + $json.pages }}" } } }
`;
const DEFINITION = parseDefinition(`rondo: 1${BOOK}`, 'book').definition as Definition;

interface Opened {
  studio: StartedStudio;
  api: Call;
  /** A run of the workflow that has ended. */
  run: string;
}

async function opened(settings: Record<string, string> = {}, runs = true): Promise<Opened> {
  models = await startModelServer({ apiKey: KEY });
  const studio = await startStudio(
    { 'book.yaml': BOOK },
    {
      secrets: { MODEL_KEY: KEY },
      given: {
        flag: { port: 0, egressAllow: ['127.0.0.1'] },
        environment: {},
        file: { suggestUrl: models.url, suggestModel: 'toy-chat', suggestSecret: 'MODEL_KEY', ...settings },
      },
    },
  );
  const token = studio.token(['workflow:read', 'workflow:write', 'run:start', 'run:read']);
  const api = createClient({ origin: studio.url, token });
  if (!runs) return { studio, api, run: '' };
  const { id } = await api('POST /workflows/{id}/runs', { params: { id: 'book' }, body: { mode: 'wait' } });
  return { studio, api, run: id };
}

const problem = (work: Promise<unknown>): Promise<ApiError> =>
  work.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => (error instanceof ApiError ? error : expect.fail(String(error))),
  );

it('proposes a list that was tried on the data of the last run, and tells the model shapes only', async () => {
  const { api, run, studio } = await opened();
  expect((await api('GET /expressions/names', {})).model).toBe('toy-chat');
  const found = await api('POST /expressions/suggest', {
    body: { definition: { ...DEFINITION }, node: 'write', task: 'Every chapter of the book', run: { id: run } },
  });
  expect(found).toMatchObject({
    expression: '{{ $json.book.chapters }}',
    count: 2,
    first: [
      { title: 'Sea', pages: 9 },
      { title: 'Sky', pages: 7 },
    ],
    model: 'toy-chat',
  });
  expect(found.told).toContain('- $json.book.chapters: list of 2, each an object (title: text, pages: number)');
  const sent = JSON.stringify(models?.facts().bodies);
  expect(sent).toContain('$json.book.author: text of 16 characters');
  expect(sent).not.toContain('Confidential');
  expect(sent).not.toContain(KEY);
  // Allowed by the person, short values go, too.
  await api('POST /expressions/suggest', {
    body: { definition: { ...DEFINITION }, node: 'write', run: { id: run }, values: true },
  });
  expect(JSON.stringify(models?.facts().bodies)).toContain('Confidential');
  // Data left the house, so the log says so.
  const owner = await studio.owner();
  expect(await (await owner('/api/v1/audit')).text()).toContain('expression.suggest');
});

it('asks once more with the mistake, then says clearly that there is none, and not too often', async () => {
  const { api, run } = await opened();
  const ask = (...answers: unknown[]) => {
    const task = answers.map((one) => `json: ${JSON.stringify(one)}`).join('\nthen:\n');
    const body = { definition: { ...DEFINITION }, node: 'write', task: `The chapters.\n${task}`, run: { id: run } };
    return api('POST /expressions/suggest', { body });
  };
  const lastSaid = (): string => {
    const [body] = (models?.facts().bodies ?? []).slice(-1) as { messages: { content: string }[] }[];
    return body?.messages.at(-1)?.content ?? '';
  };
  const good = { expression: '$json.book.chapters', why: 'They are the chapters.' };
  for (const [bad, said] of [
    [{ expression: '$json.book.chapters.map(', why: '' }, /cannot be used/],
    [{ expression: 'fetch("https://evil.example")', why: '' }, /fetch/],
    [{ expression: "$('nowhere').all()", why: '' }, /nowhere/],
    [{ expression: '$json.counts', why: '' }, /gives object, not a list/],
    [{ expression: '$json.book.tags.filter(() => false)', why: '' }, /empty list/],
    [{ expression: '$json.none.such', why: '' }, /cannot be used/],
    [{ expression: '(() => { for (;;) {} })()', why: '' }, /cannot be used/],
    ['no object', /not a JSON object/],
  ] as const) {
    expect(await ask(bad, good)).toMatchObject({ expression: '{{ $json.book.chapters }}', count: 2, why: good.why });
    expect(lastSaid()).toMatch(said);
  }
  // A second mistake ends it, and so does asking again and again.
  const before = models?.facts().chats ?? 0;
  const body = {
    definition: { ...DEFINITION },
    node: 'write',
    task: 'A list.\njson: {"expression": "$json.counts", "why": ""}',
    run: { id: run },
  };
  expect(await problem(api('POST /expressions/suggest', { body }))).toMatchObject({
    code: 'no-suggestion',
    message: expect.stringContaining('$json.counts gives object, not a list') as string,
  });
  expect((models?.facts().chats ?? 0) - before).toBe(2);
  const refused: string[] = [];
  for (let at = 0; at < 30 && !refused.includes('too-many-requests'); at += 1)
    refused.push((await problem(api('POST /expressions/suggest', { body }))).code);
  expect(refused.at(-1)).toBe('too-many-requests');
});

it('says what is missing: data, the key', async () => {
  const { api } = await opened({ suggestSecret: 'NOT_THERE' }, false);
  const body = { definition: { ...DEFINITION }, node: 'write' };
  expect(await problem(api('POST /expressions/suggest', { body }))).toMatchObject({ code: 'no-data' });
  // Pinned data is data.
  const pinned = structuredClone(DEFINITION);
  (pinned.nodes['outline'] as { pin?: unknown }).pin = [{ rows: [1, 2, 3] }];
  expect(
    await problem(api('POST /expressions/suggest', { body: { ...body, definition: { ...pinned } } })),
  ).toMatchObject({ code: 'model-settings', message: expect.stringContaining('NOT_THERE') as string });
  expect(models?.facts().chats).toBe(0);
});

it('goes out through the network guard only, and is for those who edit', async () => {
  const bare = await startStudio({ 'book.yaml': BOOK });
  const token = bare.token(['workflow:read', 'workflow:write']);
  const api = createClient({ origin: bare.url, token });
  const definition = structuredClone(DEFINITION) as Definition;
  (definition.nodes['outline'] as { pin?: unknown }).pin = [{ rows: [1, 2, 3] }];
  const body = { definition: { ...definition }, node: 'write' };
  expect(await problem(api('POST /expressions/suggest', { body }))).toMatchObject({ code: 'no-model' });
  const owner = await bare.owner();
  const set = (name: string, value: unknown) => owner(`/api/v1/settings/${name}`, json('PUT', { value }));
  expect((await set('suggestUrl', 'ftp://x')).status).toBe(422);
  expect((await set('suggestUrl', 'http://127.0.0.1:9/v1')).status).toBe(200);
  expect((await set('suggestModel', 'any')).status).toBe(200);
  expect(await problem(api('POST /expressions/suggest', { body }))).toMatchObject({
    code: 'model-settings',
    message: expect.stringContaining('127.0.0.1') as string,
  });
  const viewer = createClient({ origin: bare.url, token: bare.token(['workflow:read', 'run:read']) });
  expect((await problem(viewer('POST /expressions/suggest', { body }))).code).toBe('scope-missing');
  // What runs had is for those who may read runs.
  const writer = createClient({ origin: bare.url, token: bare.token(['workflow:read', 'workflow:write']) });
  const run = { id: 'any', loop: 'each', index: 0 };
  expect((await problem(writer('POST /expressions/suggest', { body: { ...body, run } }))).code).toBe('scope-missing');
  const asked = { template: '{{ $json }}', run: { id: 'any', loop: 'each', indices: [0], node: 'a' } };
  expect((await problem(writer('POST /expressions/preview', { body: asked }))).code).toBe('scope-missing');
});
