/**
 * Owns reading a workflow file from disk and saying what it is. Does not compile.
 */
import { open } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { diagnostic, type Diagnostic } from '@rondo/core/errors.ts';
import { LIMITS } from '@rondo/core/model/limits.ts';
import { InvalidFile, UsageError } from './exit.ts';

export const FORMATS = ['native', 'n8n', 'dify', 'openflow'] as const;

export interface WorkflowFile {
  /** Absolute. */
  path: string;
  /** As people typed it, or near to it. */
  shown: string;
  text: string;
}

function unreadable(
  shown: string,
  message: string,
  code: 'file-unreadable' | 'file-format' = 'file-unreadable',
): InvalidFile {
  return new InvalidFile([diagnostic(code, [], message)], shown, null);
}

/** Throws InvalidFile when it is not there, too long or not text. */
export async function readWorkflowFile(name: string, cwd: string): Promise<WorkflowFile> {
  const path = resolve(cwd, name);
  const near = relative(cwd, path);
  const shown = near === '' || near.startsWith('..') ? path : near;
  const most = LIMITS['file.definition'].default;
  try {
    const file = await open(path, 'r');
    try {
      const facts = await file.stat();
      if (facts.isDirectory()) throw unreadable(shown, `${shown} is a folder, not a workflow file.`);
      if (facts.size > most) throw unreadable(shown, `${shown} is longer than ${most} bytes (limit file.definition).`);
      return { path, shown, text: await file.readFile('utf8') };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof InvalidFile) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw unreadable(shown, `There is no file ${shown}.`);
    throw unreadable(shown, `${shown} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The flag's value, checked; `native` and nothing (detected by content) are what this command can read. */
export function checkFormat(format: string | undefined): void {
  if (format === undefined || format === 'native') return;
  if (!(FORMATS as readonly string[]).includes(format)) {
    throw new UsageError(`--format knows ${FORMATS.join(', ')}; "${format}" is none of them.`);
  }
  throw new UsageError(`This version of Rondo runs native files (rondo: 1) only; --format ${format} is not supported.`);
}

/** Throws when a diagnostic is an error. */
export function refuseErrors(diagnostics: Diagnostic[], file: WorkflowFile): void {
  if (diagnostics.some((d) => d.severity === 'error')) throw new InvalidFile(diagnostics, file.shown, file.text);
}
