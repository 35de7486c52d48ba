/** Owns the promises of the document store: what each command makes of a definition, undo, saving, conflicts. */
import type { Definition } from '@rondo/core/model/definition.ts';
import { describe, expect, test } from 'vitest';
import { apply, type Command, whyNotConnect } from './commands.ts';
import { evolve, isDirty, openDocument, type Document } from './document.ts';
import { fragmentOf } from './fragment.ts';

const chain = (): Definition => ({
  rondo: 1,
  name: 'Prices',
  nodes: {
    start: { type: 'manual' },
    fetch: { type: 'http-request', after: 'start', with: { url: 'https://a.example' } },
    check: { type: 'if', after: 'fetch' },
    yes: { type: 'set', after: 'check.true', with: { fields: { name: "{{ $('fetch').item.json.name }}" } } },
    no: { type: 'set', after: 'check.false' },
    end: { type: 'aggregate', after: ['yes', 'no'] },
  },
  output: "{{ $('end').first().json }}",
});

function does(definition: Definition, command: Command): Definition {
  const done = apply(definition, command);
  if ('refused' in done) throw new Error(done.refused);
  return done.definition;
}

function refusal(definition: Definition, command: Command): string {
  const done = apply(definition, command);
  return 'refused' in done ? done.refused : '';
}

describe('connections', () => {
  test('a node is added after an output, and into a line', () => {
    const added = does(chain(), {
      do: 'add',
      id: 'log',
      node: { type: 'no-op' },
      after: { from: 'check', fromPort: 'true' },
    });
    expect(added.nodes['log']).toEqual({ type: 'no-op', after: 'check.true' });
    const into = does(chain(), {
      do: 'add',
      id: 'fetch',
      node: { type: 'no-op' },
      into: { from: 'start', fromPort: null, to: 'fetch', toPort: null },
    });
    expect(into.nodes['fetch-2']).toEqual({ type: 'no-op', after: 'start' });
    expect(into.nodes['fetch']?.after).toBe('fetch-2');
  });

  test('after is written in its shortest form, with names where there are several inputs', () => {
    const wire = { from: 'no', fromPort: null, to: 'end', toPort: 'input2' };
    const definition = does(chain(), { do: 'connect', wire, inputs: ['input1', 'input2'] });
    expect(definition.nodes['end']?.after).toEqual({ input1: ['yes', 'no'], input2: 'no' });
    expect(does(definition, { do: 'disconnect', wire }).nodes['end']?.after).toEqual({ input1: ['yes', 'no'] });
  });

  test('circles and lines over the edge of a loop are refused with the reason', () => {
    expect(
      refusal(chain(), { do: 'connect', wire: { from: 'end', fromPort: null, to: 'fetch', toPort: null } }),
    ).toContain('circle');
    const wrapped = does(chain(), { do: 'wrap', ids: ['fetch'], as: 'for-each' });
    expect(whyNotConnect(wrapped, { from: 'fetch', fromPort: null, to: 'end', toPort: null })).toContain(
      'do not cross',
    );
  });

  test('a line back to Loop Over Items is what it is for', () => {
    const definition: Definition = {
      rondo: 1,
      name: 'b',
      nodes: { batches: { type: 'loop-over-items' }, send: { type: 'set', after: 'batches.loop' } },
    };
    const wire = { from: 'send', fromPort: null, to: 'batches', toPort: null };
    expect(does(definition, { do: 'connect', wire }).nodes['batches']?.after).toBe('send');
  });

  test('removing a node leads what came before it to what came after', () => {
    expect(does(chain(), { do: 'remove', ids: ['fetch'] }).nodes['check']?.after).toBe('start');
    const both = does(chain(), { do: 'remove', ids: ['yes', 'no'] });
    expect(both.nodes['end']?.after).toEqual(['check.true', 'check.false']);
    expect(does(chain(), { do: 'remove', ids: ['check'] }).nodes['yes']?.after).toBeUndefined();
  });
});

describe('renaming', () => {
  test('takes connections, expressions, output and place with it', () => {
    const at = does(chain(), { do: 'place', places: { fetch: { x: 10.4, y: 20 } } });
    const renamed = does(at, { do: 'rename', id: 'fetch', to: 'Get prices' });
    expect(Object.keys(renamed.nodes)[1]).toBe('Get prices');
    expect(renamed.nodes['check']?.after).toBe('Get prices');
    expect(renamed.nodes['yes']?.with).toEqual({ fields: { name: "{{ $('Get prices').item.json.name }}" } });
    expect(renamed.layout).toEqual({ 'Get prices': { x: 10, y: 20 } });
    expect(does(chain(), { do: 'rename', id: 'end', to: 'sum' }).output).toBe("{{ $('sum').first().json }}");
  });

  test('refuses a name that another node has, at any depth', () => {
    const wrapped = does(chain(), { do: 'wrap', ids: ['fetch'], as: 'for-each' });
    expect(refusal(wrapped, { do: 'rename', id: 'start', to: 'fetch' })).toContain('already');
  });
});

