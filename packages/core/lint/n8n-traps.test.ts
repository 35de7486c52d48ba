/**
 * The traps of loops that people fall into in n8n, drawn as they draw them: each is found in the file as it is, and the
 * workflow that does it right next to it is left alone.
 */
import { describe, expect, it } from 'vitest';
import { registry } from '@rondo/nodes/registry.ts';
import { convert } from '../convert/convert.ts';
import type { Json } from '../model/item.ts';
import { checkDefinition } from './check.ts';

interface Drawn {
  name: string;
  type: string;
  typeVersion?: number;
  parameters?: Json;
  [setting: string]: Json | undefined;
}

/** Wires as `From > To`, `From.1 > To` for the second output. */
function check(nodes: Drawn[], wires: string[]): string[] {
  const connections: Record<string, { main: { node: string; type: string; index: number }[][] }> = {};
  for (const wire of wires) {
    const [source = '', target = ''] = wire.split(' > ');
    const [name = '', output = '0'] = source.split('.');
    const main = (connections[name] ??= { main: [] }).main;
    while (main.length <= Number(output)) main.push([]);
    main[Number(output)]?.push({ node: target, type: 'main', index: 0 });
  }
  const file = {
    name: 'Trap',
    nodes: nodes.map((node, i) => ({
      id: `${i}`,
      typeVersion: 1,
      parameters: {},
      position: [200 * i, 0],
      ...node,
      type: `n8n-nodes-base.${node.type}`,
    })),
    connections,
    settings: { executionOrder: 'v1' },
  };
  const converted = convert(JSON.stringify(file), 'n8n', { strict: false, file: 'trap.json' });
  const errors = converted.diagnostics.filter((one) => one.severity === 'error');
  expect(errors).toEqual([]);
  if (converted.definition === null) throw new Error('not converted');
  return (
    [...converted.diagnostics, ...checkDefinition(converted.definition, registry)]
      .filter((one) => one.severity !== 'hint' || one.code === 'constant-after-fan-out')
      // What behaves differently at all is the converter's to say; here only nested loops matter.
      .filter((one) => one.code !== 'converted' && (one.code !== 'differs' || /loop/i.test(one.message)))
      .map(({ code, node }) => `${code} ${node}`)
  );
}

const START: Drawn = { name: 'Start', type: 'manualTrigger' };
const ROWS: Drawn = { name: 'Rows', type: 'splitOut', parameters: { fieldToSplitOut: 'rows' } };
const LOOP: Drawn = { name: 'Loop Over Items', type: 'splitInBatches', typeVersion: 3, parameters: { options: {} } };
const http = (name: string, parameters: Record<string, Json> = {}): Drawn => ({
  name,
  type: 'httpRequest',
  typeVersion: 4.2,
  parameters: { url: '=https://api.example.org/items/{{ $json.id }}', options: {}, ...parameters },
});
const slack = (text: string, more: Partial<Drawn> = {}): Drawn => ({
  name: 'Tell',
  type: 'slack',
  typeVersion: 2.2,
  parameters: {
    select: 'channel',
    channelId: { __rl: true, mode: 'id', value: 'C024BE91L' },
    text,
    otherOptions: {},
  },
  credentials: { slackApi: { id: '1', name: 'Slack' } },
  ...more,
});

describe('a loop that is not needed', () => {
  it('is found', () => {
    const nodes = [START, ROWS, LOOP, http('Fetch'), { name: 'Rest', type: 'noOp' }];
    const wires = ['Start > Rows', 'Rows > Loop Over Items', 'Loop Over Items.1 > Fetch', 'Fetch > Loop Over Items'];
    expect(check(nodes, [...wires, 'Loop Over Items > Rest'])).toEqual(['loop-not-needed Loop Over Items']);
  });

  it('is not seen in batches with a wait', () => {
    const nodes = [
      START,
      ROWS,
      { ...LOOP, parameters: { batchSize: 10, options: {} } },
      http('Fetch'),
      { name: 'Pause', type: 'wait', typeVersion: 1.1, parameters: { amount: 1, unit: 'seconds' } },
    ];
    expect(
      check(nodes, [
        'Start > Rows',
        'Rows > Loop Over Items',
        'Loop Over Items.1 > Fetch',
        'Fetch > Pause',
        'Pause > Loop Over Items',
      ]),
    ).toEqual([]);
  });
});

describe('an aggregate per item', () => {
  const sum = (value: string, more: Partial<Drawn> = {}): Drawn => ({
    name: 'Sum',
    type: 'set',
    typeVersion: 3.4,
    parameters: { assignments: { assignments: [{ id: 'a', name: 'sum', type: 'number', value }] }, options: {} },
    ...more,
  });
  const wires = ['Start > Rows', 'Rows > Sum'];
  const total = '={{ $input.all().map(item => item.json.price).reduce((a, b) => a + b, 0) }}';

  it('is found in Set', () => {
    expect(check([START, ROWS, sum(total)], wires)).toEqual(['aggregate-without-once Sum']);
  });

  it('is not seen with executeOnce, in Code for all items, or in a look-up of the item', () => {
    expect(check([START, ROWS, sum(total, { executeOnce: true })], wires)).toEqual([]);
    const code: Drawn = {
      name: 'Sum',
      type: 'code',
      typeVersion: 2,
      parameters: { jsCode: 'return [{ json: { n: $input.all().map(i => i.json.n).reduce((a, b) => a + b, 0) } }];' },
    };
    expect(check([START, ROWS, code], wires)).toEqual([]);
    const lookUp = "={{ $('Rows').all().filter(tag => $('Start').item.json.ids.includes(tag.json.id)).length }}";
    expect(check([START, ROWS, sum(lookUp)], wires)).toEqual([]);
  });
});

