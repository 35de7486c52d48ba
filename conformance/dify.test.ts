/** Dify files of our own, run: what conversion and engine have to do together. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { closeForeign, runForeign, type ForeignOptions, type ForeignRun } from './run-foreign.ts';

type Data = { [key: string]: Json };

afterAll(closeForeign);

/** Nodes by id; edges as `a > b` or `a.handle > b`. */
function file(nodes: Record<string, Data>, edges: string[], more: Data = {}, mode = 'workflow'): string {
  const graph = {
    nodes: Object.entries({ start: { type: 'start', variables: [] } as Data, ...nodes }).map(([id, data]) => ({
      id,
      data,
    })),
    edges: edges.map((edge) => {
      const [from = '', target = ''] = edge.split(' > ');
      const [source = '', handle = 'source'] = from.split('.');
      return { source, sourceHandle: handle, target };
    }),
  };
  return JSON.stringify({ kind: 'app', version: '0.6.0', app: { name: 'test', mode }, workflow: { graph, ...more } });
}

const end = (outputs: Record<string, string>): Data => ({
  type: 'end',
  outputs: Object.entries(outputs).map(([variable, from]) => ({ variable, value_selector: from.split('.') })),
});

const code = (
  body: string,
  variables: Record<string, string> = {},
  outputs: Record<string, string> = { r: 'string' },
): Data => ({
  type: 'code',
  code_language: 'javascript',
  code: `function main({ ${Object.keys(variables).join(', ')} }) { ${body} }`,
  variables: Object.entries(variables).map(([variable, from]) => ({ variable, value_selector: from.split('.') })),
  outputs: Object.fromEntries(Object.entries(outputs).map(([name, type]) => [name, { type }])),
});

const iteration = (more: Data = {}): Data => ({
  type: 'iteration',
  iterator_selector: ['start', 'list'],
  output_selector: ['work', 'r'],
  start_node_id: 'first',
  ...more,
});

const run = (text: string, options: Partial<ForeignOptions> = {}): Promise<ForeignRun> =>
  runForeign(text, { format: 'dify', input: {}, ...options });

