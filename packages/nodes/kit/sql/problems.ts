/**
 * Owns the failures of SQL nodes: a problem in the words of all databases becomes a message that says what
 * happened, where and what to do, and whether trying again can help. Does not know any driver.
 */
import { failure, FailureError, type Code } from '@rondo/core/errors.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import type { Driver, Problem } from './session.ts';
import { TooManyBytes } from './row-size.ts';

interface Advice {
  retry: 'yes' | 'no';
  fix: string;
  code?: Code;
}

const ADVICE: Record<Problem['kind'], Advice> = {
  'connection': {
    retry: 'yes',
    code: 'http-failed',
    fix: 'Check that the server runs, and host and port. A write that was under way may have happened: use upsert where it must not happen twice.',
  },
  'authentication': { retry: 'no', fix: 'Check user, database and the value of the secret.' },
  'tls': {
    retry: 'no',
    code: 'http-failed',
    fix: 'Give the certificate of the authority in tls.ca; for a server without encryption set tls.mode to off.',
  },
  'unique': { retry: 'no', fix: 'Use upsert where the row may be there already.' },
  'foreign-key': { retry: 'no', fix: 'Write the row that is referred to first.' },
  'not-null': { retry: 'no', fix: 'Give the column a value.' },
  'check': { retry: 'no', fix: 'Correct the value; the rule is in the table.' },
  'value': { retry: 'no', fix: 'Correct the value, or convert it in the statement.' },
  'syntax': { retry: 'no', fix: 'Correct the statement.' },
  'unknown-name': { retry: 'no', fix: 'Check the names of tables, columns and functions.' },
  'permission': { retry: 'no', fix: 'Ask for the right, or use another user.' },
  'read-only': { retry: 'no', fix: 'Use the operation execute for statements that change something.' },
  'deadlock': { retry: 'yes', fix: 'Try again; write rows in one order, or in smaller batches.' },
  'serialization': { retry: 'yes', fix: 'Try again.' },
  'busy': { retry: 'yes', fix: 'Try again when the other transaction has ended.' },
  'overload': { retry: 'yes', fix: 'Lower connections, or raise what the server takes.' },
  'cancelled': { retry: 'yes', fix: 'Try again.' },
  'other': { retry: 'no', fix: 'See the message of the database.' },
};

/** Text of the place that the position points to. */
function near(text: string, position: number): string {
  const before = text.slice(0, position - 1);
  const line = before.split('\n').length;
  const column = position - before.lastIndexOf('\n') - 1;
  const rest = text.slice(position - 1, position + 24).split('\n')[0] ?? '';
  return `at line ${line}, column ${column}${rest === '' ? '' : `, near ${JSON.stringify(rest)}`}`;
}

/** `statement` is the text that the person wrote, where there is one. */
export function sqlFailure(problem: Problem, where: string, statement: string | null): FailureError {
  const advice = ADVICE[problem.kind];
  const sentence = problem.message.trim().replace(/[.\s]+$/, '');
  const place = problem.position === undefined || statement === null ? '' : ` ${near(statement, problem.position)}`;
  const detail = problem.detail === undefined ? '' : ` ${problem.detail.trim()}`;
  const state = problem.state === undefined ? '' : ` (${problem.state})`;
  const { kind, constraint, table, column, position } = problem;
  return new FailureError(
    failure(advice.code ?? 'node-failed', `${where}: ${sentence}${place}${state}.${detail}`, {
      retry: advice.retry,
      fix: problem.hint === undefined ? advice.fix : `${advice.fix} ${problem.hint.trim()}`,
      data: {
        kind,
        ...(problem.state === undefined ? {} : { state: problem.state }),
        ...(constraint === undefined ? {} : { constraint }),
        ...(table === undefined ? {} : { table }),
        ...(column === undefined ? {} : { column }),
        ...(position === undefined ? {} : { position }),
      },
    }),
  );
}

const NETWORK: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'it did not answer in time',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to its network',
  ENOTFOUND: 'its name is not known',
};

/** A problem of the network or of TLS, as all drivers hand it on; null when it is none. */
export function networkProblem(error: unknown): Problem | null {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // Several addresses tried give one error with all of them inside.
  if (error instanceof AggregateError) return networkProblem(error.errors[0]);
  const known = NETWORK[code];
  if (known !== undefined) return { kind: 'connection', message: `no connection: ${known}`, state: code };
  if (/^(ERR_TLS|ERR_SSL|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_)/.test(code)) {
    return {
      kind: 'tls',
      message: `the server's certificate was not accepted: ${error.message.split(';')[0]}`,
      state: code,
    };
  }
  return null;
}

/** Any thrown thing as the failure that people see. */
export function asFailure(error: unknown, driver: Driver, call: EffectCall, text: string | null): unknown {
  if (call.signal.aborted || error instanceof FailureError) return error;
  if (error instanceof TooManyBytes) {
    const most = call.ports.limit('step.bytes');
    const fix = 'Set pageSize (or a smaller one), so that the rows come in pages, or select less.';
    return new FailureError({
      ...limitFailure('step.bytes', most, driver.where, 'the rows have more'),
      fix,
      retry: 'no',
    });
  }
  return sqlFailure(driver.dialect.problem(error), driver.where, text);
}
