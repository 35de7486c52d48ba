/** What the nodes that steer the flow become, version by version. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../model/item.ts';
import type { Mapped, N8nNode, Report } from '../node.ts';
import { FLOW_MAPPINGS } from './flow.ts';

interface Told {
  mapped: Mapped | null;
  unsupported: string[];
  differs: string[];
}

function map(
  type: string,
  typeVersion: number,
  parameters: { [key: string]: Json },
  more: Partial<N8nNode> = {},
): Told {
  const told: Told = { mapped: null, unsupported: [], differs: [] };
  const report: Report = {
    unsupported: (_, parameter = '') => told.unsupported.push(parameter),
    differs: (_, parameter = '') => told.differs.push(parameter),
    changed: () => {},
    strict: true,
    timezone: null,
  };
  const node: N8nNode = {
    name: 'It',
    type: `n8n-nodes-base.${type}`,
    typeVersion,
    parameters,
    credentials: {},
    executeOnce: false,
    onError: 'stopWorkflow',
    attached: {},
    ...more,
  };
  told.mapped = FLOW_MAPPINGS[node.type]?.(node, report) ?? null;
  return told;
}

const given = (type: string, version: number, parameters: { [key: string]: Json }): unknown =>
  map(type, version, parameters).mapped?.with;

describe('set', () => {
  it('has values by type, then fields, then assignments', () => {
    const values = {
      string: [{ name: '=k{{ 1 }}', value: '={{ $json.a }}' }],
      number: [{ value: 3 }],
      boolean: [{ name: 'b' }],
    };
    expect(given('set', 1, { values, keepOnlySet: true })).toEqual({
      keep: 'none',
      keepFiles: false,
      assignments: [
        { name: 'b', value: false, type: 'boolean' },
        { name: 'propertyName', value: 3, type: 'number' },
        { name: 'k{{ 1 }}', value: '{{ $json.a }}', type: 'string' },
      ],
      semantics: 'n8n-1',
    });
    const fields = {
      values: [{ name: 'o', type: 'objectValue', objectValue: '={"a": {{ $json.a }} }' }, { name: 's' }],
    };
    expect(given('set', 3.2, { fields, include: 'selected', includeFields: 'a, b.c' })).toEqual({
      keep: 'selected',
      names: 'a, b.c',
      keepFiles: false,
      assignments: [
        { name: 'o', pieces: ['{"a": ', '{{ $json.a }}', ' }'], type: 'object' },
        { name: 's', value: '', type: 'string' },
      ],
      semantics: 'n8n',
    });
    const assignments = { assignments: [{ name: 'a', type: 'array', value: '[1]' }] };
    expect(given('set', 3.4, { assignments, includeOtherFields: true, options: { dotNotation: false } })).toEqual({
      dotPaths: false,
      assignments: [{ name: 'a', value: '[1]', type: 'array' }],
      semantics: 'n8n',
    });
  });

  it('takes braces of texts that are no expressions as they are', () => {
    const assignments = { assignments: [{ name: 'a', value: 'x {{ y }}' }] };
    expect(given('set', 3.4, { assignments })).toMatchObject({ assignments: [{ value: 'x \\{{ y }}' }] });
    expect(given('set', 3.4, { mode: 'raw', jsonOutput: '={"a": "\\{{ {{ $json.b }}"}' })).toMatchObject({
      value: ['{"a": "\\\\\\{{ ', '{{ $json.b }}', '"}'],
    });
  });

  it('is refused where an expression decides what it is', () => {
    expect(map('set', 3.4, { mode: '={{ $json.mode }}' }).unsupported).toEqual(['mode']);
    expect(map('set', 3.4, { assignments: { assignments: [{ name: 'f', type: 'binary' }] } }).unsupported).toEqual([
      'assignments.assignments.0.type',
    ]);
  });
});

describe('if, filter and switch', () => {
  const one = { leftValue: '={{ $json.n }}', rightValue: 5, operator: { type: 'number', operation: 'gt' } };

  it('have conditions of their version', () => {
    const options = { caseSensitive: false, typeValidation: 'loose', version: 2 };
    expect(map('if', 2.2, { conditions: { combinator: 'or', conditions: [one], options } }).mapped).toEqual({
      type: 'if',
      with: {
        conditions: [{ left: '{{ $json.n }}', op: 'gt', right: 5, type: 'number', caseSensitive: false, loose: true }],
        combinator: 'or',
        semantics: 'n8n-2',
      },
      outputs: ['true', 'false'],
    });
    const old = { string: [{ value1: 'a', value2: 'b' }], boolean: [{ value1: true, value2: true }] };
    expect(map('filter', 1, { conditions: old, combineConditions: 'OR' }).mapped).toMatchObject({
      with: {
        conditions: [
          { left: true, op: 'equals', right: true, type: 'boolean' },
          { left: 'a', op: 'equals', right: 'b', type: 'string' },
        ],
        combinator: 'or',
        semantics: 'n8n-0',
      },
      outputs: ['kept', 'discarded'],
    });
  });

  it('go on after errors with what does not fit', () => {
    const { mapped } = map('if', 2, { conditions: { conditions: [one] } }, { onError: 'continueErrorOutput' });
    expect(mapped).toMatchObject({ with: { undecided: 'no' }, loop: { onError: 'stop' } });
  });

  it('an operator that there is not never holds', () => {
    const odd = { conditions: { conditions: [{ ...one, operator: { type: 'number', operation: 'near' } }] } };
    expect(map('if', 2, odd).differs).toEqual(['conditions.conditions.0']);
  });

  it('have outputs in the order of the rules, and one more for the rest', () => {
    const rule = (outputKey: string): Json => ({ conditions: { conditions: [one] }, renameOutput: true, outputKey });
    const rules = { values: [rule('big'), rule('big'), rule('a.b')] };
    const { mapped } = map('switch', 3, { rules, options: { fallbackOutput: 'extra' } });
    expect(mapped?.outputs).toEqual(['big', '1', '2', 'extra']);
    expect(mapped?.with).toMatchObject({ outputs: ['big', '1', '2'], fallback: 'extra' });
    const old = {
      rules: { rules: [{ operation: 'equal', value2: 1, output: 2 }] },
      value1: '={{ $json.n }}',
      fallbackOutput: 3,
    };
    expect(map('switch', 1, old).mapped).toMatchObject({ outputs: ['0', '1', '2', '3'], with: { fallback: '3' } });
    expect(given('switch', 3, { mode: 'expression', numberOutputs: 2, output: '={{ $json.n }}' })).toEqual({
      outputs: ['0', '1'],
      output: '{{ $json.n }}',
    });
    expect(map('switch', 3, { options: { fallbackOutput: 7 } }).unsupported).toEqual(['options.fallbackOutput']);
  });
});

describe('merge', () => {
  it('joins in the words of each version', () => {
    expect(given('merge', 3, { mode: 'combine', fieldsToMatchString: 'id, g', joinMode: 'enrichInput1' })).toEqual({
      mode: 'key',
      keys: 'id, g',
      join: 'left',
      semantics: 'n8n',
    });
    const mergeByFields = { values: [{ field1: 'a', field2: 'b' }] };
    const more = { joinMode: 'keepNonMatches', outputDataFrom: 'input2' };
    expect(given('merge', 2.1, { mode: 'combine', mergeByFields, ...more })).toEqual({
      mode: 'key',
      keys: [{ left: 'a', right: 'b' }],
      join: 'anti',
      side: 'input2',
      semantics: 'n8n-2.1',
    });
    expect(given('merge', 1, { mode: 'passThrough', output: 'input2' })).toEqual({ mode: 'choose', take: 2 });
    expect(map('merge', 3.2, { numberInputs: 3 }).mapped?.inputs).toEqual(['input1', 'input2', 'input3']);
    const query = 'SELECT input1.id FROM input1 JOIN input2 USING (id)';
    expect(given('merge', 3.2, { mode: 'combineBySql', query })).toEqual({ mode: 'sql', query });
    expect(given('merge', 3.1, { mode: 'combineBySql', query: '=SELECT {{ $json.what }} FROM input1' })).toEqual({
      mode: 'sql',
      query: 'SELECT {{ $json.what }} FROM input1',
      success: true,
    });
    expect(map('merge', 3.2, { mode: 'combineBySql', query: 'DELETE FROM input1' }).unsupported).toEqual(['query']);
  });
});

describe('loops and calls', () => {
  it('outputs of the loop have changed places', () => {
    expect(map('splitInBatches', 1, {}).mapped).toMatchObject({ outputs: ['loop'], loop: { size: 10 } });
    expect(map('splitInBatches', 2, {}).mapped?.outputs).toEqual(['loop', 'done']);
    expect(map('splitInBatches', 3, { options: { reset: '={{ $json.r }}' } }).mapped).toEqual({
      type: 'loop-over-items',
      with: { reset: '{{ $json.r }}' },
      loop: { size: 1 },
      outputs: ['done', 'loop'],
    });
    expect(given('splitInBatches', 3, { batchSize: '={{ $json.n }}' })).toEqual({ size: '{{ $json.n }}' });
    expect(map('splitInBatches', 3, { batchSize: 0 }).unsupported).toEqual(['batchSize']);
  });

  it('a workflow is called by its id, with fields of its schema', () => {
    const workflowId = { __rl: true, mode: 'id', value: 'w1' };
    const workflowInputs = { value: { a: '={{ $json.b }}' }, schema: [{ id: 'a' }, { id: 'c' }] };
    expect(
      given('executeWorkflow', 1.2, { workflowId, workflowInputs, options: { waitForSubWorkflow: false } }),
    ).toEqual({
      workflow: 'w1',
      wait: false,
      fields: { a: '{{ $json.b }}' },
      only: ['a', 'c'],
    });
    expect(map('executeWorkflow', 1, { source: 'url' }).unsupported).toEqual(['source']);
    expect(given('executeWorkflowTrigger', 1.1, { workflowInputs: { values: [{ name: 'a' }] } })).toEqual({
      fields: [{ name: 'a', required: false }],
      extra: 'drop',
    });
  });
});

describe('code', () => {
  it('is what it was, with the rules of its node for results', () => {
    expect(given('code', 2, { jsCode: 'return 1;', mode: 'runOnceForEachItem' })).toEqual({
      code: 'return 1;',
      mode: 'item',
      semantics: 'n8n',
    });
    expect(given('function', 1, { functionCode: 'return items;' })).toMatchObject({
      mode: 'all',
      semantics: 'n8n-function',
    });
    expect(given('functionItem', 1, { functionCode: 'return item;' })).toMatchObject({ mode: 'item' });
    expect(map('code', 2, { language: 'python', pythonCode: 'return _items' }).mapped?.type).toBe('python');
    expect(map('code', 2, { language: 'python', pythonCode: 'return _input.all()' }).unsupported).toEqual([
      'pythonCode',
    ]);
  });
});

describe('triggers, waiting, answers', () => {
  it('schedules are cron patterns', () => {
    const rule = (interval: Json[]): Told => map('scheduleTrigger', 1.2, { rule: { interval } });
    const cron = (interval: Json[]): unknown => rule(interval).mapped?.with?.cron;
    expect(cron([{ field: 'weeks', triggerAtDay: [1, 3], triggerAtHour: 9 }])).toBe('0 9 * * 1,3');
    expect(cron([{ field: 'hours', hoursInterval: 2, triggerAtMinute: 5 }, {}])).toEqual(['5 */2 * * *', '0 0 * * *']);
    expect(rule([{ field: 'minutes', minutesInterval: 15 }]).mapped?.with?.every).toBe('15m');
    expect(rule([{ field: 'weeks', weeksInterval: 2 }]).differs).toEqual(['rule.interval.0']);
    expect(given('cron', 1, { triggerTimes: { item: [{ mode: 'everyWeek', hour: 8, weekday: '5' }] } })).toMatchObject({
      cron: '0 8 * * 5',
    });
  });

  it('a wait is one for all items', () => {
    expect(map('wait', 1.1, { amount: 2, unit: 'minutes' }).mapped).toEqual({
      type: 'wait',
      with: { for: 120_000 },
      loop: { size: 'all' },
    });
    expect(given('wait', 1.1, { amount: '={{ $json.s }}' })).toEqual({ for: '{{ $json.s }}s' });
    expect(map('wait', 1.1, { resume: 'webhook' }).unsupported).toEqual(['resume']);
  });

  it('webhooks and answers keep what callers see', () => {
    expect(given('webhook', 2, { path: 'in', httpMethod: 'POST', responseMode: 'responseNode' })).toMatchObject({
      path: 'in',
      methods: ['POST'],
      respond: 'node',
    });
    expect(given('respondToWebhook', 1.1, { respondWith: 'json', responseBody: '={"a": {{ 1 }} }' })).toEqual({
      body: '{"a": {{ 1 }} }',
      as: 'json-text',
      pass: true,
    });
    expect(
      given('respondToWebhook', 1.1, { respondWith: 'redirect', redirectURL: 'https://example.org/x' }),
    ).toMatchObject({
      redirectHosts: ['example.org'],
      status: 307,
    });
  });

  it('an error on purpose passes items on where the run goes on', () => {
    const { mapped } = map('stopAndError', 1, { errorMessage: 'no' }, { onError: 'continueRegularOutput' });
    expect(mapped).toMatchObject({ type: 'stop-and-error', loop: { onError: 'pass' } });
  });
});

describe('what code asks for', () => {
  it.each([
    ["const a = require('axios')", ['jsCode']],
    ['await this.helpers.httpRequest({})', ['jsCode']],
    ['await fetch("https://a.test")', ['jsCode']],
    ["const c = require('node:crypto'); // require('fs'), fetch()", []],
  ])('%s: what is not there is said before the run', (jsCode, differs) => {
    expect(map('code', 2, { jsCode })).toMatchObject({ differs, unsupported: [], mapped: { type: 'code' } });
  });
});
