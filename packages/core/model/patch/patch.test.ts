/** Saving a changed definition into the text that a person wrote: what was wanted, and everything else as it was. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Definition, NodeDefinition } from '../definition.ts';
import { parseDefinition } from '../format.ts';
import { readText } from '../text.ts';
import { patchDefinition } from './patch.ts';

const TEXT = `# Prices, every night. Ask Ana before changing.

rondo: 1          # the format
name: 'Price list'
# what it may be given
inputs:
  currency: { type: string, default: EUR }   # ISO

nodes:
  # above start
  start: { type: manual }

  # A section that belongs to nobody.

  # above rows
  rows:
    type: set   # beside rows
    after: start
    with:
      # inside rows
      fields:
        text: |
          one
            # no comment
          two
        total: "{{ $json.qty * $json.price }}"
        list:
          - a   # first
          # above b
          - b
          - { c: 1, d: [x, y] }
    # below rows
  # above each
  each:
    type: for-each
    after: rows
    loop: { parallel: 10, onError: drop }
    body:
      # above price
      price:
        type: set
        notes: >-
          folded
          text
        with: { fields: { total: 1.50 } }   # beside price
      # above tell
      tell:
        after: price
        type: no-op

  # above report
  report:
    type: aggregate
    after:
      - each
      - rows   # too
# above output
output: "{{ $('report').first().json }}"
# the end
`;

const read = (text: string): Definition => {
  const { definition, diagnostics } = parseDefinition(text, 'x.yaml');
  expect(diagnostics.filter((one) => one.severity === 'error')).toEqual([]);
  return definition as Definition;
};

function changed(change: (definition: Definition) => void, text = TEXT): { text: string; definition: Definition } {
  const definition = structuredClone(read(text));
  change(definition);
  return { text: patchDefinition(text, definition, 'x.yaml'), definition };
}

/** Lines of the old text that are not in the new one, and the other way round. */
function difference(before: string, after: string): { gone: string[]; come: string[] } {
  const lines = (text: string): string[] => text.split('\n').map((line) => line.trim());
  const [old, made] = [lines(before), lines(after)];
  return { gone: old.filter((line) => !made.includes(line)), come: made.filter((line) => !old.includes(line)) };
}

const node = (definition: Definition, id: string): NodeDefinition =>
  (definition.nodes[id] ?? definition.nodes['each']?.body?.[id]) as NodeDefinition;

