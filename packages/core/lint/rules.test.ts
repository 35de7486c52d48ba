/**
 * Every lint rule with workflows that must warn, workflows that must not, and its fix: applied, then checked again.
 * What must not warn are the cases for which loops, lists and repetitions are there.
 */
import { describe, expect, it } from 'vitest';
import { registry } from '@rondo/nodes/registry.ts';
import type { Definition } from '../model/definition.ts';
import { parseDefinition } from '../model/format.ts';
import type { Json } from '../model/item.ts';
import { compile } from '../compile/compile.ts';
import { checkDefinition } from './check.ts';
import { lint, RULES } from './lint.ts';

function read(nodes: string, top = ''): Definition {
  const { definition, diagnostics } = parseDefinition(`rondo: 1\nname: Case\n${top}\nnodes:\n${nodes}`, 'case.yaml');
  if (definition === null) throw new Error(JSON.stringify(diagnostics));
  return definition;
}

/** Codes and nodes; the definition must compile, so that the case is one that really runs. */
function found(nodes: string, top = ''): string[] {
  const definition = read(nodes, top);
  const errors = compile(definition, registry).diagnostics.filter((one) => one.severity === 'error');
  expect(errors).toEqual([]);
  return lint(definition, registry).map(({ code, node }) => `${code} ${node}`);
}

function applied(definition: Definition, code: string): Definition {
  const copy = structuredClone(definition);
  const fix = lint(definition, registry).find((one) => one.code === code)?.fix;
  for (const { path, value } of fix?.edits ?? []) {
    let at = copy as unknown as Record<string, Json>;
    for (const key of path.slice(0, -1)) at = (at[key as string] ??= {}) as Record<string, Json>;
    at[path.at(-1) as string] = value as Json;
  }
  return copy;
}

/** After the fix nothing is left to say of it, and the file is still in order. */
function mended(nodes: string, code: string, top = ''): void {
  const definition = read(nodes, top);
  expect(lint(definition, registry).filter((one) => one.code === code)[0]?.fix?.edits ?? []).not.toEqual([]);
  const after = checkDefinition(applied(definition, code), registry);
  expect(after.filter((one) => one.code === code || one.severity === 'error')).toEqual([]);
}

const LIST = `
  start: { type: manual }
  rows: { type: split-out, after: start, with: { field: rows } }`;

describe('loop-not-needed', () => {
  const loop = (body: string, more = '') => `${LIST}
  loop: { type: loop-over-items, after: [rows, last], ${more} }
  ${body}
  end: { type: aggregate, after: loop.done }`;

  it('warns of a loop that only makes nodes run per item', () => {
    expect(
      found(
        loop(`fetch: { type: http-request, after: loop.loop, with: { url: "https://a.test/{{ $json.id }}" } }
  last: { type: set, after: fetch, with: { fields: { seen: true } } }`),
      ),
    ).toEqual(['loop-not-needed loop']);
  });

  it.each([
    [
      'batches',
      `last: { type: http-request, after: loop.loop, with: { url: "https://a.test/bulk", method: POST, body: "{{ $input.all() }}" } }`,
      'loop: { size: 50 }',
    ],
    [
      'a wait between rounds',
      `call: { type: http-request, after: loop.loop, with: { url: "https://a.test" } }
  last: { type: wait, after: call, with: { for: 1s } }`,
      '',
    ],
    [
      'a decision per round',
      `check: { type: if, after: loop.loop, with: { when: "{{ $json.ok }}" } }
  last: { type: no-op, after: [check.true, check.false] }`,
      '',
    ],
    ['a sub-workflow per round', `last: { type: sub-workflow, after: loop.loop, with: { workflow: other } }`, ''],
    [
      'a rate',
      `last: { type: http-request, after: loop.loop, with: { url: "https://a.test" } }`,
      'loop: { rate: { count: 1, per: 1s } }',
    ],
    [
      'errors that are passed over',
      `last: { type: http-request, after: loop.loop, with: { url: "https://a.test" } }`,
      'loop: { onError: drop }',
    ],
    [
      'the counter of the round',
      `last: { type: set, after: loop.loop, with: { fields: { n: "{{ $loop.index }}" } } }`,
      '',
    ],
    [
      'polling',
      `ask: { type: http-request, after: loop.loop, with: { url: "https://a.test/job" } }
  last: { type: if, after: ask, with: { when: "{{ $json.done }}" } }`,
      'with: { reset: true }, loop: { limit: 20 }',
    ],
  ])('is silent about %s', (_, body, more) => {
    const nodes = loop(body, more).replace(
      ', last],',
      body.includes('last: { type: if') ? ', last.false],' : ', last],',
    );
    expect(found(nodes)).toEqual([]);
  });
});

