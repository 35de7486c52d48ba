/** Owns what is said about a file before it runs: what it was converted from, what differs, what is given. */
import type { RunRequest } from '@rondo/runtime/api.ts';
import { pinsIn } from '@rondo/core/model/pins.ts';
import { PRODUCTS, type OpenedFile } from '../formats.ts';
import type { Terminal } from '../terminal.ts';
import { countDiagnostics } from './diagnostics.ts';
import { paintStatus } from './style.ts';
import { cut, printable, shellWord } from './text.ts';

const MOST_WARNINGS = 5;
const MOST_NAMES = 10;

export function beforeRun(opened: OpenedFile, request: RunRequest, terminal: Terminal): void {
  const { err } = terminal;
  const { format, file, diagnostics } = opened;
  const s = err.style;
  if (format !== 'native') {
    const warnings = diagnostics.filter((one) => one.severity === 'warning');
    if (warnings.length > 0) {
      const all = `rondo check ${shellWord(file.shown)}`;
      err.write(`${PRODUCTS[format]} workflow, ${countDiagnostics(diagnostics)} (all with places: ${all})\n`);
      for (const one of warnings.slice(0, MOST_WARNINGS)) {
        const text = cut(printable(one.message), Math.max(40, err.columns() - 12));
        err.write(`  ${paintStatus(s, 'warning')}: ${text}\n`);
      }
      if (warnings.length > MOST_WARNINGS) err.write(`  and ${warnings.length - MOST_WARNINGS} more\n`);
    }
  }
  const nodes = opened.definition?.nodes ?? {};
  const given = request.input !== undefined || request.items !== undefined;
  const left = [...pinsIn(nodes).keys()].filter((id) => {
    if (request.pins !== undefined && Object.hasOwn(request.pins, id)) return false;
    // A trigger gets what is given.
    return !given || nodes[id]?.after !== undefined;
  });
  if (left.length === 0) return;
  const names = left.slice(0, MOST_NAMES).map(printable).join(', ');
  const more = left.length > MOST_NAMES ? ` and ${left.length - MOST_NAMES} more` : '';
  err.write(`${s.dim(`Pinned in the file, so not run: ${names}${more}.`)}\n`);
}
