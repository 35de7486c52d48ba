/** Owns how diagnostics look: place, message, the line with a caret, the fix. Does not find them. */
import type { Diagnostic } from '@rondo/core/errors.ts';
import { plural } from './format.ts';
import { paintStatus, type Style } from './style.ts';
import { cut, printable, width } from './text.ts';

const ORDER = { error: 0, warning: 1, hint: 2 } as const;

/** All of one file, errors first, in the order of the file. `source` is its text when it is known. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  file: string,
  source: string | null,
  s: Style,
  columns = 120,
): string {
  const lines = source?.split(/\r\n|\n|\r/) ?? [];
  const sorted = [...diagnostics].sort(
    (a, b) =>
      ORDER[a.severity] - ORDER[b.severity] || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  return sorted.map((d) => renderOne(d, file, lines, s, columns)).join('\n');
}

function renderOne(d: Diagnostic, file: string, lines: readonly string[], s: Style, columns: number): string {
  const place = d.line === undefined ? file : `${file}:${d.line}:${d.column ?? 1}`;
  const node = d.node === null ? '' : ` [${d.node}]`;
  let text = `${s.bold(printable(place))}: ${paintStatus(s, d.severity)}: ${printable(d.message)}`;
  text += ` ${s.dim(printable(`(${d.code})${node}`))}\n`;
  const line = d.line === undefined ? undefined : lines[d.line - 1];
  if (line !== undefined && d.line !== undefined) text += excerpt(line, d.line, d.column ?? 1, s, columns);
  else if (d.path.length > 0) text += `  ${s.dim('at')} ${printable(placeText(d.path))}\n`;
  if (d.fix !== null) text += `  ${s.cyan('fix:')} ${printable(d.fix.text)}\n`;
  return text;
}

function excerpt(line: string, number: number, column: number, s: Style, columns: number): string {
  const gutter = `  ${number} | `;
  const room = Math.max(20, columns - gutter.length);
  // Long lines (JSON in one line) are shown around the place.
  const start = column - 1 > room - 10 ? Math.max(0, column - 1 - Math.floor(room / 2)) : 0;
  const before = (start > 0 ? '…' : '') + printable(line.slice(start, column - 1));
  const shown = (start > 0 ? '…' : '') + printable(line.slice(start));
  const caret = ' '.repeat(gutter.length - 2) + '| ' + ' '.repeat(width(before));
  return `${s.dim(gutter)}${cut(shown, room)}\n${s.dim(caret.slice(0, gutter.length))}${caret.slice(gutter.length)}${s.red('^')}\n`;
}

/** `nodes.each.loop.size`, `nodes[0].name`. */
export function placeText(path: readonly (string | number)[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`)).join('');
}

/** `2 errors, 1 warning`. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const parts: string[] = [];
  for (const severity of ['error', 'warning', 'hint'] as const) {
    const n = diagnostics.filter((d) => d.severity === severity).length;
    if (n > 0) parts.push(plural(n, severity));
  }
  return parts.length === 0 ? 'no problems' : parts.join(', ');
}
