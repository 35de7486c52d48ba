/** Workflows over HTTP: what is saved lies in the file and in a version, and nobody overwrites what they did not see. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apiTests, startApi } from '../../testing/start-api.ts';
import { serverTests, until } from '../../testing/start.ts';

apiTests();
serverTests();

const HOOK = `
id: hook
name: Orders
nodes:
  hook: { type: webhook, with: { path: orders } }
  each:
    type: for-each
    after: hook
    loop: { parallel: 2, onError: drop }
    body:
      half: { type: set, with: { fields: { n: "{{ $json.n / 2 }}" } } }
`;

it('saves, shows and deletes, and keeps what each version said', async () => {
  const { api, folder, url, write } = await startApi({ 'hook.yaml': HOOK });
  const { items } = await api('GET /workflows', {});
  expect(items).toMatchObject([
    {
      id: 'hook',
      name: 'Orders',
      file: 'hook.yaml',
      version: 1,
      nodes: 3,
      loops: 1,
      errors: 0,
      last: null,
      recent: [],
      triggers: [{ node: 'hook', kind: 'webhook', url: `${url}/hooks/orders`, method: 'POST' }],
    },
  ]);
  const text = '# mine\nrondo: 1\nname: New one\nnodes:\n  start: { type: manual }\n';
  const made = await api('POST /workflows', { body: { text, note: 'first' } });
  expect(made).toMatchObject({ id: 'new-one.yaml', version: 1, changedBy: 'token test', text, diagnostics: [] });
  expect(await readFile(join(folder, 'workflows', 'new-one.yaml'), 'utf8')).toBe(text);

  const broken = text.replace('manual', 'nonsense');
  const saved = await api('PUT /workflows/{id}', { params: { id: made.id }, body: { text: broken, version: 1 } });
  expect(saved).toMatchObject({ version: 2, id: made.id });
  expect(saved.diagnostics.map((one) => [one.severity, one.code, one.node])).toContainEqual([
    'error',
    'unknown-node-type',
    'start',
  ]);
  await expect(
    api('PUT /workflows/{id}', { params: { id: made.id }, body: { text, version: 1 } }),
  ).rejects.toMatchObject({ status: 409, code: 'version-conflict', details: { version: 2 } });
  await expect(
    api('PUT /workflows/{id}', { params: { id: made.id }, body: { text: 'nodes: [', version: 2 } }),
  ).rejects.toMatchObject({ status: 422, code: 'workflow-invalid' });

  // Somebody works on the file.
  await write({ 'new-one.yaml': 'name: Other\nnodes:\n  start: { type: manual }\n' });
  const versions = await api('GET /workflows/{id}/versions', { params: { id: made.id }, query: { limit: 2 } });
  expect(versions.items.map((one) => [one.version, one.changedBy])).toEqual([
    [3, null],
    [2, 'token test'],
  ]);
  const rest = await api('GET /workflows/{id}/versions', {
    params: { id: made.id },
    query: { limit: 2, cursor: versions.next ?? '' },
  });
  expect(rest).toMatchObject({ items: [{ version: 1, note: 'first' }], next: null });
  expect(await api('GET /workflows/{id}', { params: { id: made.id }, query: { version: 1 } })).toMatchObject({ text });

  await api('DELETE /workflows/{id}', { params: { id: made.id } });
  await expect(api('GET /workflows/{id}', { params: { id: made.id } })).rejects.toMatchObject({ status: 404 });
  await expect(api('GET /workflows', { query: { cursor: 'nonsense' } })).rejects.toMatchObject({
    status: 400,
    code: 'cursor-invalid',
  });
});

it('writes nothing outside its folder, and no file twice', async () => {
  const { api } = await startApi({ 'hook.yaml': HOOK });
  const definition = { rondo: 1, name: 'X', nodes: { start: { type: 'manual' } } };
  for (const file of ['../evil.yaml', '/etc/evil.yaml', '.hidden.yaml', 'a/../../b.yaml']) {
    await expect(api('POST /workflows', { body: { definition, file } }), file).rejects.toMatchObject({
      code: 'file-invalid',
    });
  }
  await expect(api('POST /workflows', { body: { definition, file: 'hook.yaml' } })).rejects.toMatchObject({
    status: 409,
  });
  await expect(api('POST /workflows', { body: { definition: { ...definition, id: 'hook' } } })).rejects.toMatchObject({
    code: 'id-taken',
  });
  expect((await api('POST /workflows', { body: { definition } })).file).toBe('x.yaml');
  expect((await api('POST /workflows', { body: { definition } })).file).toBe('x-2.yaml');
});

it('checks, explains and converts without saving', async () => {
  const { api } = await startApi();
  const checked = await api('POST /workflows/check', { body: { text: `rondo: 1\n${HOOK}` } });
  expect(checked.explanations.map(({ node, runs }) => [node, runs])).toEqual([
    ['hook', 'once'],
    ['each', 'per item'],
    ['half', 'once'],
  ]);
  expect(checked.plan).toContain('each');
  const wrong = await api('POST /workflows/check', { body: { text: 'rondo: 1\nname: x\nnodes: {a: {type: nope}}\n' } });
  expect(wrong).toMatchObject({ plan: null, diagnostics: [{ severity: 'error', code: 'unknown-node-type' }] });
  const n8n = JSON.stringify({
    name: 'From n8n',
    nodes: [
      {
        id: '1',
        name: 'Start',
        type: 'n8n-nodes-base.manualTrigger',
        typeVersion: 1,
        position: [0, 0],
        parameters: {},
      },
    ],
    connections: {},
  });
  const converted = await api('POST /workflows/convert', { body: { text: n8n, file: 'x.json' } });
  expect(converted).toMatchObject({ format: 'n8n', definition: { name: 'From n8n' } });
  expect(converted.text).toContain('rondo: 1');
  expect((await api('GET /workflows', {})).items).toEqual([]);
});

it('shows a token only the workflows that it is limited to', async () => {
  const { call, access } = await startApi({
    'hook.yaml': HOOK,
    'other.yaml': 'name: Other\nnodes: {a: {type: manual}}\n',
  });
  const { secret } = access.tokens.create({
    name: 'limited',
    scopes: ['workflow:read', 'run:start'],
    workflows: ['hook'],
    expiresAt: null,
    createdBy: 'test',
  });
  const headers = { authorization: `Bearer ${secret}` };
  const answer = await until(async () => call('/api/v1/workflows', { headers }), 'an answer');
  const { items } = (await answer.json()) as { items: { id: string }[] };
  expect(items.map((one) => one.id)).toEqual(['hook']);
  expect((await call('/api/v1/workflows/other.yaml', { headers })).status).toBe(404);
  expect((await call('/api/v1/workflows/hook', { method: 'DELETE', headers })).status).toBe(403);
});

it('keeps what a person wrote in the file when a definition is saved, and makes no version of the same text', async () => {
  const text =
    '# Ask Ana first.\nrondo: 1\nname: Mine   # ours\nnodes:\n  # when we say so\n  start: { type: manual }\n';
  const { api, folder } = await startApi({ 'mine.yaml': '' });
  const made = await api('POST /workflows', { body: { text, file: 'own' } });
  const definition = structuredClone(made.definition) as Record<string, unknown> & { nodes: Record<string, unknown> };
  definition.nodes['next'] = { type: 'no-op', after: 'start' };
  const put = () => api('PUT /workflows/{id}', { params: { id: made.id }, body: { definition } });
  expect(await put()).toMatchObject({ version: 2, text: `${text}  next:\n    type: no-op\n    after: start\n` });
  // The same again is the version that there is.
  expect(await put()).toMatchObject({ version: 2 });
  expect(await readFile(join(folder, 'workflows', made.file), 'utf8')).toContain('# when we say so');
  // JSON stays JSON.
  const json = await api('POST /workflows', {
    body: { text: '{ "rondo": 1, "name": "J", "nodes": {} }\n', file: 'own2' },
  });
  const saved = await api('PUT /workflows/{id}', {
    params: { id: json.id },
    body: { definition: { rondo: 1, name: 'J', nodes: { a: { type: 'manual' } } } },
  });
  expect(JSON.parse(saved.text)).toEqual({ rondo: 1, name: 'J', nodes: { a: { type: 'manual' } } });
});
