/** Tests of diagnostics.ts: place, caret, fix, order. */
import type { Diagnostic } from '@rondo/core/errors.ts';
import { expect, it } from 'vitest';
import { countDiagnostics, placeText, renderDiagnostics } from './diagnostics.ts';
import { style } from './style.ts';

const plain = style(false);

function found(more: Partial<Diagnostic>): Diagnostic {
  return { severity: 'error', code: 'bad-value', node: null, path: [], message: 'wrong', fix: null, ...more };
}

it('points at the place with a caret under it', () => {
  const source = 'rondo: 1\nnodes:\n  each: { type: for-eahc }\n';
  const d = found({
    line: 3,
    column: 11,
    node: 'each',
    message: 'unknown type',
    fix: { text: 'Did you mean for-each?' },
  });
  expect(renderDiagnostics([d], 'a.yaml', source, plain)).toBe(
    [
      'a.yaml:3:11: error: unknown type (bad-value) [each]',
      '  3 |   each: { type: for-eahc }',
      '    |           ^',
      '  fix: Did you mean for-each?',
      '',
    ].join('\n'),
  );
});

it('keeps the caret under its character behind tabs and wide characters', () => {
  const [, line = '', caret = ''] = renderDiagnostics([found({ line: 1, column: 5 })], 'a', '\t世界: x', plain).split(
    '\n',
  );
  // A tab is shown as \\t (2 columns), each of the two characters takes 2.
  expect(line).toBe('  1 | \\t世界: x');
  expect(caret.indexOf('^')).toBe('  1 | '.length + 2 + 4 + 1);
});

it('shows a long line around the place', () => {
  const source = `{"a":"${'x'.repeat(5_000)}","bad":1}`;
  const text = renderDiagnostics([found({ line: 1, column: 5_010 })], 'a.json', source, plain, 100);
  expect(text).toContain('"bad":1');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(101);
});

it('lists errors first and says the path where no line is known', () => {
  const text = renderDiagnostics(
    [found({ severity: 'hint', message: 'later' }), found({ path: ['nodes', 'a', 'list', 0], message: 'first' })],
    'a.yaml',
    null,
    plain,
  );
  expect(text.indexOf('first')).toBeLessThan(text.indexOf('later'));
  expect(text).toContain('at nodes.a.list[0]');
  expect(placeText([0, 'x'])).toBe('[0].x');
});

it('escapes control characters of file and message', () => {
  expect(renderDiagnostics([found({ line: 1, message: '\u001b[2J' })], 'a\u0007', 'x\u001b', plain)).not.toMatch(
    /(?!\n)\p{Cc}/u,
  );
});

it('counts by severity', () => {
  expect(countDiagnostics([])).toBe('no problems');
  expect(countDiagnostics([found({}), found({ severity: 'warning' }), found({})])).toBe('2 errors, 1 warning');
});
