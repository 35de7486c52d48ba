/**
 * Owns the process with one SQLite file, seen from the runner: its start, one request after the other, its end.
 * Does not map errors.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TooManyBytes } from '../kit/sql/row-size.ts';
import type { Answer, Cursor, Session, Statement } from '../kit/sql/session.ts';
import type { Request, Response, Settings } from './messages.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

class SqliteSession implements Session {
  broken = false;
  readonly #child: ChildProcess;
  #waiting: { resolve(answer: Answer): void; reject(error: Error): void } | null = null;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (response: Response) => {
      const waiting = this.#waiting;
      this.#waiting = null;
      if ('answer' in response) waiting?.resolve(response.answer);
      else if (response.trouble.tooManyBytes === true) waiting?.reject(new TooManyBytes());
      else waiting?.reject(Object.assign(new Error(response.trouble.message), { errcode: response.trouble.errcode }));
    });
    const onEnd = (): void => {
      this.broken = true;
      this.#waiting?.reject(Object.assign(new Error('the process with the database ended'), { ended: true }));
      this.#waiting = null;
    };
    child.once('error', onEnd);
    child.once('exit', onEnd);
  }

  /** The answer to what was sent last; one at a time. */
  answer(send?: Request): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      if (send !== undefined) this.#child.send(send);
    });
  }

  run(statement: Statement, mostBytes: number): Promise<Answer> {
    return this.answer({ do: 'run', ...statement, mostBytes });
  }

  async cursor(statement: Statement): Promise<Cursor> {
    await this.answer({ do: 'cursor', ...statement });
    return { next: (count, mostBytes) => this.answer({ do: 'next', count, mostBytes }) };
  }

  /** A statement inside SQLite cannot be told anything: its process ends. */
  async cancel(): Promise<void> {
    await this.close(true);
  }

  async close(hard: boolean): Promise<void> {
    this.broken = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    if (hard || !this.#child.connected) this.#child.kill('SIGKILL');
    else this.#child.disconnect();
    await ended;
  }
}

export async function openSession(settings: Settings): Promise<Session> {
  const child = fork(CHILD, [JSON.stringify(settings)], {
    serialization: 'advanced',
    execArgv: ['--max-old-space-size=512'],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const session = new SqliteSession(child);
  try {
    await session.answer();
    return session;
  } catch (error) {
    await session.close(true);
    throw error;
  }
}
