import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Definition } from './definition.ts';
import { parseDefinition } from './format.ts';
import type { Json } from './item.ts';
import { writeDefinition } from './write.ts';

function back(definition: Definition): Definition | null {
  const { definition: read, diagnostics } = parseDefinition(writeDefinition(definition), 'x.yaml');
  expect(diagnostics).toEqual([]);
  return read;
}

const made = (parameter: Json): Definition => ({
  rondo: 1,
  name: 'made',
  nodes: { a: { type: 'set', with: { value: parameter } } },
});

describe('text of a definition', () => {
  it('reads back as the same definition, whatever the values hold', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        'yes',
        'null',
        '~',
        '0x10',
        '1e3',
        '- a',
        '# no',
        'a: b',
        '',
        ' ',
        '\n',
        '\t',
        'a\r\nb',
        '  x\n y\n\n',
      ),
      fc.constantFrom(
        '\ufffd',
        '\u0000',
        '\u2028',
        '\ufeff',
        '\u0085',
        '\ud800',
        '"',
        "'",
        '{{ $json.a }}',
        '&a',
        '*a',
        '!t',
        '%',
      ),
    );
    const value = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.double({ noDefaultInfinity: true, noNaN: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('json'), { maxLength: 4 }),
        fc.dictionary(
          text.filter((key) => key !== '__proto__' && key.length < 900),
          tie('json'),
          { maxKeys: 4 },
        ),
      ),
    })).json;
    fc.assert(
      fc.property(value, (json) => {
        expect(back(made(json))).toEqual(made(json));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps a key __proto__ as data', () => {
    const parameter = JSON.parse('{"__proto__": {"polluted": 1}}') as Json;
    const read = back(made(parameter));
    expect(JSON.stringify(read?.nodes.a?.with?.value)).toBe('{"__proto__":{"polluted":1}}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('has the fields in one order, the nodes in theirs, and no anchors', () => {
    const shared = { a: 1 };
    const definition: Definition = {
      nodes: {
        'Loop it': {
          body: { inner: { with: { x: shared, y: shared }, type: 'set' } },
          after: ['b', 'a.true'],
          type: 'for-each',
        },
        'b': { type: 'no-op' },
      },
      name: 'order',
      rondo: 1,
    };
    expect(writeDefinition(definition)).toBe(
      [
        'rondo: 1',
        'name: order',
        'nodes:',
        '  Loop it:',
        '    type: for-each',
        '    after: [b, a.true]',
        '    body:',
        '      inner:',
        '        type: set',
        '        with:',
        '          x:',
        '            a: 1',
        '          y:',
        '            a: 1',
        '  b:',
        '    type: no-op',
        '',
      ].join('\n'),
    );
  });

  it('writes text of several lines as people would', () => {
    expect(writeDefinition(made('a = 1\nreturn a\n'))).toContain('value: |\n        a = 1\n        return a\n');
  });
});
