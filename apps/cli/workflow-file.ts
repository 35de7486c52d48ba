/**
 * Owns reading a workflow file from disk and saying what it is. Does not compile.
 */
import { open } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { diagnostic } from '@rondo/core/errors.ts';
import { LIMITS } from '@rondo/core/model/limits.ts';
import { InvalidFile } from './exit.ts';

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
