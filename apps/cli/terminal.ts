/**
 * Owns the door to the terminal: streams, sizes, colours, environment, signals, timers. Commands
 * get it as a value, so that tests can give them another one. Does not format anything.
 */
import { style, type Style } from './render/style.ts';

export interface Channel {
  write(text: string): void;
  isTerminal: boolean;
  /** Width of the terminal; of a pipe, what tables may use. */
  columns(): number;
  rows(): number;
  style: Style;
}

export interface Terminal {
  out: Channel;
  err: Channel;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  readStdin(): Promise<string>;
  /** Calls on Ctrl-C, SIGTERM, SIGHUP or when the reader of stdout has gone; answers how to stop listening. */
  onStop(listener: (why: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'closed') => void): () => void;
  /** Ends the process now. */
  exitNow(code: number): void;
  monotonic(): number;
  now(): number;
  /** Repeats until the answer is called; never keeps the process alive. */
  every(ms: number, call: () => void): () => void;
}

const PIPE_COLUMNS = 160;

function channel(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Channel {
  const isTerminal = stream.isTTY === true;
  const colours = isTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal,
    // Some terminals say 0 for what they do not know.
    columns: () => (isTerminal ? stream.columns || 80 : PIPE_COLUMNS),
    rows: () => (isTerminal ? stream.rows || 24 : 24),
    style: style(colours),
  };
}

export function processTerminal(): Terminal {
  const closed = new Set<() => void>();
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    for (const call of closed) call();
  });
  process.stderr.on('error', () => {});
  return {
    out: channel(process.stdout, process.env),
    err: channel(process.stderr, process.env),
    env: process.env,
    cwd: process.cwd(),
    readStdin: async () => {
      const parts: Buffer[] = [];
      for await (const part of process.stdin) parts.push(part as Buffer);
      return Buffer.concat(parts).toString('utf8');
    },
    onStop: (listener) => {
      const signals = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => ({ name, call: () => listener(name) }));
      for (const signal of signals) process.on(signal.name, signal.call);
      const whenClosed = (): void => listener('closed');
      closed.add(whenClosed);
      return () => {
        for (const signal of signals) process.off(signal.name, signal.call);
        closed.delete(whenClosed);
      };
    },
    exitNow: (code) => process.exit(code),
    monotonic: () => performance.now(),
    now: () => Date.now(),
    every: (ms, call) => {
      const timer = setInterval(call, ms);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}