describe('aggregate-without-once', () => {
  it('warns of a value of the whole list that is made once per item', () => {
    const code = `${LIST}
  sum: { type: code, after: rows, with: { mode: item, code: "return { sum: $input.all().reduce((s, i) => s + i.json.n, 0) };" } }`;
    expect(found(code)).toEqual(['aggregate-without-once sum']);
    mended(code, 'aggregate-without-once');
  });

  it('warns of a prompt that holds all items', () => {
    const prompt = `${LIST}
  write: { type: llm, after: rows, with: { connection: { baseUrl: "http://127.0.0.1:1/v1", model: m }, prompt: "Summarise: {{ JSON.stringify($('rows').all()) }}" } }`;
    expect(found(prompt)).toEqual(['aggregate-without-once write']);
    mended(prompt, 'aggregate-without-once');
  });

  it.each([
    [
      "another node's item",
      `x: { type: set, after: rows, with: { keep: none, fields: { tags: "{{ $('rows').all().filter(t => $('start').item.json.ids.includes(t.json.id)) }}" } } }`,
    ],
    [
      'the current item',
      `x: { type: set, after: rows, with: { keep: none, fields: { share: "{{ $json.n / $input.all().map(i => i.json.n).sum() }}" } } }`,
    ],
    [
      'code that runs once',
      `x: { type: code, after: rows, with: { mode: all, code: "return { n: $input.all().length };" } }`,
    ],
    [
      'executeOnce',
      `x: { type: set, after: rows, executeOnce: true, with: { keep: none, fields: { n: "{{ $input.all().length }}" } } }`,
    ],
    [
      'one item',
      `one: { type: aggregate, after: rows }
  x: { type: set, after: one, with: { keep: none, fields: { n: "{{ $('rows').all().length }}" } } }`,
    ],
    [
      'a total beside the fields of each item',
      `x: { type: set, after: rows, with: { fields: { of: "{{ $input.all().length }}" } } }`,
    ],
    ['a filter by the whole list', `x: { type: filter, after: rows, with: { when: "{{ $input.all().length > 3 }}" } }`],
  ])('is silent about %s', (_, node) => {
    expect(found(`${LIST}\n  ${node}`)).toEqual([]);
  });
});

describe('notify-per-item', () => {
  const slack = (text: string, more = '') =>
    `${LIST}\n  tell: { type: slack, after: rows, ${more} with: { operation: send, secret: s, channel: c, text: ${JSON.stringify(text)} } }`;

  it('warns of the same message for each item', () => {
    expect(found(slack('All rows are done.'))).toEqual(['notify-per-item tell']);
    mended(slack('All rows are done.'), 'notify-per-item');
    expect(found(slack("{{ $('rows').all().length }} rows"))).toEqual(['notify-per-item tell']);
  });

  it('warns of the same message in every round of a loop', () => {
    expect(
      found(`${LIST}
  each: { type: for-each, after: rows, body: { work: { type: no-op }, tell: { type: slack, after: work, with: { operation: send, secret: s, channel: c, text: Done } } } }`),
    ).toEqual(['notify-per-item tell']);
  });

  it('is silent about a message of the item, about one item, and about executeOnce', () => {
    expect(found(slack('Order {{ $json.id }}'))).toEqual([]);
    expect(found(slack("{{ $('start').item.json.name }}"))).toEqual([]);
    expect(found(slack('Done', 'executeOnce: true,'))).toEqual([]);
    expect(
      found(`  start: { type: manual }
  tell: { type: slack, after: start, with: { operation: send, secret: s, channel: c, text: Done } }`),
    ).toEqual([]);
  });
});