describe('loops', () => {
  test('wrapping and unwrapping gives the same workflow again', () => {
    const wrapped = does(chain(), { do: 'wrap', ids: ['check', 'yes', 'no'], as: 'for-each', id: 'each' });
    expect(Object.keys(wrapped.nodes)).toEqual(['start', 'fetch', 'each', 'end']);
    expect(wrapped.nodes['each']).toMatchObject({ type: 'for-each', after: 'fetch' });
    expect(wrapped.nodes['each']?.result).toBeUndefined();
    expect(wrapped.nodes['each']?.body?.['check']?.after).toBeUndefined();
    expect(wrapped.nodes['end']?.after).toBe('each');
    expect(does(wrapped, { do: 'unwrap', id: 'each' })).toEqual(chain());
  });

  test('a loop around an inner output names its result', () => {
    const wrapped = does(chain(), { do: 'wrap', ids: ['fetch', 'check'], as: 'batches' });
    expect(wrapped.nodes['batches']?.result).toEqual(['check.true', 'check.false']);
    expect(wrapped.nodes['batches']?.loop).toEqual({ size: 10 });
    expect(wrapped.nodes['yes']?.after).toBe('batches');
  });

  test('nodes with another between them are not wrapped', () => {
    expect(refusal(chain(), { do: 'wrap', ids: ['fetch', 'yes'], as: 'for-each' })).toContain('check');
  });

  test('a node that follows a loop goes in at its end, one before it at its start, and out again', () => {
    const wrapped = does(chain(), { do: 'wrap', ids: ['check', 'yes', 'no'], as: 'for-each', id: 'each' });
    const inside = does(wrapped, { do: 'move', ids: ['end'], container: 'each' });
    expect(inside.nodes['each']?.body?.['end']?.after).toEqual(['yes', 'no']);
    const first = does(wrapped, { do: 'move', ids: ['fetch'], container: 'each' });
    expect(first.nodes['each']?.after).toBe('start');
    expect(first.nodes['each']?.body?.['check']?.after).toBe('fetch');
    expect(does(first, { do: 'move', ids: ['fetch'], container: null })).toEqual(wrapped);
    const out = does(inside, { do: 'move', ids: ['end'], container: null });
    expect(out.nodes['end']?.after).toBe('each');
    expect(out.nodes['each']?.body?.['end']).toBeUndefined();
  });

  test('a container does not go into itself', () => {
    const wrapped = does(chain(), { do: 'wrap', ids: ['fetch'], as: 'for-each', id: 'each' });
    expect(refusal(wrapped, { do: 'move', ids: ['each'], container: 'each' })).toContain('itself');
  });

  test('the loop section is set field by field and vanishes when it is empty', () => {
    const set = does(chain(), { do: 'loop', id: 'fetch', fields: { parallel: 8 } });
    expect(set.nodes['fetch']?.loop).toEqual({ parallel: 8 });
    expect(does(set, { do: 'loop', id: 'fetch', fields: { parallel: undefined } }).nodes['fetch']).toEqual(
      chain().nodes['fetch'],
    );
  });
});

describe('copy and paste', () => {
  test('what is pasted has free names, and refers to itself by them', () => {
    const fragment = fragmentOf(chain(), ['fetch', 'check', 'yes']);
    const pasted = does(chain(), { do: 'paste', fragment });
    expect(pasted.nodes['fetch-2']?.after).toBeUndefined();
    expect(pasted.nodes['check-2']?.after).toBe('fetch-2');
    expect(pasted.nodes['yes-2']).toEqual({
      type: 'set',
      after: 'check-2.true',
      with: { fields: { name: "{{ $('fetch-2').item.json.name }}" } },
    });
  });

  test('a container is copied with its nodes and result', () => {
    const wrapped = does(chain(), { do: 'wrap', ids: ['fetch', 'check'], as: 'for-each', id: 'each' });
    const pasted = does(wrapped, { do: 'paste', fragment: fragmentOf(wrapped, ['each']) });
    expect(pasted.nodes['each-2']?.body).toMatchObject({ 'check-2': { after: 'fetch-2' } });
    expect(pasted.nodes['each-2']?.result).toEqual(['check-2.true', 'check-2.false']);
  });
});

