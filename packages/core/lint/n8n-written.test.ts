/** The traps of n8n's loops in other writings than the usual ones: each is found, however it is written. */
import { describe, expect, it } from 'vitest';
import {
  check,
  code,
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
  W,
  wait,
} from './n8n-drawing.testing.ts';

const TRAPS: readonly [string, string, string][] = [
  [
    'loop over postgres insert',
    'loop-not-needed',
    W(
      [
        http('List'),
        split(),
        loop('L'),
        N(
          'Ins',
          'postgres',
          2.5,
          {
            operation: 'insert',
            schema: { __rl: true, value: 'public', mode: 'list' },
            table: { __rl: true, value: 't', mode: 'list' },
            columns: { mappingMode: 'defineBelow', value: { id: '={{ $json.id }}' } },
            options: {},
          },
          { credentials: { postgres: { id: '1', name: 'p' } } },
        ),
      ],
      ['T>List', 'List>Split', 'Split>L', 'L:1>Ins', 'Ins>L'],
    ),
  ],
  [
    'loop v2 set+http',
    'loop-not-needed',
    W(
      [
        http('List'),
        split(),
        N('L', 'splitInBatches', 2, { batchSize: 1, options: {} }),
        set('S', { u: '={{ $json.id }}' }),
        http('G', { url: '=https://a/{{ $json.u }}' }),
        N('E', 'noOp', 1),
      ],
      ['T>List', 'List>Split', 'Split>L', 'L:0>S', 'S>G', 'G>L', 'L:1>E'],
    ),
  ],
  [
    'code each aggregate',
    'aggregate-without-once',
    W([
      http('List'),
      split(),
      code(
        'Avg',
        "const all = $('Split').all(); return { json: { avg: all.reduce((s, i) => s + i.json.n, 0) / all.length } };",
        { mode: 'runOnceForEachItem' },
      ),
    ]),
  ],
  [
    'set $items',
    'aggregate-without-once',
    W([http('List'), split(), set('Cnt', { n: "={{ $items('Split').length }}" })]),
  ],
  [
    'http post all',
    'aggregate-without-once',
    W([
      http('List'),
      split(),
      http('Post', {
        method: 'POST',
        sendBody: true,
        specifyBody: 'json',
        jsonBody: '={{ JSON.stringify($input.all().map(i => i.json)) }}',
      }),
    ]),
  ],
  [
    'email digest without once',
    'notify-per-item',
    W([http('List'), split(), mail('Mail', { text: "={{ $input.all().map(i => i.json.title).join('\\n') }}" })]),
  ],
  [
    'telegram fixed after split',
    'notify-per-item',
    W([
      http('List'),
      split(),
      http('G', { url: '=https://a/{{ $json.id }}' }),
      N(
        'Tg',
        'telegram',
        1.2,
        { chatId: '123', text: 'Import finished', additionalFields: {} },
        { credentials: { telegramApi: { id: '1', name: 'b' } } },
      ),
    ]),
  ],
  [
    'slack in loop fixed',
    'notify-per-item',
    W(
      [
        http('List'),
        split(),
        loop('L'),
        http('G', { url: '=https://a/{{ $json.id }}' }),
        wait(),
        slack('=Sync at {{ $now.toISO() }}'),
      ],
      ['T>List', 'List>Split', 'Split>L', 'L:1>G', 'G>Wait', 'Wait>Slack', 'Slack>L'],
    ),
  ],
  [
    'manual pages set counter',
    'manual-pagination',
    W(
      [
        set('Init', { page: '1' }),
        http('Page', {
          url: 'https://a.b/items',
          sendQuery: true,
          queryParameters: { parameters: [{ name: 'page', value: '={{ $json.page }}' }] },
        }),
        iff('More?', '={{ $json.items.length }}', 'number', 'gt', 0),
        set('Next', { page: "={{ Number($('Init').first().json.page) + $runIndex + 1 }}" }),
      ],
      ['T>Init', 'Init>Page', 'Page>More?', 'More?:0>Next', 'Next>Page'],
    ),
  ],
  [
    'next url cursor',
    'manual-pagination',
    W(
      [
        set('Init', { url: 'https://a.b/items' }),
        http('Page', { url: '={{ $json.next || $json.url }}' }),
        iff('More?', '={{ $json.next }}', 'string', 'notEmpty'),
      ],
      ['T>Init', 'Init>Page', 'Page>More?', 'More?:0>Page'],
    ),
  ],
  [
    'offset in code',
    'manual-pagination',
    W(
      [
        code('Init', 'return [{json:{offset: 0}}]'),
        http('Page', { url: '=https://a.b/items?limit=100&offset={{ $json.offset }}' }),
        iff('More?', '={{ $json.hasMore }}'),
        code('Step', "return [{json:{offset: $('Init').first().json.offset + 100 * ($runIndex + 1)}}]"),
      ],
      ['T>Init', 'Init>Page', 'Page>More?', 'More?:0>Step', 'Step>Page'],
    ),
  ],
  [
    'two responders success+always',
    'two-responders',
    W(
      [hook, http('Save', { method: 'POST' }), resp('R1'), slack('=Got {{ $json.body.id }}'), resp('R2')],
      ['Hook>Save', 'Hook>Slack', 'Save>R1', 'Slack>R2'],
    ),
  ],
  [
    'responder after if unmerged + common',
    'two-responders',
    W([hook, resp('Ack'), iff('Ok?', '={{ $json.body.ok }}'), resp('R2')], ['Hook>Ack', 'Hook>Ok?', 'Ok?:0>R2']),
  ],
  [
    'reset true endless',
    'loop-without-end',
    W(
      [
        http('List'),
        split(),
        loop('L', { batchSize: 5, options: { reset: true } }),
        http('G', { url: '=https://a/{{ $json.id }}' }),
        wait(),
      ],
      ['T>List', 'List>Split', 'Split>L', 'L:1>G', 'G>Wait', 'Wait>L'],
    ),
  ],
  [
    'done->itself',
    'loop-',
    W(
      [http('List'), split(), loop('L'), http('G', { url: '=https://a/{{ $json.id }}' })],
      ['T>List', 'List>Split', 'Split>L', 'L:1>G', 'G>L', 'L:0>L'],
    ),
  ],
  [
    'nested',
    'differs',
    W(
      [
        http('List'),
        split(),
        loop('Outer'),
        http('Kids', { url: '=https://a/{{ $json.id }}' }),
        split('KS', 'kids'),
        loop('Inner'),
        http('K', { url: '=https://a/{{ $json.id }}' }),
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
    'const set after fanout v3.0',
    'constant-after-fan-out',
    W([
      http('List'),
      split(),
      N('C', 'set', 3, {
        fields: { values: [{ name: 'api', stringValue: 'https://x' }] },
        include: 'none',
        options: {},
      }),
      http('G', { url: '={{ $json.api }}' }),
    ]),
  ],
  [
    'function node aggregate',
    'aggregate-without-once',
    W([
      http('List'),
      split(),
      N('F', 'functionItem', 1, {
        functionCode: "item.total = $items('Split').map(i => i.json.n).reduce((a, b) => a + b); return item;",
      }),
    ]),
  ],
  [
    'discord same text via first()',
    'notify-per-item',
    W([
      http('List'),
      split(),
      N(
        'D',
        'discord',
        2,
        { authentication: 'webhook', content: "=Report ready: {{ $('List').first().json.name }}", options: {} },
        { credentials: { discordWebhookApi: { id: '1', name: 'd' } } },
      ),
    ]),
  ],
  [
    'swapped outputs',
    'loop-',
    W(
      [http('List'), split(), loop('L'), http('G', { url: '=https://a/{{ $json.id }}' })],
      ['T>List', 'List>Split', 'Split>L', 'L:0>G', 'G>L'],
    ),
  ],
  [
    'body not returning',
    'loop-',
    W(
      [http('List'), split(), loop('L'), http('G', { url: '=https://a/{{ $json.id }}' }), N('E', 'noOp', 1)],
      ['T>List', 'List>Split', 'Split>L', 'L:1>G', 'L:0>E'],
    ),
  ],
];

describe('traps', () => {
  it.each(TRAPS)('%s: %s', (_, code, text) => {
    expect(check(text).filter((one) => one.startsWith(code))).not.toEqual([]);
  });
});

it('loops that only feed each other, or themselves, are told and do not hang the linter', () => {
  const nodes = [http('List'), split(), loop('A'), loop('B'), http('G')];
  const wires = ['T>List', 'List>Split', 'Split>A', 'A:0>B', 'B:0>A', 'A:1>G', 'G>A', 'B:1>G', 'G>B'];
  expect(check(W(nodes, wires))).not.toEqual([]);
  const alone = W([http('List'), split(), loop('A')], ['T>List', 'List>Split', 'Split>A', 'A:0>A', 'A:1>A']);
  expect(check(alone)).toContain('loop-output-miswired A');
});
