/**
 * Owns exit codes and the last line of every command that could not do its work: which thrown
 * thing means which code, and what people are told. Never a stack trace for a user's mistake.
 */
import { Defect, FailureError, type Diagnostic } from '@rondo/core/errors.ts';
import { StoreError } from '@rondo/core/ports.ts';
import { InvalidWorkflow } from '@rondo/runtime/api.ts';
import { renderDiagnostics } from './render/diagnostics.ts';
import { printable } from './render/text.ts';
import type { Terminal } from './terminal.ts';

export const EXIT = { completed: 0, failed: 1, usage: 2, environment: 3, interrupted: 130 } as const;

/** Wrong usage; the message is for the person who typed. */
export class UsageError extends Error {
  readonly code: string;
  constructor(message: string, code = 'usage') {
    super(message);
    this.name = 'UsageError';
    this.code = code;
  }
}

/** Something outside is missing or broken: database, port, part. */
export class EnvironmentError extends Error {
  readonly code: string;
  constructor(message: string, code = 'environment') {
    super(message);
    this.name = 'EnvironmentError';
    this.code = code;
  }
}

/** An invalid workflow, with what is needed to show it. */
export class InvalidFile extends Error {
  readonly diagnostics: Diagnostic[];
  readonly file: string;
  readonly source: string | null;
  constructor(diagnostics: Diagnostic[], file: string, source: string | null) {
    super(diagnostics[0]?.message ?? 'invalid workflow');
    this.name = 'InvalidFile';
    this.diagnostics = diagnostics;
    this.file = file;
    this.source = source;
  }
}

interface Told {
  exit: number;
  code: string;
  message: string;
}

// Errors of the operating system that are about the machine, not about us.
const MACHINE = new Set([
  'EACCES',
  'EPERM',
  'ENOSPC',
  'EROFS',
  'EMFILE',
  'ENFILE',
  'EADDRINUSE',
  'EIO',
  'ENOTDIR',
  'EDQUOT',
]);

function told(error: unknown): Told | null {
  if (error instanceof UsageError) return { exit: EXIT.usage, code: error.code, message: error.message };
  if (error instanceof EnvironmentError) return { exit: EXIT.environment, code: error.code, message: error.message };
  if (error instanceof StoreError) {
    const exit = error.code === 'run-not-found' ? EXIT.usage : EXIT.environment;
    return { exit, code: error.code, message: error.message };
  }
  if (error instanceof FailureError) return { exit: EXIT.failed, code: error.failure.code, message: error.message };
  const system = error as NodeJS.ErrnoException;
  if (error instanceof Error && !(error instanceof Defect)) {
    if (system.code !== undefined && MACHINE.has(system.code)) {
      return { exit: EXIT.environment, code: system.code, message: error.message };
    }
    if (system.code === 'ENOENT' && system.syscall !== undefined) {
      return { exit: EXIT.usage, code: system.code, message: error.message };
    }
    if (system.code === 'ERR_MODULE_NOT_FOUND') {
      return {
        exit: EXIT.environment,
        code: system.code,
        message: `A part of Rondo is not installed: ${error.message}. Run "npm ci".`,
      };
    }
  }
  return null;
}

/** Says what happened and answers the exit code. With `json`, the same on stdout for machines. */
export function report(error: unknown, terminal: Terminal, json: boolean): number {
  const { out, err } = terminal;
  if (error instanceof InvalidFile || error instanceof InvalidWorkflow) {
    const file = error instanceof InvalidFile ? error.file : 'workflow';
    const source = error instanceof InvalidFile ? error.source : null;
    if (json) out.write(`${JSON.stringify({ diagnostics: error.diagnostics })}\n`);
    err.write(renderDiagnostics(error.diagnostics, file, source, err.style, err.columns()));
    return EXIT.usage;
  }
  const known = told(error);
  if (known !== null) {
    if (json) out.write(`${JSON.stringify({ error: { code: known.code, message: known.message } })}\n`);
    err.write(`${err.style.red('rondo:')} ${printable(known.message)}\n`);
    return known.exit;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (json) out.write(`${JSON.stringify({ error: { code: 'defect', message } })}\n`);
  err.write(
    `${err.style.red('rondo:')} internal error: ${printable(message)}. This is a mistake in Rondo: please report it ` +
      `in its issue tracker, with the output of RONDO_DEBUG=1 and of "rondo doctor".\n`,
  );
  if (terminal.env.RONDO_DEBUG === '1' && error instanceof Error) err.write(`${error.stack ?? ''}\n`);
  return EXIT.failed;
}

/** The exit code that a finished run gives. */
export function exitOf(status: string): number {
  if (status === 'completed') return EXIT.completed;
  return status === 'waiting' ? EXIT.interrupted : EXIT.failed;
}