describe('a changed definition in its old text', () => {
  it('is the same text where nothing changed', () => {
    expect(changed(() => {}).text).toBe(TEXT);
  });

  it('changes the lines that are meant and no others', () => {
    const cases: [change: (definition: Definition) => void, gone: string[], come: string[]][] = [
      [(d) => (d.name = 'Prices'), ["name: 'Price list'"], ["name: 'Prices'"]],
      [
        (d) => (node(d, 'price').with = { fields: { total: 2 } }),
        ['with: { fields: { total: 1.50 } }   # beside price'],
        ['with: { fields: { total: 2 } }   # beside price'],
      ],
      [
        (d) => (d.inputs = { currency: { type: 'string', default: 'USD' } }),
        ['currency: { type: string, default: EUR }   # ISO'],
        ['currency: { type: string, default: USD }   # ISO'],
      ],
      [(d) => (node(d, 'rows').title = 'Rows: all'), [], ["title: 'Rows: all'".replaceAll("'", '"')]],
      [(d) => ((node(d, 'rows').with as { fields: { list: unknown[] } }).fields.list[1] = 'bee'), ['- b'], ['- bee']],
      [(d) => (node(d, 'rows').with as { fields: { list: unknown[] } }).fields.list.shift(), ['- a   # first'], []],
      [(d) => (node(d, 'rows').with as { fields: { list: unknown[] } }).fields.list.push('z'), [], ['- z']],
      [
        (d) => delete d.nodes['report'],
        ['# above report', 'report:', 'type: aggregate', 'after:', '- each', '- rows   # too'],
        [],
      ],
      [(d) => delete d.nodes['start'], ['# above start', 'start: { type: manual }'], []],
      [
        (d) => delete d.nodes['rows'],
        TEXT.slice(TEXT.indexOf('  # above rows'), TEXT.indexOf('  # above each'))
          .trimEnd()
          .split('\n')
          .map((line) => line.trim()),
        [],
      ],
      [(d) => (d.nodes['last'] = { type: 'no-op', after: 'report' }), [], ['last:', 'after: report']],
    ];
    for (const [change, gone, come] of cases) {
      const made = changed(change);
      expect(read(made.text)).toEqual(made.definition);
      const found = difference(TEXT, made.text);
      expect(found.come).toEqual(come);
      for (const line of found.gone) expect(gone).toContain(line);
      expect(made.text).toContain('# A section that belongs to nobody.');
    }
  });

  it('keeps the comments of a node that is renamed, or goes into a loop and out again', () => {
    const renamed = changed((d) => {
      const nodes = Object.entries(d.nodes).map(([id, one]): [string, NodeDefinition] => [
        id === 'rows' ? 'lines' : id,
        one,
      ]);
      d.nodes = Object.fromEntries(nodes);
    });
    expect(read(renamed.text)).toEqual(renamed.definition);
    expect(difference(TEXT, renamed.text)).toEqual({ gone: ['rows:'], come: ['lines:'] });
    const inside = changed((d) => {
      const { rows, ...rest } = d.nodes;
      d.nodes = {
        ...rest,
        loop: { type: 'for-each', after: 'start', body: { rows: { ...(rows as NodeDefinition) } } },
      };
    });
    expect(read(inside.text)).toEqual(inside.definition);
    expect(difference(TEXT, inside.text)).toEqual({
      gone: [],
      come: ['loop:'],
    });
    const out = patchDefinition(inside.text, read(TEXT), 'x.yaml');
    expect(read(out)).toEqual(read(TEXT));
    expect(difference(TEXT, out).gone).toEqual([]);
  });

  it('keeps line ends, a byte order mark, and files without a name', () => {
    const crlf = `\ufeff${TEXT.replaceAll('\n', '\r\n')}`;
    const made = changed((d) => (node(d, 'tell').notes = 'x'), crlf);
    expect(made.text.startsWith('\ufeff# Prices')).toBe(true);
    expect(made.text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(read(made.text)).toEqual(made.definition);
    const bare = 'rondo: 1\n# only\nnodes:\n  a: { type: manual }\n';
    expect(
      patchDefinition(bare, { ...read(bare), nodes: { a: { type: 'manual', title: 'A' } } }, 'x.yaml'),
    ).not.toContain('name');
  });

  it('keeps JSON as JSON, with its indentation and the order of its keys', () => {
    const json = '{\n    "nodes": {\n        "a": { "type": "manual" }\n    },\n    "name": "J",\n    "rondo": 1\n}\n';
    const made = changed((d) => (d.nodes['b'] = { type: 'no-op', after: 'a' }), json);
    expect(JSON.parse(made.text)).toEqual(made.definition);
    expect(Object.keys(JSON.parse(made.text) as object)).toEqual(['nodes', 'name', 'rondo']);
    expect(made.text).toContain('\n    "name"');
    expect(made.text.endsWith('}\n')).toBe(true);
  });

  it('gives what was wanted also where the old text cannot be kept', () => {
    for (const text of [
      'rondo: 1\nname: anchors\nnodes:\n  a: &a { type: set, with: { x: 1 } }\n  b: *a\n',
      'rondo: 1\nname: flow\nnodes: { a: { type: manual }, b: { type: no-op,\n after: a } }\n',
      '{ rondo: 1, name: flow, nodes: { a: { type: manual } } } # end\n',
      '---\nrondo: 1\nname: start\nnodes:\n  a:\n    type: manual\n...\n',
      'rondo: 1\nname: last\nnodes:\n  ? a\n  : { type: manual }\n',
      'rondo: 1\nname: keep\nnodes:\n  a:\n    type: set\n    notes: |+\n      x\n\n\n    title: t\n  b: { type: no-op }',
    ]) {
      const made = changed((d) => {
        d.nodes['a'] = { ...(d.nodes['a'] as NodeDefinition), notes: 'one\ntwo\n', after: ['b'] };
        d.nodes['c'] = { type: 'no-op', after: 'a' };
      }, text);
      expect(read(made.text)).toEqual(made.definition);
      expect(patchDefinition(made.text, read(text), 'x.yaml').length).toBeGreaterThan(0);
    }
    expect(readText(patchDefinition(': : not yaml', read(TEXT), 'x.yaml'), 'x').value).toEqual(read(TEXT));
  });
});

describe('any edits', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom('a\nb\n', ' # x', 'yes', '- a', 'a: b', '', '\n', '{{ $json.a }}', '"', "it's", '[', '{ a'),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string({ maxLength: 4 }), { maxLength: 3 }),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.integer(), { maxKeys: 3 }),
  );
  const edit = fc.record({
    kind: fc.constantFrom('set', 'set', 'set', 'drop', 'add', 'remove', 'wrap', 'rename', 'loop', 'order', 'list'),
    at: fc.nat(20),
    name: fc.constantFrom('new', 'x y', 'ä', 'loop1', 'w1', '0'),
    value,
  });

  type Nodes = Record<string, NodeDefinition>;
  const levels = (nodes: Nodes): Nodes[] => [
    nodes,
    ...Object.values(nodes).flatMap(({ body }) => (body === undefined ? [] : levels(body))),
  ];

  function apply(
    definition: Definition,
    { kind, at, name, value: given }: typeof edit extends fc.Arbitrary<infer T> ? T : never,
  ): void {
    const all = levels(definition.nodes);
    const level = all[at % all.length] as Nodes;
    const ids = Object.keys(level);
    const id = ids[at % Math.max(1, ids.length)];
    const one = id === undefined ? undefined : level[id];
    const taken = all.some((nodes) => Object.hasOwn(nodes, name));
    const replace = (next: [string, NodeDefinition][]): void => {
      for (const key of Object.keys(level)) delete level[key];
      for (const [key, node_] of next) level[key] = node_;
    };
    if (kind === 'add' && !taken) level[name] = { type: 'set', with: { fields: { v: given as never } } };
    if (one === undefined || id === undefined) return;
    if (kind === 'set') one.with = { ...one.with, [name]: given as never };
    if (kind === 'list') one.with = { ...one.with, list: [given, 'b', given] as never };
    if (kind === 'drop') delete one.with;
    if (kind === 'loop') one.loop = { ...one.loop, parallel: at + 1 };
    if (kind === 'remove' && ids.length > 1) delete level[id];
    if (kind === 'wrap' && !taken)
      replace(
        ids.map((key) =>
          key === id ? [name, { type: 'for-each', body: { [id]: one } }] : [key, level[key] as NodeDefinition],
        ),
      );
    if (kind === 'rename' && !taken) replace(ids.map((key) => [key === id ? name : key, level[key] as NodeDefinition]));
    if (kind === 'order') replace(ids.toReversed().map((key) => [key, level[key] as NodeDefinition]));
  }

  it('read back as what was wanted, and every node that did not change has its comments', () => {
    const before = read(TEXT);
    const chunks: Record<string, string[]> = {
      start: ['# above start\nstart: { type: manual }'],
      rows: [
        '# above rows\nrows:\ntype: set   # beside rows',
        '# inside rows',
        '- a   # first\n# above b\n- b',
        '# below rows',
      ],
      price: ['# above price\nprice:', '# beside price'],
      tell: ['# above tell\ntell:'],
      report: ['# above report\nreport:', '- rows   # too'],
    };
    const flat = (definition: Definition): Nodes => Object.assign({}, ...levels(definition.nodes)) as Nodes;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        const wanted = structuredClone(before);
        let text = TEXT;
        for (const one of edits) {
          apply(wanted, one);
          // Saved after each, as people do.
          text = patchDefinition(text, wanted, 'x.yaml');
          expect(read(text)).toEqual(wanted);
        }
        const trimmed = text.replaceAll(/^[ \t]+/gm, '');
        expect(trimmed).toContain('# Prices, every night. Ask Ana before changing.');
        const [old, now] = [flat(before), flat(wanted)];
        for (const [id, pieces] of Object.entries(chunks)) {
          if (JSON.stringify(old[id]) !== JSON.stringify(now[id])) continue;
          for (const piece of pieces) expect(trimmed).toContain(piece);
        }
      }),
      { numRuns: 60 },
    );
  });
});
