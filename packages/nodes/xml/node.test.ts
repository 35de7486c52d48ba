/** XML: both directions, documents that attack their reader, names that are markup. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { testLimits } from '../kit/limits.testing.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function convert(params: Record<string, Json>, json: Json = {}): Promise<Json | undefined> {
  const { output } = await runNode(node, { params, input: [json], ports: { limit: testLimits() } });
  return output.main?.[0];
}

const read = async (value: string, params: Record<string, Json> = {}): Promise<Json | undefined> =>
  ((await convert({ value: '{{ $json }}', ...params, keep: 'none' }, value)) as Record<string, Json>)['data'];
const write = async (value: Json, params: Record<string, Json> = {}): Promise<Json | undefined> =>
  (
    (await convert({ to: 'xml', value: '{{ $json.v }}', declaration: false, ...params }, { v: value })) as Record<
      string,
      Json
    >
  )['data'];

describe('xml to json', () => {
  it.each(node.examples.map((example) => [example.title, example] as const))('example: %s', async (_, example) => {
    expect([await convert(example.with, (example.input as Json[])[0])]).toEqual(example.output);
  });

  it('reads entities of XML, characters by number and CDATA', async () => {
    expect(
      await read('<?xml version="1.0"?><!-- c --><a b="&quot;&#x41;">&lt;&#233;&amp;lt;<![CDATA[<&amp;>]]></a>'),
    ).toEqual({
      a: { '@b': '"A', '#text': '<é&lt;<&amp;>' },
    });
  });

  it('gives the same shape whatever comes once or often, on request', async () => {
    expect(await read('<a><b>1</b></a>', { lists: ['b'] })).toEqual({ a: { b: ['1'] } });
    expect(await read('<a><b/></a>', { lists: ['*'] })).toEqual({ a: [{ b: [''] }] });
    expect(await read('<a><b>1</b>x<b>2</b></a>')).toEqual({ a: { 'b': ['1', '2'], '#text': 'x' } });
    expect(await read('<a b="1"><b>2</b></a>', { attributes: 'merge' })).toEqual({ a: { b: ['1', '2'] } });
    expect(await read('<a b="1"><b>2</b></a>', { attributes: 'ignore' })).toEqual({ a: { b: '2' } });
  });

  it('makes values only of texts that lose nothing', async () => {
    const text = '<a><b>12</b><b>-1.5</b><b>007</b><b>12345678901234567890</b><b>1e5</b><b>true</b><b/></a>';
    expect(await read(text, { numbers: true })).toEqual({
      a: { b: [12, -1.5, '007', '12345678901234567890', '1e5', true, ''] },
    });
  });

  it('keeps names such as constructor and hasOwnProperty, and white space on request', async () => {
    expect(await read('<a hasOwnProperty="1"><constructor>x</constructor><toString/></a>')).toEqual({
      a: { '@hasOwnProperty': '1', 'constructor': 'x', 'toString': '' },
    });
    expect(await read('<a> x </a>', { trim: false })).toEqual({ a: ' x ' });
    const proto = await read('<a><__proto__ y="1"><x/></__proto__></a>');
    expect(JSON.stringify(proto)).toBe('{"a":{"__proto__":{"@y":"1","x":""}}}');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('expands and loads nothing that a document declares', async () => {
    const bomb = `<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;&f;</a>`;
    expect(await read(bomb)).toEqual({ a: '&y;&f;' });
    const file = `<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>`;
    await expect(read(file)).rejects.toThrow('External entities are not supported');
    expect(await read(`<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a>x</a>`)).toEqual({ a: 'x' });
  });

  it.each([
    ['<a><b></a>', 'line 1, column 7'],
    ['', 'value is not valid XML'],
    ['plain', 'value is not valid XML'],
    ['<a/><b/>', 'value is not valid XML'],
    ['<a>1</a>junk', 'value is not valid XML'],
    ['<a>'.repeat(100) + '</a>'.repeat(100), 'value is not valid XML: Maximum nested tags'],
  ])('refuses %s', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it('says when it is given no text', async () => {
    await expect(convert({ value: '{{ 5 }}' })).rejects.toThrow('value must be XML as text, not the number 5');
  });
});

describe('json to xml', () => {
  it('escapes texts and attributes', async () => {
    const text = await write({ a: { '@q': '"<&', '#text': '<b>&"', 'e': null, 'n': 0, 'f': false } });
    expect(text).toBe('<a q="&quot;&lt;&amp;">&lt;b&gt;&amp;&quot;<e/><n>0</n><f>false</f></a>');
    expect(await read(String(text), { numbers: true })).toEqual({
      a: { '@q': '"<&', 'e': '', 'n': 0, 'f': false, '#text': '<b>&"' },
    });
  });

  it('begins with a declaration, and indents on request', async () => {
    expect(await write({ a: { b: 'x' } }, { declaration: true, pretty: true })).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<a>\n  <b>x</b>\n</a>',
    );
  });

  it.each<[Json, string]>([
    [{ a: { 'x><script': 1 } }, 'a.x><script is no name for XML'],
    [{ a: { '@on x': 1 } }, 'a.@on x is no name for XML'],
    [{ a: { '?xml': 1 } }, 'a.?xml is no name for XML'],
    [JSON.parse('{"a":{"__proto__":1}}') as Json, 'a.__proto__'],
    [{ a: 1, b: 2 }, 'value must be an object with one field'],
    [{ a: [1, 2] }, 'value must be an object with one field'],
    [{ a: { '@b': [1] } }, 'a.@b must be one value'],
    [{ a: { b: [[1]] } }, 'a.b[0] is a list in a list'],
    [{ a: 'x\u0000' }, 'a has a character that XML cannot hold'],
    [5, 'value must be an object with one field'],
  ])('refuses %j', async (value, message) => {
    await expect(write(value)).rejects.toThrow(message);
  });

  it('refuses what is nested too deep', async () => {
    let value: Json = 'x';
    for (let i = 0; i < 70; i += 1) value = { a: value };
    await expect(write(value)).rejects.toThrow('is nested deeper than 60 elements');
  });
});

describe('by the rules of n8n', () => {
  const n8n = (value: string, params: Record<string, Json> = {}): Promise<Json | undefined> =>
    convert({ source: 'x', semantics: 'n8n', ...params }, { x: value, other: 1 });

  it('gives the whole item, with attributes among the elements and texts as they are', async () => {
    expect(await n8n('<a b="1"> <c>x </c><c/><d> </d></a>')).toEqual({ a: { b: '1', c: ['x ', ''], d: ' ' } });
    expect(await n8n('<a b="1">t<c/></a>')).toEqual({ a: { _: 't', b: '1', c: '' } });
    expect(await n8n('<a b="1">t</a>', { attributes: 'group', prefix: '@', textField: '#' })).toEqual({
      a: { '#': 't', '@': { b: '1' } },
    });
    expect(await n8n('<a b="1">t</a>', { attributes: 'ignore', keepRoot: false })).toBe('t');
    expect(await n8n('<A><b/><b><![CDATA[ <x> ]]></b></A>', { lists: ['*'], lowerCase: true, trim: true })).toEqual({
      a: { b: ['', '<x>'] },
    });
    expect(await n8n('<a>  x   y </a>', { collapse: true })).toEqual({ a: 'x y' });
    await expect(convert({ source: 'gone', semantics: 'n8n' }, {})).rejects.toThrow('no JSON property called "gone"');
  });

  it('writes a root of one name, indented', async () => {
    const text = async (value: Json, params: Record<string, Json> = {}): Promise<Json | undefined> =>
      (await convert(
        { to: 'xml', value: '{{ $json }}', semantics: 'n8n', declaration: false, ...params },
        value,
      )) as Json;
    expect(await text({ a: { $: { id: '"1"' }, b: [1, { c: null }], e: {} } })).toEqual({
      data: '<a id="&quot;1&quot;">\n  <b>1</b>\n  <b>\n    <c/>\n  </b>\n  <e/>\n</a>',
    });
    expect(await text({ a: 1, b: 'x<y' }, { field: 'out' })).toEqual({
      out: '<root>\n  <a>1</a>\n  <b>x&lt;y</b>\n</root>',
    });
    expect(await text({ a: { _: 'x&y' } }, { root: 'r', data: true })).toEqual({
      data: '<r>\n  <a><![CDATA[x&y]]></a>\n</r>',
    });
    expect(await text({ a: 1 }, { declaration: true })).toEqual({
      data: '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<a>1</a>',
    });
    await expect(text({ 'a b': 1 })).rejects.toThrow('Invalid character in name');
  });

  it('survives names such as __proto__', async () => {
    expect(JSON.stringify(await n8n('<__proto__ x="1"><constructor/></__proto__>'))).toBe(
      '{"__proto__":{"x":"1","constructor":""}}',
    );
  });
});