describe('manual-pagination', () => {
  const pages = (url: string, more = '') => `
  start: { type: manual }
  loop: { type: loop-over-items, after: [start, more.true], with: { reset: true } }
  fetch: { type: http-request, after: loop.loop, with: { url: ${JSON.stringify(url)}${more} } }
  more: { type: if, after: fetch, with: { when: "{{ $json.more }}" } }`;

  it('warns of counted pages, cursors and next links', () => {
    expect(found(pages('https://a.test/list?page={{ $runIndex + 1 }}'))).toEqual(['manual-pagination fetch']);
    expect(found(pages('https://a.test/list', ', query: { cursor: "{{ $json.next }}" }'))).toEqual([
      'manual-pagination fetch',
    ]);
    expect(
      found(`
  start: { type: manual }
  loop: { type: loop, after: start, loop: { state: { page: 1 }, until: "{{ $loop.vars.page > 9 }}", update: { page: "{{ $loop.vars.page + 1 }}" } }, body: { fetch: { type: http-request, with: { url: "https://a.test/list", query: { page: "{{ $loop.vars.page }}" } } } } }`),
    ).toEqual(['manual-pagination fetch']);
  });

  it('is silent about polling, pagination of the node and requests per item', () => {
    expect(found(pages('https://a.test/job/{{ $json.id }}'))).toEqual([]);
    expect(
      found(`${LIST}
  fetch: { type: http-request, after: rows, with: { url: "https://a.test/{{ $json.page }}" } }`),
    ).toEqual([]);
  });
});

describe('loop-without-end', () => {
  const polling = (more: string, back: string) => `
  start: { type: manual }
  loop: { type: loop-over-items, after: [start, ${back}], with: { reset: true }${more} }
  ask: { type: http-request, after: loop.loop, with: { url: "https://a.test/job" } }
  ready: { type: ${back === 'ask' ? 'no-op' : 'if'}, after: ask${back === 'ask' ? '' : ', with: { when: "{{ $json.ready }}" }'} }`;

  it('warns of a reset that nothing ends', () => {
    expect(found(polling('', 'ask'))).toEqual(['loop-without-end loop']);
    mended(polling('', 'ask'), 'loop-without-end');
  });

  it('warns of a circle of wires that nothing leaves', () => {
    const circle = (type: string) => `
  start: { type: manual }
  a: { type: no-op, after: [start, b] }
  b: { ${type}, after: a }`;
    expect(found(circle('type: no-op'), 'settings: { order: n8n-v1 }')).toEqual(['loop-without-end a']);
    expect(found(circle('type: if, with: { when: "{{ $runIndex < 5 }}" }'), 'settings: { order: n8n-v1 }')).toEqual([]);
  });

  it('is silent about polling with a ceiling and with a way out', () => {
    expect(found(polling(', loop: { limit: 30 }', 'ask'))).toEqual([]);
    expect(found(polling('', 'ready.false'))).toEqual([]);
  });
});

describe('two-responders', () => {
  const hook = '  hook: { type: webhook, with: { path: a, respond: node } }';

  it('warns of two answers in one run', () => {
    expect(
      found(`${hook}
  a: { type: respond, after: hook }
  b: { type: respond, after: a }`),
    ).toEqual(['two-responders b']);
    expect(
      found(`${hook}
  work: { type: no-op, after: hook }
  a: { type: respond, after: work }
  b: { type: respond, after: hook }`),
    ).toEqual(['two-responders b']);
  });

  it('is silent where an If, a Switch or a failure decides', () => {
    expect(
      found(`${hook}
  ok: { type: if, after: hook, with: { when: "{{ $json.body }}" } }
  a: { type: respond, after: ok.true }
  b: { type: respond, after: ok.false }`),
    ).toEqual([]);
    expect(
      found(`${hook}
  call: { type: http-request, after: hook, loop: { onError: port }, with: { url: "https://a.test" } }
  a: { type: respond, after: call }
  b: { type: respond, after: call.error }`),
    ).toEqual([]);
  });
});

