/**
 * Owns a terminal for tests: collects what is written, lets time and signals be given by hand.
 * Does not start processes (process.ts beside it).
 */
import { style } from '../render/style.ts';
import type { Terminal } from '../terminal.ts';

export interface RecordedTerminal extends Terminal {
  stdout(): string;
  stderr(): string;
  /** Moves the clock and calls what is due. */
  advance(ms: number): void;
  signal(name: 'SIGINT' | 'SIGTERM' | 'closed'): void;
  exits: number[];
}

export function recordedTerminal(
  options: { terminal?: boolean; columns?: number; env?: Record<string, string>; cwd?: string; stdin?: string } = {},
): RecordedTerminal {
  const texts = { out: '', err: '' };
  const exits: number[] = [];
  const repeated = new Set<{ ms: number; due: number; call: () => void }>();
  const listeners = new Set<(why: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'closed') => void>();
  let at = 1_000;
  const channel = (name: 'out' | 'err'): Terminal['out'] => ({
    write: (text) => {
      texts[name] += text;
    },
    isTerminal: options.terminal === true,
    columns: () => options.columns ?? 120,
    rows: () => 24,
    style: style(false),
  });
  return {
    out: channel('out'),
    err: channel('err'),
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    readStdin: async () => options.stdin ?? '',
    onStop: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exitNow: (code) => {
      exits.push(code);
    },
    monotonic: () => at,
    now: () => 1_800_000_000_000 + at,
    every: (ms, call) => {
      const entry = { ms, due: at + ms, call };
      repeated.add(entry);
      return () => repeated.delete(entry);
    },
    stdout: () => texts.out,
    stderr: () => texts.err,
    advance: (ms) => {
      const end = at + ms;
      for (;;) {
        const next = [...repeated].filter((r) => r.due <= end).sort((a, b) => a.due - b.due)[0];
        if (next === undefined) break;
        at = next.due;
        next.due += next.ms;
        next.call();
      }
      at = end;
    },
    signal: (name) => {
      for (const listener of listeners) listener(name);
    },
    exits,
  };
}
