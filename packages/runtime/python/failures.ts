/**
 * Owns what people are told about a unit of Python that did not give a result. Does not find out which one it
 * was (python.ts).
 */
import { failure, type Failure } from '@rondo/core/errors.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import { MARK, type Answer } from './messages.ts';

interface Raised {
  name: string;
  message: string;
  line?: number;
  text?: string;
  /** Lines of the user's code on the way to it, with the name of the function. */
  trace?: [number, string][];
  cause?: string;
  /** A module that was not found. */
  module?: string;
}

export interface Allowed {
  timeoutMs: number;
  resultBytes: number;
  memoryBytes: number;
}

const MiB = 1024 * 1024;
const WHERE = 'The Python code';

const placeOf = ({ line, text }: Raised): string =>
  line === undefined || line === 0 ? '' : ` (line ${line}${text ? `: ${text}` : ''})`;

/** Null for a result. */
export function failureOf(answer: Answer, allowed: Allowed): Failure | null {
  switch (answer.mark) {
    case MARK.ok:
      return null;
    case MARK.raised:
      return raised(JSON.parse(answer.body) as Raised);
    case MARK.notData:
      return failure('node-failed', `${WHERE}: ${answer.body}.`, { retry: 'no', fix: 'Change what the code returns.' });
    case MARK.large: {
      const said = limitFailure('step.bytes', allowed.resultBytes, WHERE, `its result has ${answer.body} bytes`);
      return { ...said, retry: 'no' };
    }
    case MARK.memory:
      return outOfMemory(allowed.memoryBytes, Number(answer.body));
    case MARK.time:
      return tooLong(allowed.timeoutMs, answer.body === '' ? null : (JSON.parse(answer.body) as Raised));
    default:
      return broken(answer.body);
  }
}

function raised(error: Raised): Failure {
  const { name, message, module, cause } = error;
  const at = placeOf(error);
  const data: Record<string, unknown> = { exception: name, message };
  if (error.line !== undefined) Object.assign(data, { line: error.line, text: error.text, trace: error.trace });
  const more = { retry: 'no', data, ...(cause === undefined ? {} : { cause }) } as const;
  if (name === 'SystemExit') {
    return failure('node-failed', `${WHERE} ended itself with exit(${message}) before it gave a result${at}.`, {
      ...more,
      fix: 'Return a result, or raise an exception that says what is wrong.',
    });
  }
  if (module !== undefined) {
    return failure('node-failed', `ModuleNotFoundError: No module named '${module}'${at}`, {
      ...more,
      fix: "Only Python's standard library is there, without network, processes and JavaScript. Use a node such as HTTP Request before this one.",
    });
  }
  return failure('node-failed', `${name}${message === '' ? '' : `: ${message}`}${at}`, more);
}

function tooLong(timeoutMs: number, error: Raised | null): Failure {
  const at = error === null ? '' : placeOf(error);
  return failure('expression-timeout', `${WHERE} took longer than its limit of ${timeoutMs} ms${at}.`, {
    retry: 'no',
    fix: 'Look for an endless loop. Raise the timeout of the node or settings.limits["code.ms"] if it needs the time.',
    ...(error?.line === undefined ? {} : { data: { line: error.line, text: error.text } }),
  });
}

/** It could not be interrupted: one call inside took too long. */
export function unstoppable(timeoutMs: number): Failure {
  return failure(
    'expression-timeout',
    `${WHERE} could not be stopped at its limit of ${timeoutMs} ms and was ended with its process.`,
    { retry: 'no', fix: 'Look for one call that takes very long.' },
  );
}

export function outOfMemory(bytes: number, line = 0): Failure {
  const at = line === 0 ? '' : ` (line ${line})`;
  return failure(
    'memory-exceeded',
    `${WHERE} used more memory than it may have (limit python.bytes: ${Math.round(bytes / MiB)} MiB)${at}.`,
    { retry: 'no', fix: 'Work on smaller pieces, or raise settings.limits["python.bytes"].' },
  );
}

function broken(why: string): Failure {
  if (why.startsWith('RangeError')) {
    return failure('node-failed', `${WHERE} went deeper than the interpreter can: recursion or nesting without end.`, {
      retry: 'no',
      fix: 'Use a loop instead of recursion, and values that are nested less deeply.',
    });
  }
  const message = `${WHERE} ended its interpreter before it gave a result${why === '' ? '' : ` (${why.slice(0, 300)})`}.`;
  return failure('node-failed', message, { retry: 'no', fix: 'Return a result; do not end the process.' });
}

/** Its process ended twice with it. */
export const endedProcess = (detail: string): Failure => broken(detail.split('\n')[0] ?? '');