describe('constant-after-fan-out', () => {
  it('hints at constants per item', () => {
    const nodes = `${LIST}
  config: { type: set, after: rows, with: { keep: none, fields: { url: "https://a.test", now: "{{ $now }}" } } }`;
    expect(found(nodes)).toEqual(['constant-after-fan-out config']);
    expect(lint(read(nodes), registry)[0]?.severity).toBe('hint');
    mended(nodes, 'constant-after-fan-out');
  });

  it('is silent where fields of the item are kept, and before the list', () => {
    expect(
      found(`${LIST}
  tag: { type: set, after: rows, with: { fields: { source: shop } } }`),
    ).toEqual([]);
    expect(
      found(`  start: { type: manual }
  config: { type: set, after: start, with: { keep: none, fields: { url: "https://a.test" } } }`),
    ).toEqual([]);
  });
});

describe('recursion-without-depth', () => {
  it('warns of a workflow that calls itself without an end', () => {
    expect(
      found(`  start: { type: workflow-trigger }
  again: { type: sub-workflow, after: start, with: { workflow: Case } }`),
    ).toEqual(['recursion-without-depth again']);
  });

  it('is silent where something ends it, and about other workflows', () => {
    expect(
      found(`  start: { type: workflow-trigger }
  deeper: { type: if, after: start, with: { when: "{{ $json.depth < 5 }}" } }
  again: { type: sub-workflow, after: deeper.true, with: { workflow: Case } }`),
    ).toEqual([]);
    expect(
      found(`  start: { type: workflow-trigger }
  children: { type: split-out, after: start, with: { field: children } }
  again: { type: sub-workflow, after: children, with: { workflow: Case, mode: each } }`),
    ).toEqual([]);
    expect(
      found(`  start: { type: workflow-trigger }
  other: { type: sub-workflow, after: start, with: { workflow: Other } }`),
    ).toEqual([]);
  });
});

describe('parallel-with-carry', () => {
  const each = (parallel: number, name = 'total') => `${LIST}
  each:
    type: for-each
    after: rows
    loop: { parallel: ${parallel} }
    body:
      read: { type: set, with: { fields: { before: "{{ $vars.${name} }}" } } }
      add: { type: assign, after: read, with: { set: { total: "{{ $json.n }}" } } }`;

  it('warns of a variable that iterations at once read and set', () => {
    expect(found(each(5))).toEqual(['parallel-with-carry each']);
    mended(each(5), 'parallel-with-carry');
  });

  it('is silent about one at a time and about other variables', () => {
    expect(found(each(1))).toEqual([]);
    expect(found(each(5, 'other'))).toEqual([]);
  });
});

describe('sub-workflow-once', () => {
  const call = (more: string) => `${LIST}
  call: { type: sub-workflow, after: rows, with: { workflow: other, ${more} } }`;

  it('warns of an input of one item for a call with all', () => {
    expect(found(call('input: { id: "{{ $json.id }}" }'))).toEqual(['sub-workflow-once call']);
    mended(call('input: { id: "{{ $json.id }}" }'), 'sub-workflow-once');
  });

  it('is silent about lists, about each, and where one item arrives', () => {
    expect(found(call('mode: each, input: { id: "{{ $json.id }}" }'))).toEqual([]);
    expect(found(call('input: { ids: "{{ $input.all().map(i => i.json.id) }}" }'))).toEqual([]);
    expect(found(call('mode: once'))).toEqual([]);
  });
});