describe('pages turned by hand', () => {
  const more: Drawn = {
    name: 'More?',
    type: 'if',
    typeVersion: 2.2,
    parameters: {
      conditions: {
        options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
        combinator: 'and',
        conditions: [
          {
            id: 'a',
            leftValue: '={{ $json.more }}',
            rightValue: '',
            operator: { type: 'boolean', operation: 'true', singleValue: true },
          },
        ],
      },
      options: {},
    },
  };
  it('are found in a circle and in a loop with reset', () => {
    const page = http('Page', { url: '=https://api.example.org/items?page={{ $runIndex + 1 }}' });
    expect(check([START, page, more], ['Start > Page', 'Page > More?', 'More? > Page'])).toEqual([
      'manual-pagination Page',
    ]);
    const loop = { ...LOOP, parameters: { options: { reset: true } } };
    expect(
      check(
        [START, loop, page, more],
        ['Start > Loop Over Items', 'Loop Over Items.1 > Page', 'Page > More?', 'More? > Loop Over Items'],
      ),
    ).toEqual(['manual-pagination Page']);
  });

  it('are not seen in polling with a ceiling', () => {
    const ask = http('Ask', { url: "=https://api.example.org/jobs/{{ $('Start').first().json.job }}" });
    const loop = { ...LOOP, parameters: { options: { reset: true } } };
    const wait: Drawn = { name: 'Pause', type: 'wait', typeVersion: 1.1, parameters: { amount: 30, unit: 'seconds' } };
    expect(
      check(
        [START, loop, ask, more, wait],
        [
          'Start > Loop Over Items',
          'Loop Over Items.1 > Ask',
          'Ask > More?',
          'More? > Pause',
          'Pause > Loop Over Items',
        ],
      ),
    ).toEqual([]);
  });
});

describe('a message per item', () => {
  it('is found where it says the same to all', () => {
    expect(check([START, ROWS, slack('All rows were imported.')], ['Start > Rows', 'Rows > Tell'])).toEqual([
      'notify-per-item Tell',
    ]);
  });

  it('is not seen where it speaks of the item, or is sent once', () => {
    expect(check([START, ROWS, slack('=Order {{ $json.id }}')], ['Start > Rows', 'Rows > Tell'])).toEqual([]);
    expect(check([START, ROWS, slack('Done', { executeOnce: true })], ['Start > Rows', 'Rows > Tell'])).toEqual([]);
  });
});

describe('two answers to one request', () => {
  const hook: Drawn = {
    name: 'Hook',
    type: 'webhook',
    typeVersion: 2,
    parameters: { path: 'orders', responseMode: 'responseNode', httpMethod: 'POST', options: {} },
  };
  const answer = (name: string): Drawn => ({
    name,
    type: 'respondToWebhook',
    typeVersion: 1.1,
    parameters: { options: {} },
  });

  it('are found where two branches both answer', () => {
    const nodes = [hook, { name: 'A', type: 'noOp' }, { name: 'B', type: 'noOp' }, answer('Answer')];
    expect(check(nodes, ['Hook > A', 'Hook > B', 'A > Answer', 'B > Answer'])).toEqual(['two-responders Answer']);
  });

  it('are not seen behind the two outputs of an If', () => {
    const decide: Drawn = {
      name: 'Valid?',
      type: 'if',
      typeVersion: 2.2,
      parameters: {
        conditions: {
          options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
          combinator: 'and',
          conditions: [
            {
              id: 'a',
              leftValue: '={{ $json.body.id }}',
              rightValue: '',
              operator: { type: 'string', operation: 'notEmpty', singleValue: true },
            },
          ],
        },
        options: {},
      },
    };
    expect(
      check([hook, decide, answer('Yes'), answer('No')], ['Hook > Valid?', 'Valid? > Yes', 'Valid?.1 > No']),
    ).toEqual([]);
  });
});

it('a loop with reset and no end is found', () => {
  const loop = { ...LOOP, parameters: { options: { reset: true } } };
  const ask = http('Ask', { url: 'https://api.example.org/job' });
  expect(
    check([START, loop, ask], ['Start > Loop Over Items', 'Loop Over Items.1 > Ask', 'Ask > Loop Over Items']),
  ).toEqual(['loop-without-end Loop Over Items']);
});

it('constants after a fan-out are found', () => {
  const config: Drawn = {
    name: 'Config',
    type: 'set',
    typeVersion: 3.4,
    parameters: {
      assignments: { assignments: [{ id: 'a', name: 'url', type: 'string', value: 'https://a.test' }] },
      options: {},
    },
  };
  expect(check([START, ROWS, config], ['Start > Rows', 'Rows > Config'])).toEqual(['constant-after-fan-out Config']);
});

it('a nested loop is said to differ, because here it works', () => {
  const inner = { ...LOOP, name: 'Inner', parameters: { batchSize: 2, options: {} } };
  const outer = { ...LOOP, name: 'Outer', parameters: { batchSize: 3, options: {} } };
  const found = check(
    [START, ROWS, outer, ROWS_OF_ITEM, inner, http('Fetch')],
    [
      'Start > Rows',
      'Rows > Outer',
      'Outer.1 > Children',
      'Children > Inner',
      'Inner.1 > Fetch',
      'Fetch > Inner',
      'Inner > Outer',
    ],
  );
  expect(found).toEqual(['differs Inner']);
});

const ROWS_OF_ITEM: Drawn = { name: 'Children', type: 'splitOut', parameters: { fieldToSplitOut: 'children' } };