async function serving(
  answer: (body: string, url: string) => Json | null,
  work: (origin: string) => Promise<void>,
): Promise<void> {
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const said = answer(body, request.url ?? '');
      response.writeHead(said === null ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(said));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

const completion = (content: string): Json => ({
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
});

describe('failures', () => {
  const failing = {
    it: iteration({ error_strategy: 'fail-branch' }),
    first: { type: 'iteration-start' },
    work: code("throw new Error('no ' + x)", { x: 'it.item' }),
    good: end({ list: 'it.output' }),
    bad: end({ why: 'it.error_message', list: 'it.output' }),
  };
  const edges = ['start > it', 'first > work', 'it > good', 'it.fail-branch > bad'];

  it('of an iteration go its own way', async () => {
    const failed = await run(file(failing, edges), { input: { list: ['a', 'b'] } });
    expect(failed).toMatchObject({ status: 'completed', output: { why: 'Error: no a', list: null } });
    expect(failed.exceptions).toBe(1);
    const fine = await run(
      file({ ...failing, work: code('return { r: x + it }', { x: 'it.item', it: 'it.index' }) }, edges),
      {
        input: { list: ['a', 'b'] },
      },
    );
    expect(fine).toMatchObject({ status: 'completed', output: { list: ['a0', 'b1'] }, exceptions: 0 });
  });

  it('are tried again, whatever they are, before anything else counts', async () => {
    const nodes = {
      ask: {
        type: 'http-request',
        method: 'get',
        url: '{{#start.url#}}',
        authorization: { type: 'no-auth' },
        headers: '',
        params: '',
        body: { type: 'none', data: [] },
        retry_config: { retry_enabled: true, max_retries: 2, retry_interval: 1 },
        error_strategy: 'default-value',
        default_value: [{ key: 'body', type: 'string', value: 'nothing' }],
      },
      end: end({ body: 'ask.body', type: 'ask.error_type' }),
    };
    let calls = 0;
    const answer = (): Json | null => (++calls === 2 ? { fine: true } : null);
    await serving(answer, async (origin) => {
      const once = await run(file(nodes, ['start > ask', 'ask > end']), { input: { url: origin } });
      expect(once).toMatchObject({ output: { body: '{"fine":true}', type: null }, exceptions: 1 });
      const never = await run(file(nodes, ['start > ask', 'ask > end']), { input: { url: origin } });
      expect(never).toMatchObject({ output: { body: 'nothing', type: 'HTTPResponseCodeError' }, exceptions: 3 });
    });
  });

  it('given in the place of outputs are failures of the node', async () => {
    const nodes = {
      tool: { type: 'tool', tool_name: 'x', error_strategy: 'fail-branch' },
      bad: end({ why: 'tool.error_message', type: 'tool.error_type' }),
    };
    const pins = { tool: { $error: { message: 'gone', type: 'ToolInvokeError' } } };
    const found = await run(file(nodes, ['start > tool', 'tool.fail-branch > bad']), { pins });
    expect(found).toMatchObject({ status: 'completed', output: { why: 'gone', type: 'ToolInvokeError' } });
  });

  it('given in the place of a choice leave through its branch, outputs through the way that they name', async () => {
    const nodes = {
      ask: { type: 'human-input', user_actions: [{ id: 'yes' }, { id: 'no' }], error_strategy: 'fail-branch' },
      yes: end({ way: 'ask.__action_id' }),
      late: end({ late: 'ask.__action_id' }),
      bad: end({ why: 'ask.error_message' }),
    };
    const text = file(nodes, ['start > ask', 'ask.yes > yes', 'ask.__timeout > late', 'ask.fail-branch > bad']);
    const given = async (ask: Json): Promise<Json> => (await run(text, { pins: { ask } })).output;
    expect(await given({ __action_id: 'yes' })).toEqual({ way: 'yes' });
    expect(await given({ __action_id: '__timeout' })).toEqual({ late: '__timeout' });
    expect(await given({ $error: { message: 'gone' } })).toEqual({ why: 'gone' });
  });

  it('of what is not supported come before anything runs, and name the node', async () => {
    const found = await run(file({ tool: { type: 'tool', title: 'Search', tool_name: 'search' } }, ['start > tool']));
    expect(found.status).toBe('unsupported');
    expect(found.diagnostics).toMatchObject([
      { code: 'not-supported', node: 'tool', path: ['workflow', 'graph', 'nodes', 1, 'data', 'tool_name'] },
    ]);
  });
});

describe('loops', () => {
  const counting = {
    loop: {
      type: 'loop',
      loop_count: 5,
      start_node_id: 'first',
      break_conditions: [],
      loop_variables: [{ label: 'n', var_type: 'number', value_type: 'constant', value: '0' }],
    },
    first: { type: 'loop-start' },
    add: {
      type: 'assigner',
      version: '2',
      items: [
        { variable_selector: ['loop', 'n'], operation: '+=', input_type: 'constant', value: 1 },
        {
          variable_selector: ['conversation', 'seen'],
          operation: 'append',
          input_type: 'variable',
          value: ['loop', 'n'],
        },
      ],
    },
    show: code('return { r: "n" + n }', { n: 'loop.n' }),
  };
  const seen = { conversation_variables: [{ name: 'seen', value_type: 'array[number]', value: [] }] };

  it('have variables that nodes inside change, and leave what the last round gave', async () => {
    const text = file(
      { ...counting, end: end({ n: 'loop.n', rounds: 'loop.loop_round', last: 'show.r', seen: 'conversation.seen' }) },
      ['start > loop', 'first > add', 'add > show', 'loop > end'],
      seen,
    );
    expect((await run(text)).output).toEqual({ n: 5, rounds: 5, last: 'n5', seen: [1, 2, 3, 4, 5] });
  });

  it('are ended from inside, from a container too, after the round', async () => {
    const nodes = {
      ...counting,
      it: {
        type: 'iteration',
        iterator_selector: ['start', 'list'],
        output_selector: ['it', 'item'],
        start_node_id: 'inner',
      },
      inner: { type: 'iteration-start' },
      stop: { type: 'loop-end' },
      end: end({ n: 'loop.n', last: 'show.r' }),
    };
    const edges = ['start > loop', 'first > add', 'add > it', 'inner > stop', 'it > show', 'loop > end'];
    expect((await run(file(nodes, edges, seen), { input: { list: ['x'] } })).output).toEqual({ n: 1, last: 'n1' });
    expect((await run(file(nodes, edges, seen), { input: { list: [] } })).output).toEqual({ n: 5, last: 'n5' });
  });

  it('stand in iterations that run at once, each with variables of its own', async () => {
    const nodes = {
      it: {
        ...iteration({ output_selector: ['loop', 'n'], is_parallel: true, parallel_nums: 4, start_node_id: 'begin' }),
      },
      begin: { type: 'iteration-start' },
      ...counting,
      loop: {
        ...counting.loop,
        break_conditions: [{ variable_selector: ['loop', 'n'], comparison_operator: '≥', value: '{{#it.item#}}' }],
      },
      end: end({ list: 'it.output' }),
    };
    const edges = ['start > it', 'begin > loop', 'first > add', 'it > end'];
    expect((await run(file(nodes, edges, seen), { input: { list: [3, 1, 0, 2, 9] } })).output).toEqual({
      list: [3, 1, 0, 2, 5],
    });
  });
});

describe('chatflows', () => {
  it('answer in the order of their answers, with what Dify spells', async () => {
    const nodes = {
      set: {
        type: 'assigner',
        version: '2',
        items: [
          { variable_selector: ['conversation', 'x'], operation: 'over-write', input_type: 'constant', value: 4 },
          { variable_selector: ['conversation', 'x'], operation: '/=', input_type: 'constant', value: 2 },
        ],
      },
      one: { type: 'answer', answer: '{ {{#sys.query#}} {{#conversation.x#}} ' },
      two: { type: 'answer', answer: '{{{#start.list#}} {{#start.nothing#}}' },
    };
    const variables = { conversation_variables: [{ name: 'x', value_type: 'number', value: 1 }] };
    const found = await run(file(nodes, ['start > set', 'set > one', 'one > two'], variables, 'advanced-chat'), {
      input: { 'sys.query': 'hi', 'list': ['a', true, null] },
    });
    const answer = '{ hi 2.0 {- a\n- True\n- None start.nothing';
    expect(found).toMatchObject({ status: 'completed', output: { answer, files: [] } });
    expect(found.progress.map((one) => (one.type === 'answer' ? one.text : '')).join('')).toBe(answer);
  });

  it('ask models, with context and structure', async () => {
    const asked: Json[] = [];
    const answer = (body: string): Json => {
      asked.push(JSON.parse(body) as Json);
      return completion('{"mood":"good"}');
    };
    const nodes = {
      llm: {
        type: 'llm',
        model: { provider: 'langgenius/openai/openai', name: 'm', mode: 'chat', completion_params: { temperature: 0 } },
        prompt_template: [
          { role: 'system', text: 'Read {{#context#}}.' },
          { role: 'user', text: '', edition_type: 'jinja2', jinja2_text: '{% for x in l %}<{{ x }}>{% endfor %}' },
        ],
        prompt_config: { jinja2_variables: [{ variable: 'l', value_selector: ['start', 'list'] }] },
        context: { enabled: true, variable_selector: ['start', 'list'] },
        structured_output_enabled: true,
        structured_output: { schema: { type: 'object', properties: { mood: { type: 'string' } } } },
      },
      say: { type: 'answer', answer: '{{#llm.structured_output.mood#}} {{#llm.usage.total_tokens#}}' },
    };
    await serving(answer, async (origin) => {
      const found = await run(file(nodes, ['start > llm', 'llm > say'], {}, 'advanced-chat'), {
        input: { 'list': ['a', 'b'], 'model.openai': `${origin}/v1` },
        secrets: { OPENAI_API_KEY: 'key' },
      });
      expect(found).toMatchObject({ status: 'completed', output: { answer: 'good 5' } });
      expect(asked).toMatchObject([
        {
          model: 'm',
          temperature: 0,
          messages: [
            { role: 'system', content: 'Read a\nb.' },
            { role: 'user', content: '<a><b>' },
          ],
        },
      ]);
    });
  });
});

it('requests have the headers, parameters and bodies of Dify', async () => {
  const seen: string[] = [];
  const nodes = {
    ask: {
      type: 'http-request',
      method: 'POST',
      url: '{{#start.url#}}/x',
      authorization: { type: 'api-key', config: { type: 'bearer', api_key: '{{#env.KEY#}}', header: '' } },
      headers: 'X-A: {{#start.a#}}\nX-B: c:d',
      params: 'q: {{#start.a#}}\nq: 2',
      body: { type: 'json', data: [{ key: '', type: 'text', value: '{"a": "{{#start.a#}}", }' }] },
    },
    end: end({ status: 'ask.status_code', files: 'ask.files' }),
  };
  const environment = { environment_variables: [{ name: 'KEY', value_type: 'secret', value: 'k' }] };
  await serving(
    (body, url) => {
      seen.push(`${url} ${body}`);
      return {};
    },
    async (origin) => {
      const found = await run(file(nodes, ['start > ask', 'ask > end'], environment), {
        input: { url: origin, a: 'v' },
      });
      expect(found.output).toEqual({ status: 200, files: [] });
      expect(seen).toEqual(['/x?q=v&q=2 {"a":"v"}']);
    },
  );
});
