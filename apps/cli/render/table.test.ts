/** Tests of table.ts: alignment, fitting, escaping. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { style } from './style.ts';
import { table } from './table.ts';
import { width } from './text.ts';

const plain = style(false);

it('aligns columns and keeps the last one unpadded', () => {
  const columns = [{ title: 'INDEX', align: 'right' as const }, { title: 'STATUS' }, { title: 'TEXT', flexible: true }];
  expect(
    table(
      columns,
      [
        ['7', 'completed', 'a'],
        ['123', 'failed', 'bb'],
      ],
      80,
      plain,
    ),
  ).toEqual(['INDEX  STATUS     TEXT', '    7  completed  a', '  123  failed     bb']);
});

it('cuts the widest flexible columns to the line, and escapes cells', () => {
  const columns = [{ title: 'N' }, { title: 'A', flexible: true }, { title: 'B', flexible: true }];
  const lines = table(columns, [['1', 'x'.repeat(300), 'short\u001b[2J']], 60, plain);
  expect(lines[1]).toContain('short\\u001b[2J');
  expect(lines[1]).toContain('…');
  for (const line of lines) expect(width(line)).toBeLessThanOrEqual(60);
});

it('never gets wider than the line when flexible columns can give way', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 200 }), fc.string({ maxLength: 200 })), {
        maxLength: 5,
      }),
      fc.integer({ min: 80, max: 200 }),
      (rows, room) => {
        const columns = [
          { title: 'A', flexible: true },
          { title: 'B', flexible: true },
          { title: 'C', flexible: true },
        ];
        for (const line of table(columns, rows, room, plain)) expect(width(line)).toBeLessThanOrEqual(room);
      },
    ),
  );
});
