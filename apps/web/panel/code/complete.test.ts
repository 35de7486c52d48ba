/** What can be written at a place in an expression: from the data of the held iteration, as people type it. */
import { describe, expect, it } from 'vitest';
import { chainBefore, completionsAt } from './complete.ts';
import { runFactsOf } from './run-facts.ts';
import { factOf, memberCode, type Scope, valueOfPath } from './scope.ts';

const scope: Scope = {
  dialect: 'native',
  node: 'ask',
  names: [
    { name: '$json', kind: 'data', usage: '$json.field', doc: 'Value of the current item.' },
    { name: '$loop', kind: 'data', usage: '$loop.index', doc: 'The enclosing loop.' },
    { name: '$max', kind: 'function', usage: '$max(1, 2)', doc: 'Largest.' },
    { name: '$error', kind: 'failure', usage: '$error.message', doc: 'What went wrong.' },
  ],
  functions: ['extractEmail', 'slice'],
  nodes: [{ id: 'fetch', title: 'Fetch company' }],
  inLoop: true,
  loopVars: ['page'],
  roots: [
    {
      code: '$json',
      label: 'Item',
      note: '',
      value: { email: '', name: 'Ada', 'last name': 'L', contacts: [1, 2], nested: { a: [{ b: 1 }] } },
      samples: [
        { email: '', name: 'Ada', contacts: [1, 2] },
        { email: 'x@y', name: 'Bob', contacts: [] },
      ],
    },
    { code: '$loop.item', label: '$loop.item', note: '', value: { id: 7 } },
    { code: "$('fetch').item.json", label: 'Fetch company', note: '', value: { body: { text: 'Hi' } } },
  ],
};
const offered = (code: string): string[] =>
  completionsAt(code, code.length, scope)?.options.map((one) => one.label) ?? [];

describe('completion', () => {
  it('offers the fields of a value with type, value and a fact of other iterations', () => {
    const { from, options } = completionsAt('1 + $json.em', 12, scope) ?? { from: -1, options: [] };
    expect(from).toBe(10);
    expect(options[0]).toMatchObject({
      label: 'email',
      type: 'string',
      value: 'empty',
      fact: { text: 'empty in 1 of 2', warn: true },
    });
    expect(options.find((one) => one.label === 'contacts')).toMatchObject({
      type: 'list',
      value: 'list of 2',
      fact: { text: '0 to 2 items' },
    });
  });
  it('says what the whole run says, where that is known', () => {
    const [root, ...rest] = scope.roots;
    const told = (looked: number, of: number): Scope => ({
      ...scope,
      roots: [
        {
          ...root,
          facts: runFactsOf({
            looked,
            of,
            fields: [
              { path: ['email'], empty: 201, items: null, values: null },
              { path: ['contacts'], empty: 0, items: { least: 0, most: 31 }, values: null },
              { path: ['name'], empty: 0, items: null, values: 41 },
              { path: ['nested'], empty: 0, items: null, values: 1 },
            ],
          }),
        } as (typeof scope.roots)[number],
        ...rest,
      ],
    });
    const facts = (at: Scope): unknown[] =>
      ['email', 'contacts', 'name'].map(
        (label) => completionsAt('$json.', 6, at)?.options.find((one) => one.label === label)?.fact?.text,
      );
    expect(facts(told(1_000, 1_000))).toEqual(['empty in 201', '0 to 31 items', 'one of 41 values']);
    expect(facts(told(500, 1_000_000))).toEqual(['empty in 201 of 500', '0 to 31 items', 'one of 41 values']);
    // Too few to say anything: what the four iterations say.
    expect(facts(told(2, 2))).toEqual(['empty in 1 of 2', '0 to 2 items', undefined]);
  });
  it('writes a key that is no name in brackets, in place of the dot', () => {
    expect(completionsAt('$json.', 6, scope)?.options.find((one) => one.label === 'last name')).toMatchObject({
      insert: '["last name"]',
      from: 5,
    });
  });
  it('follows nodes however they are asked, lists and optional members', () => {
    expect(offered('$("fetch").first().json.')).toEqual(['body']);
    expect(offered("$('fetch').item.json?.body.")).toEqual(['text']);
    expect(offered('$json.nested.a[0].')).toEqual(['b']);
  });
  it('offers functions of texts, and none of what is not known', () => {
    expect(offered('$json.name.')).toContain('extractEmail()');
    expect(offered('$json.nothing.')).toEqual([]);
  });
  it('offers names, nodes and the loop, not what stands elsewhere', () => {
    const names = offered('');
    expect(names).toEqual(expect.arrayContaining(['$json', "$('fetch')", '$loop.item', '$max']));
    expect(names).not.toContain('$error');
    expect(offered('$loop.')).toContain('previous');
    expect(offered('$loop.vars.')).toEqual(['page']);
  });
  it('offers ids inside $(" and nothing inside other texts', () => {
    expect(offered("$('fe")).toEqual(['fetch']);
    expect(offered("'$json.")).toEqual([]);
  });
  it('reads the path before the cursor whatever stands before it', () => {
    expect(chainBefore("f(1, $('a)b').item")).toBe("$('a)b').item");
    expect(chainBefore('x ? $json.a[0]')).toBe('$json.a[0]');
  });
});

describe('values by path', () => {
  it('never reads what is not an own key', () => {
    expect(valueOfPath('$json.constructor', scope.roots)).toBeNull();
    expect(valueOfPath('$json.__proto__', scope.roots)).toBeNull();
  });
  it('writes paths that read back', () => {
    expect(valueOfPath(memberCode('$json', 'last name'), scope.roots)?.value).toBe('L');
  });
  it('says nothing of a single sample', () => {
    expect(factOf([''])).toBeNull();
  });
});
