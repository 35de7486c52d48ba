/** Sound workflows as people draw them in n8n: the linter leaves them alone. */
import { describe, expect, it } from 'vitest';
import {
  agg,
  check,
  code,
  conditionsOf,
  hook,
  http,
  iff,
  loop,
  mail,
  N,
  resp,
  set,
  slack,
  split,
  sub,
  W,
  wait,
} from './n8n-drawing.testing.ts';

const SOUND: readonly [string, string][] = [
  [
    'fetch list, per item request',
    W([
      http('List'),
      split(),
      http('Get', { url: '=https://api.example.com/{{ $json.id }}' }),
      set('Map', { id: '={{ $json.id }}', name: '={{ $json.name }}' }),
    ]),
  ],
  [
    'loop rate limit wait',
    W(
      [
        http('List'),
        split(),
        loop(),
        http('Get', { url: '=https://a.b/{{ $json.id }}' }),
        wait(),
        N('Done', 'noOp', 1),
      ],
      ['T>List', 'List>Split', 'Split>Loop', 'Loop:1>Get', 'Get>Wait', 'Wait>Loop', 'Loop:0>Done'],
    ),
  ],
  [
    'loop with error branch',
    W(
      [
        http('List'),
        split(),
        loop(),
        http('Get', { url: '=https://a.b/{{ $json.id }}' }, { onError: 'continueErrorOutput' }),
        set('Err', { e: '={{ $json.error }}' }),
      ],
      ['T>List', 'List>Split', 'Split>Loop', 'Loop:1>Get', 'Get:0>Loop', 'Get:1>Err', 'Err>Loop'],
    ),
  ],
  [
    'batch insert',
    W(
      [
        http('List'),
        split(),
        loop('Loop', { batchSize: 50 }),
        agg(),
        http('Bulk', {
          method: 'POST',
          url: 'https://a.b/bulk',
          sendBody: true,
          specifyBody: 'json',
          jsonBody: '={{ $json.data }}',
        }),
      ],
      ['T>List', 'List>Split', 'Split>Loop', 'Loop:1>Agg', 'Agg>Bulk', 'Bulk>Loop'],
    ),
  ],
  ['aggregate then slack', W([http('List'), split(), agg(), slack('=Rows: {{ $json.data.length }}')])],
  [
    'slack per item wanted',
    W([
      http('List'),
      split(),
      iff('New?', '={{ $json.isNew }}'),
      slack('=New order {{ $json.id }} from {{ $json.customer }}'),
    ]),
  ],
  [
    'code summary + slack',
    W([
      http('List'),
      split(),
      code('Sum', 'const total = $input.all().reduce((a, i) => a + i.json.n, 0); return [{json: {total}}];'),
      slack('=Total {{ $json.total }}'),
    ]),
  ],
  [
    'poll with ceiling',
    W(
      [
        http('Start'),
        http('Status', { url: '=https://a.b/jobs/{{ $("Start").first().json.id }}' }),
        iff('Ready?', '={{ $json.status }}', 'string', 'equals', 'done'),
        iff('Tries', '={{ $runIndex }}', 'number', 'lt', 20),
        wait(),
      ],
      ['T>Start', 'Start>Status', 'Status>Ready?', 'Ready?:1>Tries', 'Tries:0>Wait', 'Wait>Status'],
    ),
  ],
  [
    'http pagination',
    W([
      http('Pages', {
        options: {
          pagination: {
            pagination: {
              parameters: { parameters: [{ name: 'page', value: '={{ $pageCount + 1 }}' }] },
              paginationCompleteWhen: 'receiveSpecificStatusCodes',
              statusCodesWhenComplete: '404',
              limitPagesFetched: true,
              maxRequests: 20,
            },
          },
        },
      }),
      split(),
      set('Map', { id: '={{ $json.id }}' }),
    ]),
  ],
  [
    'webhook if respond',
    W(
      [
        hook,
        iff('Ok?', '={{ $json.body.ok }}'),
        resp('Yes'),
        resp('No', { respondWith: 'json', responseBody: '{"e":1}' }),
      ],
      ['Hook>Ok?', 'Ok?:0>Yes', 'Ok?:1>No'],
    ),
  ],
  [
    'webhook switch respond',
    W(
      [
        hook,
        N('Sw', 'switch', 3, {
          rules: {
            values: [
              { conditions: conditionsOf('={{ $json.body.a }}', 'a') },
              { conditions: conditionsOf('={{ $json.body.a }}', 'b') },
            ],
          },
          options: { fallbackOutput: 'extra' },
        }),
        set('A', { x: '={{ $json.body.a }}' }),
        set('B', { x: '={{ $json.body.b }}' }),
        resp('R'),
      ],
      ['Hook>Sw', 'Sw:0>A', 'Sw:1>B', 'A>R', 'B>R', 'Sw:2>R'],
    ),
  ],
  [
    'webhook respond then work',
    W(
      [hook, resp('R'), http('Work', { url: '=https://a.b/{{ $json.body.id }}' }), slack('=Done {{ $json.id }}')],
      ['Hook>R', 'R>Work', 'Work>Slack'],
    ),
  ],
  [
    'parallel then merge then respond',
    W(
      [
        hook,
        http('A', { url: '=https://a/{{ $json.body.id }}' }),
        http('B', { url: '=https://b/{{ $json.body.id }}' }),
        N('M', 'merge', 3, { mode: 'combine', combineBy: 'combineByPosition', options: {} }),
        resp('R'),
      ],
      ['Hook>A', 'Hook>B', 'A>M', 'B>M:1', 'M>R'],
    ),
  ],
  [
    'lookup all/item',
    W([
      http('Tags'),
      split('TS', 'tags'),
      http('Posts', {}, { executeOnce: true }),
      split('PS', 'posts'),
      set(
        'Join',
        {
          tags: "={{ $('TS').all().filter(t => $('PS').item.json.tag_ids.includes(t.json.id)).map(t => t.json.name).join(', ') }}",
        },
        {},
        { includeOtherFields: true },
      ),
    ]),
  ],
  [
    'config before fanout',
    W([
      set('Config', { base: 'https://a.b', limit: '100' }),
      http('List', { url: '={{ $json.base }}/list' }),
      split(),
      http('Get', { url: "={{ $('Config').first().json.base }}/{{ $json.id }}" }),
    ]),
  ],
  ['sub each', W([http('List'), split(), sub('Call', { mode: 'each' })])],
  ['sub once on list', W([http('List'), split(), sub('Call'), agg()])],
  [
    'loop calling sub',
    W(
      [http('List'), split(), loop('Loop', { batchSize: 10 }), sub('Call')],
      ['T>List', 'List>Split', 'Split>Loop', 'Loop:1>Call', 'Call>Loop'],
    ),
  ],
  [
    'retry get',
    W([
      http('List', {}, { retryOnFail: true, maxTries: 3 }),
      split(),
      http('Get', { url: '=https://a/{{ $json.id }}' }, { retryOnFail: true }),
    ]),
  ],
  [
    'ai per item',
    W(
      [
        http('List'),
        split(),
        N('Agent', '@n8n/n8n-nodes-langchain.chainLlm', 1.4, {
          promptType: 'define',
          text: '=Summarise {{ $json.text }}',
        }),
        N(
          'GPT',
          '@n8n/n8n-nodes-langchain.lmChatOpenAi',
          1,
          { model: 'gpt-4o-mini', options: {} },
          { credentials: { openAiApi: { id: '1', name: 'x' } } },
        ),
        slack('={{ $json.text }}'),
      ],
      ['T>List', 'List>Split', 'Split>Agent', 'Agent>Slack'],
      [['GPT', 'ai_languageModel', 'Agent']],
    ),
  ],
  [
    'totals share',
    W([
      http('List'),
      split(),
      set('Share', { share: "={{ $json.n / $('Split').all().map(i => i.json.n).reduce((a,b)=>a+b,0) }}" }),
    ]),
  ],
  [
    'digest mail executeOnce',
    W([
      http('List'),
      split(),
      mail('Mail', { text: "={{ $input.all().map(i => i.json.title).join('\\n') }}" }, { executeOnce: true }),
    ]),
  ],
  [
    'two wires alt trigger',
    W(
      [
        N('Cron', 'scheduleTrigger', 1.2, { rule: { interval: [{ field: 'hours' }] } }),
        http('List'),
        split(),
        set('Map', { id: '={{ $json.id }}' }),
      ],
      ['T>List', 'Cron>List', 'List>Split', 'Split>Map'],
    ),
  ],
  [
    'error trigger slack',
    W(
      [N('Err', 'errorTrigger', 1), slack('=Failed: {{ $json.workflow.name }} {{ $json.execution.error.message }}')],
      ['Err>Slack'],
    ),
  ],
  [
    'if both return loop',
    W(
      [
        http('List'),
        split(),
        loop(),
        iff('Ok?', '={{ $json.ok }}'),
        http('A', { url: '=https://a/{{ $json.id }}' }),
        http('B', { url: '=https://b/{{ $json.id }}' }),
      ],
      ['T>List', 'List>Split', 'Split>Loop', 'Loop:1>Ok?', 'Ok?:0>A', 'Ok?:1>B', 'A>Loop', 'B>Loop'],
    ),
  ],
  [
    'accumulate context',
    W(
      [
        http('List'),
        split(),
        loop('Loop', { batchSize: 1 }),
        set('Run', { n: "={{ $('Loop').context.currentRunIndex }}", id: '={{ $json.id }}' }),
      ],
      ['T>List', 'List>Split', 'Split>Loop', 'Loop:1>Run', 'Run>Loop'],
    ),
  ],
  ['single item fixed slack', W([http('Job', { method: 'POST' }), slack('Job was started')])],
  ['limit 1 then set const', W([http('List'), split(), N('Lim', 'limit', 1, {}), set('C', { flag: 'x' })])],
  [
    'nested via sub',
    W(
      [http('List'), split(), loop(), sub('Inner', { mode: 'each' }), wait()],
      ['T>List', 'List>Split', 'Split>Loop', 'Loop:1>Inner', 'Inner>Wait', 'Wait>Loop'],
    ),
  ],
  [
    'add constant field per row',
    W([
      http('List'),
      split(),
      set('Add', { source: 'crm' }, {}, { includeOtherFields: true }),
      http('Post', { method: 'POST', sendBody: true, specifyBody: 'json', jsonBody: '={{ $json }}' }),
    ]),
  ],
  [
    'for each chunk polling nested loop w/ reset expr',
    W(
      [
        http('List'),
        split(),
        loop('Outer'),
        http('Kids', { url: '=https://a/{{ $json.id }}/kids' }),
        split('KS', 'kids'),
        loop('Inner', { options: { reset: "={{ $('Inner').context.done }}" } }),
        http('K', { url: '=https://a/k/{{ $json.id }}' }),
        wait(),
      ],
      [
        'T>List',
        'List>Split',
        'Split>Outer',
        'Outer:1>Kids',
        'Kids>KS',
        'KS>Inner',
        'Inner:1>K',
        'K>Wait',
        'Wait>Inner',
        'Inner:0>Outer',
      ],
    ),
  ],
  [
    'telegram bot reply',
    W(
      [
        N('Hk', 'webhook', 2, { path: 'tg', httpMethod: 'POST', options: {} }),
        code('Parse', 'return [{json:{chat: $json.body.message.chat.id, text: $json.body.message.text}}]'),
        N(
          'Tg',
          'telegram',
          1.2,
          { chatId: '={{ $json.chat }}', text: 'Hello!', additionalFields: {} },
          { credentials: { telegramApi: { id: '1', name: 'b' } } },
        ),
      ],
      ['Hk>Parse', 'Parse>Tg'],
    ),
  ],
];
describe('sound workflows', () => {
  it.each(SOUND)('%s', (_, text) => expect(check(text)).toEqual([]));
});