describe('unsafe-retry', () => {
  const node = (text: string) => `  start: { type: manual }
  act: { after: start, loop: { retry: { times: 3 } }, ${text} }`;

  it('warns of messages, hints at requests that change something', () => {
    expect(found(node('type: slack, with: { operation: send, secret: s, channel: c, text: Hi }'))).toEqual([
      'unsafe-retry act',
    ]);
    const post = node('type: http-request, with: { url: "https://a.test", method: POST, idempotencyKey: false }');
    expect(found(post)).toEqual(['unsafe-retry act']);
    mended(post, 'unsafe-retry');
  });

  it('is silent about reading and about keys', () => {
    expect(found(node('type: http-request, with: { url: "https://a.test" }'))).toEqual([]);
    expect(found(node('type: http-request, with: { url: "https://a.test", method: POST }'))).toEqual([]);
    expect(
      found(node('type: llm, with: { connection: { baseUrl: "http://127.0.0.1:1/v1", model: m }, prompt: p }')),
    ).toEqual([]);
  });
});

describe('loop-output-miswired', () => {
  const drawn = (body: string, done: string) => `
  start: { type: manual }
  loop: { type: loop-over-items, after: [start${body}], with: {}, loop: { size: 1 } }
  ${done}`;
  const top = 'settings: { order: n8n-v1, strict: true, dialect: n8n }';

  it('warns of swapped outputs, a body that never returns and done that leads back', () => {
    const codes = (nodes: string) =>
      lint(read(nodes, top), registry)
        .filter((one) => one.code === 'loop-output-miswired')
        .map((one) => one.message);
    expect(
      codes(
        drawn(
          ', work',
          'work: { type: wait, after: loop.done, with: { for: 1s } }\n  end: { type: no-op, after: loop.loop }',
        ),
      ),
    ).toEqual([expect.stringContaining('swapped')]);
    expect(codes(drawn('', 'work: { type: no-op, after: loop.loop }'))).toEqual([
      expect.stringContaining('only the first batch'),
    ]);
    expect(codes(drawn(', loop.done', 'work: { type: no-op, after: loop.loop }'))).toEqual([
      expect.stringContaining('never ends'),
    ]);
  });

  it('is silent about loops that return, nested ones too', () => {
    expect(
      found(`
  start: { type: manual }
  outer: { type: loop-over-items, after: [start, inner.done] }
  inner: { type: loop-over-items, after: [outer.loop, work], loop: { size: 5 } }
  work: { type: aggregate, after: inner.loop }
  end: { type: no-op, after: outer.done }`),
    ).toEqual([]);
  });
});

describe('fan-out-too-large', () => {
  it('warns of written products and of every item with every other', () => {
    expect(
      found(`  start: { type: manual }
  outer: { type: for-each, after: start, loop: { over: "{{ range(0, 5000) }}" }, body: { inner: { type: for-each, loop: { over: "{{ range(0, 5000) }}" }, body: { x: { type: no-op } } } } }`),
    ).toEqual(['fan-out-too-large inner']);
  });

  it('is silent about small ones and bounded ones', () => {
    expect(
      found(`  start: { type: manual }
  outer: { type: for-each, after: start, loop: { over: [1, 2, 3] }, body: { inner: { type: for-each, loop: { over: "{{ range(0, 5000) }}" }, body: { x: { type: no-op } } } } }`),
    ).toEqual([]);
  });
});

it('there is one rule per code of the linter', () => {
  expect(RULES.map((rule) => rule.code).sort()).toEqual(
    [
      'loop-not-needed',
      'aggregate-without-once',
      'notify-per-item',
      'manual-pagination',
      'loop-without-end',
      'two-responders',
      'constant-after-fan-out',
      'recursion-without-depth',
      'parallel-with-carry',
      'sub-workflow-once',
      'unsafe-retry',
      'loop-output-miswired',
      'fan-out-too-large',
    ].sort(),
  );
});
