/** Tests of malformed files of other products through every command that reads them: said where, and nothing runs. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostic } from '@rondo/core/errors.ts';
import { run } from '../commands/run.ts';
import { report } from '../exit.ts';
import { program } from '../program.ts';
import { MALFORMED, SOUND } from '../testing/malformed.ts';
import { recordedTerminal, type RecordedTerminal } from '../testing/terminal.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-malformed-'));
  for (const { file, content } of [...SOUND, ...MALFORMED]) writeFileSync(join(folder, file), content);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A hang shows as this. */
const SOON_MS = 5_000;

interface Ended {
  code: number;
  terminal: RecordedTerminal;
  ms: number;
}

async function ended(work: (terminal: RecordedTerminal) => Promise<number>): Promise<Ended> {
  const terminal = recordedTerminal({ cwd: folder });
  const from = performance.now();
  return { code: await work(terminal), terminal, ms: performance.now() - from };
}

const COMMANDS: Record<string, (file: string) => Promise<Ended>> = {
  // Not through program(): that starts an evaluator, which is never needed here.
  run: (file) =>
    ended((terminal) =>
      run(file, { json: true, db: ':memory:' }, { terminal }).catch((error: unknown) => report(error, terminal, true)),
    ),
  check: (file) => ended((terminal) => program(['check', file, '--json'], terminal)),
  plan: (file) => ended((terminal) => program(['plan', file, '--json'], terminal)),
  convert: (file) => ended((terminal) => program(['convert', file, '-o', `${file}.native.yaml`, '--json'], terminal)),
};

describe.each(MALFORMED)('$name', ({ file, codes, says, line, severity = 'error' }) => {
  it.each(severity === 'error' ? Object.keys(COMMANDS) : ['check'])('%s', async (command) => {
    const { code, terminal, ms } = await (COMMANDS[command] as (file: string) => Promise<Ended>)(file);
    expect(ms).toBeLessThan(SOON_MS);
    const { diagnostics = [] } = JSON.parse(terminal.stdout()) as { diagnostics?: Diagnostic[] };
    const error = diagnostics.find((one) => one.severity === severity && codes.includes(one.code));
    expect(error, JSON.stringify(diagnostics)).toBeDefined();
    expect(code).toBe(severity === 'error' ? 2 : 0);
    if (says !== undefined) expect(error?.message).toContain(says);
    if (line !== undefined) expect(error?.line).toBe(line);
    else if (error?.code !== 'file-unreadable') expect(error?.line).toBeGreaterThan(0);
    expect(terminal.stdout() + terminal.stderr()).not.toMatch(/\n\s+at .*:\d+:\d+|internal error|call stack/);
    // eslint-disable-next-line no-control-regex -- what a file holds must not reach the terminal
    expect(terminal.stderr()).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
    expect(existsSync(join(folder, `${file}.native.yaml`))).toBe(false);
  });
});

it.each(SOUND)('a sound $name file is none of them', async ({ file }) => {
  const { code, terminal } = await (COMMANDS['check'] as (file: string) => Promise<Ended>)(file);
  expect([code, terminal.stdout()]).toEqual([0, '{"diagnostics":[]}\n']);
});
