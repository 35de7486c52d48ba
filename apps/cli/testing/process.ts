/** Owns starting the command line as a process, the way people do: `rondo ...`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RONDO = fileURLToPath(new URL('../../../bin/rondo', import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves when stdout or stderr has text that fits. */
  said(pattern: RegExp): Promise<void>;
}

export interface Place {
  folder: string;
  write(name: string, text: string): string;
  start(...args: string[]): Started;
  rondo(...args: string[]): Promise<Ended>;
  /** The same with text on stdin. */
  rondoWith(stdin: string, ...args: string[]): Promise<Ended>;
  remove(): void;
}

/** A folder of its own, with its own database. */
export function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'rondo-e2e-'));
  const start = (args: string[], stdin: string | null): Started => {
    const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1' };
    for (const name of Object.keys(env)) if (name.startsWith('RONDO_') || name.startsWith('VITEST')) delete env[name];
    const child = spawn(RONDO, args, { cwd: folder, env, stdio: 'pipe' });
    const texts = { stdout: '', stderr: '' };
    const waiting = new Set<{ pattern: RegExp; resolve: () => void }>();
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8');
      child[name].on('data', (part: string) => {
        texts[name] += part;
        for (const wait of waiting) {
          if (wait.pattern.test(texts.stdout) || wait.pattern.test(texts.stderr)) wait.resolve();
        }
      });
    }
    child.stdin.end(stdin ?? '');
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, ...texts }));
    });
    const said = (pattern: RegExp): Promise<void> =>
      Promise.race([
        new Promise<void>((resolve) => {
          if (pattern.test(texts.stdout) || pattern.test(texts.stderr)) resolve();
          waiting.add({ pattern, resolve });
        }),
        ended.then((end) => {
          if (pattern.test(end.stdout) || pattern.test(end.stderr)) return;
          throw new Error(`ended without saying ${pattern}: ${JSON.stringify(end)}`);
        }),
      ]);
    return { child, ended, said };
  };
  return {
    folder,
    write: (name, text) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    start: (...args) => start(args, null),
    rondo: (...args) => start(args, null).ended,
    rondoWith: (stdin, ...args) => start(args, stdin).ended,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Ten elements, each gets its double; the fourth fails when `fail` is set. */
export const DOUBLES = `rondo: 1
name: Doubles
inputs:
  count: { type: integer, default: 10 }
  bad: { type: integer, default: -1 }
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ Array.from({ length: $vars.count }, (_, i) => ({ n: i })) }}", onError: drop }
    body:
      double:
        type: set
        with:
          fields:
            n: "{{ $json.n === $vars.bad ? null.x : $json.n * 2 }}"
output: "{{ $('each').all().map(entry => entry.json.n) }}"
`;
