/** HTML: what selectors give, hostile pages, values that must not become markup. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { testLimits } from '../kit/limits.testing.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function html(params: Record<string, Json>, json: Json = {}, limit = testLimits()): Promise<Json[] | undefined> {
  return (await runNode(node, { params, input: [json], ports: { limit } })).output.main;
}

const clean = async (value: string): Promise<string> => {
  const [out] = (await html({ operation: 'clean', value })) as { html: string }[];
  return out?.html ?? '';
};

describe('html', () => {
  it.each(node.examples.map((example) => [example.title, example] as const))('example: %s', async (_, example) => {
    expect(await html(example.with, (example.input as Json[])[0])).toEqual(example.output);
  });

  it('gives texts, attributes, inner and outer HTML, values and counts', async () => {
    const value = '<div id="d">a <i>b</i><script>no</script></div><input name="q" value="v"><p>1</p><p>2</p>';
    const get = (selector: string, more: Record<string, Json>): Json => ({ selector, ...more });
    const fields = {
      'text': 'div',
      'deep.html': get('div i', { get: 'outerHtml' }),
      'inner': get('div i', { get: 'html' }),
      'id': get('div', { get: 'attribute', attribute: 'id' }),
      'none': get('div', { get: 'attribute', attribute: 'x' }),
      'value': get('input', { get: 'value' }),
      'all': get('p', { all: true }),
      'count': get('p', { get: 'count' }),
      'missing': 'h1',
      'exists': get('h1', { get: 'exists' }),
      'no': get('h1', { all: true }),
    };
    expect(await html({ value, fields })).toEqual([
      {
        text: 'a b',
        deep: { html: '<i>b</i>' },
        inner: 'b',
        id: 'd',
        none: null,
        value: 'v',
        all: ['1', '2'],
        count: 2,
        missing: null,
        exists: false,
        no: [],
      },
    ]);
  });

  it('keeps words of neighbouring elements apart, and white space on request', async () => {
    const value = '<table><tr><td>a<td>b</table><p>c\n  d</p>';
    expect(await html({ operation: 'text', value })).toEqual([{ html: 'a b c d' }]);
    expect(await html({ operation: 'text', value: '<p>c\n  d</p>', trim: false })).toEqual([{ html: 'c\n  d' }]);
  });

  it('keeps fields with hostile names', async () => {
    const out = await html({ value: '<b>x</b>', fields: JSON.parse('{"__proto__":"b"}') as Json });
    expect(JSON.stringify(out)).toBe('[{"__proto__":"x"}]');
  });

  it.each([
    ['<script>alert(1)</script>a', 'a'],
    ['<p onclick="x()" style="a">b</p>', '<p>b</p>'],
    ['<img src=x onerror=alert(1)>', '<img src="x">'],
    ['<img src="data:image/svg+xml,<svg/>">', '<img>'],
    ['<svg><style><img src=x onerror=alert(1)></style></svg>c', '<img src="x">c'],
    ['<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">', ''],
    ['<noscript><p title="</noscript><img src=x onerror=alert(1)>">', '<img src="x">"&gt;'],
    ['<custom-x><b>kept</b></custom-x><!-- c -->', '<b>kept</b>'],
    ['<iframe srcdoc="<script>x</script>"></iframe><form action="x"><input></form>', ''],
    ['<a href="https://x.org" target=_blank>y</a>', '<a href="https://x.org" rel="noopener noreferrer nofollow">y</a>'],
  ])('cleans %s', async (value, expected) => {
    const out = await clean(value);
    expect(out).toBe(expected);
    expect(await clean(out)).toBe(out);
  });

  it.each([
    'javascript:x',
    ' java\nscript:x',
    '&#106;avascript:x',
    'JAVASCRIPT&colon;x',
    '\u0001javascript:x',
    'vbscript:x',
    'data:text/html,x',
  ])('takes the address %j away', async (address) => {
    expect(await clean(`<a href="${address}">y</a>`)).toBe('<a>y</a>');
  });

  it('escapes what a template prints, also after filters and in loops', async () => {
    const template =
      '{# {{ c }} #}<p title="{{ t }}">{{ rows | join(", ") }}{% for r in rows %}{{ r }}{% endfor %}{{ "}}" }}{% raw %}{{ x }}{% endraw %}</p>{{ h }}';
    const params = {
      operation: 'fill',
      template,
      values: { t: '" onclick="x', rows: ['<b>', '&'] },
      html: { h: '<b onclick=x>y</b><script>z</script>' },
    };
    expect(await html(params)).toEqual([
      { html: '<p title="&#34; onclick=&#34;x">&lt;b&gt;, &amp;&lt;b&gt;&amp;}}{{ x }}</p><b>y</b>' },
    ]);
  });

  it('ends the work on a page that is made to take long', async () => {
    const value = '<div>'.repeat(60_000);
    const started = performance.now();
    const run = html({ value, fields: { a: 'div' } }, {}, testLimits({ 'expression.ms': 200 }));
    await expect(run).rejects.toMatchObject({ failure: { code: 'expression-timeout', retry: 'no' } });
    await expect(run).rejects.toThrow('reading HTML: limit expression.ms reached');
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it.each<[Record<string, Json>, string]>([
    [{ value: 5, fields: { a: 'b' } }, 'value must be HTML as text, not the number 5'],
    [{ value: '<p>' }, 'fields must be an object with at least one field'],
    [{ value: '<p>', fields: { a: 'p[' } }, 'fields.a: the text "p[" is no CSS selector'],
    [{ value: '<p>', fields: { a: { selector: 'p', get: 'color' } } }, 'fields.a.get must be one of text,'],
    [{ value: '<p>', fields: { a: { selector: 'p', get: 'attribute' } } }, 'fields.a.attribute must be the name'],
    [{ operation: 'table', value: [1] }, 'value[0] must be an object'],
    [{ operation: 'fill', template: '{{ "x }}' }, 'Template, line 1'],
    [{ operation: 'fill' }, 'template must be text'],
  ])('refuses %j', async (params, message) => {
    await expect(html(params)).rejects.toThrow(message);
  });
});

describe('tables', () => {
  const rows: Json = [{ first_name: '<A>', ok: true }, { ok: false }];

  it('have a caption, headings in capitals and attributes', async () => {
    const attributes = { table: 'id="t"', cell: 'class="c"' };
    expect(
      await html({
        operation: 'table',
        value: rows,
        caption: 'a & b',
        capitalize: true,
        attributes,
        columns: ['first_name'],
      }),
    ).toEqual([
      {
        html:
          '<table id="t"><caption>a &amp; b</caption><thead><tr><th>First Name</th></tr></thead>' +
          '<tbody><tr><td class="c">&lt;A&gt;</td></tr><tr><td class="c"></td></tr></tbody></table>',
      },
    ]);
  });

  it('escape nothing and show boxes by the rules of n8n', async () => {
    expect(await html({ operation: 'table', value: rows, semantics: 'n8n', attributes: { row: ' ' } })).toEqual([
      {
        html:
          '<table><thead><tr><th>first_name</th><th>ok</th></tr></thead><tbody>' +
          '<tr  ><td><A></td><td><input type="checkbox" checked="checked"/></td></tr>' +
          '<tr  ><td>undefined</td><td><input type="checkbox" /></td></tr></tbody></table>',
      },
    ]);
  });
});

describe('by the rules of n8n', () => {
  const PAGE = '<h1 id="t" class="c"> A </h1><p>one</p><p>two <i>x</i></p><input value="v">';
  const extract = async (field: Record<string, Json>, params: Record<string, Json> = {}): Promise<Json> => {
    const fields = [{ name: 'r', ...field }];
    const { output } = await runNode(node, {
      params: { source: 'page', fields, trim: false, semantics: 'n8n', ...params },
      input: [{ page: PAGE }],
      ports: { limit: testLimits() },
    });
    return ((output.main?.[0] ?? {}) as Record<string, Json>)['r'] ?? null;
  };

  it('takes what a selector finds', async () => {
    expect(await extract({ selector: 'p' })).toBe('onetwo x');
    expect(await extract({ selector: 'p', all: true })).toEqual(['one', 'two x']);
    expect(await extract({ selector: 'h1' })).toBe(' A ');
    expect(await extract({ selector: 'h1' }, { trim: true })).toBe('A');
    expect(await extract({ selector: 'h1', get: 'attribute' })).toEqual({ id: 't', class: 'c' });
    expect(await extract({ selector: 'h1', get: 'attribute', attribute: 'id' })).toBe('t');
    expect(await extract({ selector: 'p', get: 'html', all: true })).toEqual(['one', 'two <i>x</i>']);
    expect(await extract({ selector: 'input', get: 'value' })).toBe('v');
    expect(await extract({ selector: 'body', get: 'plain', without: 'i' })).toBe('A\n\none\n\ntwo');
    expect(await extract({ selector: 'body', get: 'plain' }, { collapse: true })).toBe('Aonetwo x');
    expect(await extract({ selector: '.gone' })).toBeNull();
  });

  it('says what is not there', async () => {
    await expect(extract({ selector: 'p' }, { source: 'gone' })).rejects.toThrow('No property named "gone" exists!');
  });
});
