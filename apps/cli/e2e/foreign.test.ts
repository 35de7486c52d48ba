/** End-to-end tests of files of other products: run, checked, converted and resumed as processes, each in its terms. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { place } from '../testing/process.ts';

const here = place();

const n8nNode = (name: string, type: string, parameters: object = {}, more: object = {}): object => ({
  name,
  type: `n8n-nodes-base.${type}`,
  typeVersion: 1,
  position: [0, 0],
  parameters,
  ...more,
});
const chain = (...names: string[]): object =>
  Object.fromEntries(names.slice(1).map((name, i) => [names[i], { main: [[{ node: name, type: 'main', index: 0 }]] }]));
const setNode = (name: string, field: string, value: string): object =>
  n8nNode(
    name,
    'set',
    { assignments: { assignments: [{ id: 'x', name: field, type: 'string', value }] }, includeOtherFields: true },
    { typeVersion: 3.4 },
  );

const GREET = {
  id: 'greet-1',
  name: 'Greet people',
  nodes: [n8nNode('When clicked', 'manualTrigger'), setNode('Say it', 'text', '=Hello {{ $json.name }}')],
  connections: chain('When clicked', 'Say it'),
  settings: { executionOrder: 'v1' },
};

const CHAT = `version: 0.3.0
kind: app
app: { name: Echo, mode: workflow }
workflow:
  graph:
    nodes:
      - id: start
        data: { type: start, title: Start, variables: [{ variable: word, label: word, type: text-input, required: true }] }
      - id: shout
        data:
          type: template-transform
          title: Shout
          template: "{{ word | upper }}!"
          variables: [{ variable: word, value_selector: [start, word] }]
      - id: end
        data: { type: end, title: End, outputs: [{ variable: said, value_selector: [shout, output] }] }
    edges:
      - { id: e1, source: start, target: shout, sourceHandle: source, targetHandle: target }
      - { id: e2, source: shout, target: end, sourceHandle: source, targetHandle: target }
`;

const FLOW = `summary: Double
value:
  modules:
    - id: a
      value:
        type: rawscript
        language: bun
        content: "export function main(n: number) { return { doubled: n * 2 } }"
        input_transforms: { n: { type: javascript, expr: flow_input.n } }
    - id: b
      value:
        type: rawscript
        language: bun
        content: "export function main(x: number) { return [x, x + 1] }"
        input_transforms: { x: { type: javascript, expr: results.a.doubled } }
`;

beforeAll(() => {
  here.write('greet.json', JSON.stringify(GREET, null, 2));
  here.write('chat.yml', CHAT);
  here.write('flow.yaml', FLOW);
});
afterAll(() => here.remove());

async function run(...args: string[]): Promise<Record<string, unknown> & { code: number | null; stderr: string }> {
  const { code, stdout, stderr } = await here.rondo('run', ...args, '--db', ':memory:', '--json');
  return { ...(JSON.parse(stdout) as Record<string, unknown>), code, stderr };
}

describe('n8n', () => {
  it('takes items, plain or wrapped, one or many, and gives the items of the node that ran last', async () => {
    const one = await run('greet.json', '--input', '{"name": "Ada"}');
    expect(one).toMatchObject({ code: 0, output: [{ name: 'Ada', text: 'Hello Ada' }] });
    const many = await run('greet.json', '--input', '[{"json": {"name": "Ada"}}, {"name": "Bob"}]');
    expect(many.output).toEqual([
      { name: 'Ada', text: 'Hello Ada' },
      { name: 'Bob', text: 'Hello Bob' },
    ]);
    expect(many.nodes).toEqual({
      'When clicked': [[[{ name: 'Ada' }, { name: 'Bob' }]]],
      'Say it': [
        [
          [
            { name: 'Ada', text: 'Hello Ada' },
            { name: 'Bob', text: 'Hello Bob' },
          ],
        ],
      ],
    });
  });

  it('runs a loop inside a loop as often as it is drawn, and says how that differs; strictly, as n8n does', async () => {
    const loop = (name: string): object => n8nNode(name, 'splitInBatches', { options: {} }, { typeVersion: 3 });
    const split = (name: string, fieldToSplitOut: string): object => n8nNode(name, 'splitOut', { fieldToSplitOut });
    const to = (node: string): object[] => [{ node, type: 'main', index: 0 }];
    const nested = {
      name: 'Nested',
      nodes: [
        n8nNode('Start', 'manualTrigger'),
        split('Families', 'families'),
        loop('Outer'),
        split('Children', 'children'),
        loop('Inner'),
        setNode('Greet', 'text', '=Hello {{ $json.children }}'),
        n8nNode('End', 'noOp'),
      ],
      connections: {
        Start: { main: [to('Families')] },
        Families: { main: [to('Outer')] },
        Outer: { main: [to('End'), to('Children')] },
        Children: { main: [to('Inner')] },
        Inner: { main: [to('Outer'), to('Greet')] },
        Greet: { main: [to('Inner')] },
      },
      settings: { executionOrder: 'v1' },
    };
    here.write('nested.json', JSON.stringify(nested));
    const families = ['ab', 'cd', 'ef'].map((names) => ({ children: [...names] }));
    const input = ['--input', JSON.stringify({ families })];
    const ran = await run('nested.json', ...input);
    const greeted = (result: Record<string, unknown>): unknown[] =>
      (result.output as { text?: string }[]).map(({ text }) => text);
    expect(greeted(ran)).toEqual([...'abcdef'].map((name) => `Hello ${name}`));
    expect((ran.nodes as Record<string, unknown[]>)['Greet']).toHaveLength(6);
    expect(ran.stderr).toContain('n8n would run the loop Inner only in the first iteration of Outer');
    const strict = await run('nested.json', ...input, '--format', 'n8n', '--strict-compat');
    expect((strict.nodes as Record<string, unknown[]>)['Greet']).toHaveLength(2);
    expect(strict.stderr).not.toContain('only in the first iteration');
  });

  it('uses the pinned items of the file and says so; input and --pin count more', async () => {
    const pinData = { 'When clicked': [{ json: { name: 'Eve' } }] };
    here.write('pinned.json', JSON.stringify({ ...GREET, pinData }));
    const pinned = await run('pinned.json');
    expect(pinned.output).toEqual([{ name: 'Eve', text: 'Hello Eve' }]);
    expect(pinned.stderr).toContain('Pinned in the file, so not run: When clicked.');
    const given = await run('pinned.json', '--input', '{"name": "Ada"}');
    expect(given.output).toEqual([{ name: 'Ada', text: 'Hello Ada' }]);
    expect(given.stderr).not.toContain('Pinned');
    expect((await run('pinned.json', '--pin', 'Say it=[{"json": {"x": 1}}, {"x": 2}]')).output).toEqual([
      { x: 1 },
      { x: 2 },
    ]);
  });

  it('names the secrets that a credential becomes, by commands that work', async () => {
    const asks = n8nNode(
      'Ask',
      'httpRequest',
      {
        url: 'http://127.0.0.1:9/',
        authentication: 'genericCredentialType',
        genericAuthType: 'httpHeaderAuth',
        options: {},
      },
      { typeVersion: 4.2, credentials: { httpHeaderAuth: { id: 'elsewhere', name: 'Other key' } } },
    );
    here.write(
      'asks.json',
      JSON.stringify({
        name: 'Asks',
        nodes: [n8nNode('Go', 'manualTrigger'), asks],
        connections: chain('Go', 'Ask'),
        settings: { executionOrder: 'v1' },
      }),
    );
    const checked = await here.rondo('check', 'asks.json');
    expect(checked.stderr).toContain("rondo secrets set 'Other key'");
    expect(checked.stderr).toContain("rondo secrets set 'Other key name'");
    const ran = await run('asks.json');
    expect(ran).toMatchObject({ code: 1, error: { code: 'secret-missing', node: 'Ask' } });
    expect(await here.rondoWith('x', 'secrets', 'set', 'Other key')).toMatchObject({ code: 0 });
  });

  it('refuses what it does not support before anything runs, unless its output is given', async () => {
    const nodes = [...GREET.nodes, n8nNode('Post it', 'frobnicate')];
    const text = JSON.stringify({ ...GREET, nodes, connections: chain('When clicked', 'Say it', 'Post it') }, null, 2);
    here.write('unsupported.json', text);
    const refused = await here.rondo('run', 'unsupported.json', '--json');
    expect(refused.code).toBe(2);
    expect((JSON.parse(refused.stdout) as { diagnostics: object[] }).diagnostics).toMatchObject([
      { severity: 'error', code: 'not-supported', node: 'Post it', path: ['nodes', 2] },
    ]);
    expect(refused.stderr).toMatch(/unsupported\.json:\d+:\d+: error: .*frobnicate/);
    expect((await run('unsupported.json', '--pin', 'Post it={"ok": true}')).output).toEqual([{ ok: true }]);
  });

  it('finds sub-workflows by their id, their name and their file', async () => {
    const callee = {
      id: 'callee-7',
      name: 'The callee',
      nodes: [
        n8nNode('Called', 'executeWorkflowTrigger', { inputSource: 'passthrough' }, { typeVersion: 1.1 }),
        setNode('Answer', 'answer', '=for {{ $json.name }}'),
      ],
      connections: chain('Called', 'Answer'),
    };
    here.write('callee-file.json', JSON.stringify(callee));
    for (const reference of ['callee-7', 'The callee', 'callee-file']) {
      const call = n8nNode(
        'Call',
        'executeWorkflow',
        { workflowId: { __rl: true, mode: 'id', value: reference }, mode: 'once' },
        { typeVersion: 1.2 },
      );
      const caller = {
        ...GREET,
        id: 'caller',
        nodes: [GREET.nodes[0], call],
        connections: chain('When clicked', 'Call'),
      };
      here.write('caller.json', JSON.stringify(caller));
      const done = await run('caller.json', '--input', '{"name": "Ada"}');
      expect(done, reference).toMatchObject({ code: 0, output: [{ name: 'Ada', answer: 'for Ada' }] });
    }
  });
});

it('a sub-workflow that is not supported is refused before anything runs', async () => {
  const call = n8nNode('Call', 'executeWorkflow', { workflowId: { __rl: true, mode: 'id', value: 'odd' } });
  const odd = { id: 'odd', name: 'Odd', nodes: [n8nNode('Post it', 'frobnicate')], connections: {} };
  const callers = place();
  try {
    callers.write(
      'caller.json',
      JSON.stringify({ nodes: [GREET.nodes[0], call], connections: chain('When clicked', 'Call') }),
    );
    callers.write('odd.json', JSON.stringify(odd));
    const refused = await callers.rondo('run', 'caller.json', '--json');
    expect(refused.code).toBe(2);
    expect((JSON.parse(refused.stdout) as { diagnostics: object[] }).diagnostics).toMatchObject([
      { code: 'not-supported', node: 'Post it', message: expect.stringContaining('odd.json, which Call calls') },
    ]);
    expect((await callers.rondo('run', 'caller.json', '--pin', 'Call={"ok": 1}', '--quiet')).stdout).toBe(
      '[{"ok":1}]\n',
    );
  } finally {
    callers.remove();
  }
});

describe('Dify', () => {
  it('takes start variables and gives the outputs of End', async () => {
    expect(await run('chat.yml', '--input', '{"word": "hey"}')).toMatchObject({
      code: 0,
      status: 'completed',
      output: { said: 'HEY!' },
    });
  });

  it('takes the outputs object of a node as its pin', async () => {
    const pinned = await run('chat.yml', '--input', '{"word": "hey"}', '--pin', 'shout={"output": "given"}');
    expect(pinned.output).toEqual({ said: 'given' });
  });

  it('refuses input that does not fit the start variables', async () => {
    const refused = await here.rondo('run', 'chat.yml', '--db', ':memory:', '--json');
    expect(refused.code).toBe(2);
    expect(refused.stdout).toContain('word');
  });
});

describe('Windmill', () => {
  it('takes flow_input and gives the result of the flow', async () => {
    expect(await run('flow.yaml', '--input', '{"n": 21}')).toMatchObject({ code: 0, output: [42, 43] });
  });

  it('takes any result of a step as its pin, lists too', async () => {
    expect((await run('flow.yaml', '--input', '{"n": 1}', '--pin', 'b=[7, 8, 9]')).output).toEqual([7, 8, 9]);
    expect((await run('flow.yaml', '--input', '{"n": 1}', '--pin', 'a={"doubled": 50}')).output).toEqual([50, 51]);
  });
});

describe('rondo convert', () => {
  it.each([
    ['greet.json', '{"name": "Ada"}'],
    ['chat.yml', '{"word": "hey"}'],
    ['flow.yaml', '{"n": 2}'],
  ])('%s becomes a native file that gives the same', async (file, input) => {
    const native = `native-${file.replace(/\..*/, '')}.yaml`;
    const converted = await here.rondo('convert', file, '-o', native);
    expect(converted).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(join(here.folder, native), 'utf8')).toMatch(/^rondo: 1\n(id: .*\n)?name: /);
    const original = await run(file, '--input', input);
    // Of n8n the native form of the input is a list of items.
    const asNative = file === 'greet.json' ? `[${input}]` : input;
    const again = await run(native, '--input', asNative);
    expect([again.code, again.output, again.nodes]).toEqual([0, original.output, original.nodes]);
  });

  it('prints the native file, or one object with --json, and refuses native files', async () => {
    const { stdout, stderr } = await here.rondo('convert', 'chat.yml');
    expect(stdout).toMatch(/^rondo: 1\nname: Echo\n/);
    expect(stderr).toContain('chat.yml: Dify workflow');
    const json = JSON.parse((await here.rondo('convert', 'chat.yml', '--json')).stdout) as Record<string, unknown>;
    expect(json).toMatchObject({ format: 'dify', file: null, workflow: { rondo: 1, name: 'Echo' } });
    here.write('own.yaml', stdout);
    const native = await here.rondo('convert', 'own.yaml');
    expect([native.code, native.stderr]).toEqual([2, 'rondo: own.yaml is a native file already.\n']);
    expect((await here.rondo('convert', 'chat.yml', '-o', 'chat.yml')).code).toBe(2);
    expect(readFileSync(join(here.folder, 'chat.yml'), 'utf8')).toBe(CHAT);
  });

  it('takes a file for what --format says', async () => {
    const wrong = await here.rondo('run', 'greet.json', '--format', 'dify');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/greet\.json:\d+:\d+: error/);
    const native = await here.rondo('check', 'greet.json', '--format', 'native');
    expect([native.code, native.stderr]).toEqual([2, expect.stringContaining('n8n')]);
    expect((await here.rondo('run', 'greet.json', '--format', 'zapier')).stderr).toContain('zapier');
    expect((await here.rondo('run', 'own.yaml', '--strict-compat')).code).toBe(2);
  });
});

describe('rondo check and plan', () => {
  it('reads all of them; --fix changes none', async () => {
    for (const file of ['greet.json', 'chat.yml', 'flow.yaml']) {
      expect(await here.rondo('check', file), file).toMatchObject({ code: 0 });
      const plan = await here.rondo('plan', file);
      expect(plan, file).toMatchObject({ code: 0 });
    }
    expect((await here.rondo('plan', 'greet.json')).stdout).toContain('Say it');
    const fix = await here.rondo('check', 'greet.json', '--fix');
    expect([fix.code, fix.stderr]).toEqual([2, expect.stringContaining('rondo convert')]);
  });

  it('points into the foreign file at what the compiler finds', async () => {
    const broken = { ...GREET, nodes: [GREET.nodes[0], setNode('Say it', 'text', '={{ 1 + }}')] };
    const text = JSON.stringify(broken, null, 2);
    here.write('broken.json', text);
    const checked = await here.rondo('check', 'broken.json', '--json');
    const { diagnostics } = JSON.parse(checked.stdout) as { diagnostics: { node: string; line: number }[] };
    const [found] = diagnostics;
    expect(found).toMatchObject({ code: 'expression-syntax', severity: 'warning', node: 'Say it' });
    expect(text.split('\n')[(found?.line ?? 0) - 1]).toContain('1 + ');
  });
});

it('a stored run of a foreign file goes on without the file', async () => {
  const wait = n8nNode('Wait', 'wait', { amount: 2, unit: 'seconds' }, { typeVersion: 1.1 });
  const slow = {
    ...GREET,
    nodes: [GREET.nodes[0], wait, GREET.nodes[1]],
    connections: chain('When clicked', 'Wait', 'Say it'),
  };
  const other = place();
  try {
    const file = other.write('slow.json', JSON.stringify(slow));
    const started = other.start('run', 'slow.json', '--input', '{"name": "Ada"}', '--events');
    await started.said(/"step-(started|waiting)"[^\n]*"Wait"/);
    started.child.kill('SIGINT');
    expect((await started.ended).code).toBe(130);
    other.write('slow.json', 'this is no workflow any more');
    expect(readFileSync(file, 'utf8')).not.toContain('nodes');
    const resumed = await other.rondo('run', '--resume', 'last', '--json');
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ output: [{ name: 'Ada', text: 'Hello Ada' }] });
  } finally {
    other.remove();
  }
});