test('parameters are set at any depth, and taken away', () => {
  const set = does(chain(), { do: 'set', id: 'fetch', path: ['headers', 0, 'name'], value: 'accept' });
  expect(set.nodes['fetch']?.with).toEqual({ url: 'https://a.example', headers: [{ name: 'accept' }] });
  expect(does(set, { do: 'set', id: 'fetch', path: ['headers'], value: undefined })).toEqual(chain());
});

describe('the document', () => {
  const open = (): Document => openDocument('prices', chain(), 3);
  const command = (document: Document, given: Command, at = 0): Document =>
    evolve(document, { type: 'command', command: given, at });

  test('every command can be undone and done again', () => {
    const commands: Command[] = [
      { do: 'add', id: 'a', node: { type: 'no-op' } },
      { do: 'remove', ids: ['fetch'] },
      { do: 'rename', id: 'fetch', to: 'get' },
      { do: 'connect', wire: { from: 'start', fromPort: null, to: 'end', toPort: null } },
      { do: 'disconnect', wire: { from: 'start', fromPort: null, to: 'fetch', toPort: null } },
      { do: 'set', id: 'fetch', path: ['url'], value: 'x' },
      { do: 'loop', id: 'fetch', fields: { parallel: 2 } },
      { do: 'fields', id: 'fetch', fields: { title: 'Fetch' } },
      { do: 'disable', ids: ['fetch'], disabled: true },
      { do: 'pin', id: 'fetch', items: [{ n: 1 }] },
      { do: 'place', places: { fetch: { x: 1, y: 1 } }, tidy: true },
      { do: 'fold', id: 'fetch', collapsed: true },
      { do: 'note', id: 'note', text: 'Nightly', at: { x: 0, y: 0 } },
      { do: 'keep', id: 'fetch', code: 'unsafe-retry' },
      { do: 'wrap', ids: ['fetch'], as: 'until' },
      { do: 'paste', fragment: fragmentOf(chain(), ['fetch']) },
      { do: 'edits', edits: [{ path: ['nodes', 'fetch', 'executeOnce'], value: true }], text: 'Run it once' },
      { do: 'workflow', fields: { name: 'Other' } },
    ];
    for (const given of commands) {
      const before = open();
      const after = command(before, given);
      expect(after.definition, given.do).not.toEqual(before.definition);
      expect(isDirty(after), given.do).toBe(true);
      const back = evolve(after, { type: 'undo' });
      expect(back.definition, given.do).toBe(before.definition);
      expect(isDirty(back), given.do).toBe(false);
      expect(evolve(back, { type: 'redo' }).definition, given.do).toBe(after.definition);
    }
  });

  test('typing is one change, two fields are two', () => {
    let document = open();
    for (const [at, value] of ['h', 'ht', 'htt'].entries())
      document = command(document, { do: 'set', id: 'fetch', path: ['url'], value }, at * 100);
    expect(document.past).toHaveLength(1);
    document = command(document, { do: 'set', id: 'fetch', path: ['method'], value: 'PUT' }, 400);
    expect(document.past).toHaveLength(2);
    expect(evolve(evolve(document, { type: 'undo' }), { type: 'undo' }).definition).toEqual(chain());
  });

  test('what is refused says why and changes nothing', () => {
    const document = command(open(), { do: 'rename', id: 'fetch', to: 'end' });
    expect(document.definition).toEqual(chain());
    expect(document.note).toMatchObject({ refused: true });
    expect(command({ ...open(), readOnly: 'Your role is viewer.' }, { do: 'remove', ids: ['fetch'] }).past).toEqual([]);
  });

  test('edits made while saving stay unsaved', () => {
    const edited = command(open(), { do: 'set', id: 'fetch', path: ['url'], value: 'one' });
    const saving = evolve(edited, { type: 'saving', definition: edited.definition });
    const more = command(saving, { do: 'set', id: 'fetch', path: ['url'], value: 'two' }, 10_000);
    const saved = evolve(more, { type: 'saved', version: 4, definition: edited.definition });
    expect(saved.version).toBe(4);
    expect(isDirty(saved)).toBe(true);
  });

  test('a conflict keeps both: mine goes on top of theirs, or theirs with mine in undo', () => {
    const theirs: Definition = { ...chain(), name: 'Theirs' };
    const mine = command(open(), { do: 'workflow', fields: { name: 'Mine' } });
    const met = evolve(mine, { type: 'conflict', version: 9, by: 'Ana', definition: theirs });
    const kept = evolve(met, { type: 'resolve', keep: 'mine' });
    expect([kept.version, kept.definition.name, isDirty(kept)]).toEqual([9, 'Mine', true]);
    const taken = evolve(met, { type: 'resolve', keep: 'theirs' });
    expect([taken.definition.name, isDirty(taken)]).toEqual(['Theirs', false]);
    expect(evolve(taken, { type: 'undo' }).definition.name).toBe('Mine');
  });
});
