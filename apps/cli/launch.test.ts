/** Tests of bin/launch.js and bin/rondo: which Node runs a file, exit codes, signals, the lifeline. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';

const LAUNCH = fileURLToPath(new URL('../../bin/launch.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'rondo-launch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** A Node that is too old, where the machine has one; it makes the launcher start a second process. */
function oldNode(): string | null {
  for (const part of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(part, process.platform === 'win32' ? 'node.exe' : 'node');
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    const major = Number(/^v(\d+)\./.exec(stdout ?? '')?.[1] ?? Number.NaN);
    if (major >= 20 && major < 24) return path;
  }
  return null;
}

const old = oldNode();
const nodes: [string, string][] = [
  ['a fitting Node', process.execPath],
  ...(old === null ? [] : [['an old Node', old] as [string, string]]),
];

async function lines(child: ChildProcess, wanted: RegExp): Promise<string> {
  let text = '';
  for await (const part of child.stdout ?? []) {
    text += String(part);
    if (wanted.test(text)) return text;
  }
  throw new Error(`ended without ${wanted}: ${text}`);
}

describe.each(nodes)('started with %s', (_, node) => {
  it('runs TypeScript with a fitting Node, its arguments and no warnings', () => {
    const path = file(
      'facts.ts',
      `import { DatabaseSync } from 'node:sqlite';
       const words: string[] = process.argv.slice(2);
       console.log(JSON.stringify({ words, major: parseInt(process.versions.node), sqlite: typeof DatabaseSync }));`,
    );
    const done = spawnSync(node, [LAUNCH, path, 'a b', '--json'], { encoding: 'utf8' });
    expect(JSON.parse(done.stdout)).toEqual({
      words: ['a b', '--json'],
      major: expect.any(Number),
      sqlite: 'function',
    });
    expect((JSON.parse(done.stdout) as { major: number }).major).toBeGreaterThanOrEqual(24);
    expect(done.stderr).toBe('');
    expect(done.status).toBe(0);
  });

  it('gives back the exit code', () => {
    expect(spawnSync(node, [LAUNCH, file('exit.js', 'process.exitCode = 130;')]).status).toBe(130);
  });

  it.skipIf(process.platform === 'win32')('ends by the signal that ended the file', () => {
    const done = spawnSync(node, [
      LAUNCH,
      file('kill.js', "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);"),
    ]);
    expect(done.signal).toBe('SIGTERM');
  });

  it.skipIf(process.platform === 'win32')('passes a signal on, once, and waits for the file', async () => {
    const path = file(
      'signals.js',
      `let n = 0;
       process.on('SIGINT', () => { n += 1; console.log('got'); });
       process.on('SIGTERM', () => { console.log('interrupts ' + n); process.exit(7); });
       console.log('ready');
       setInterval(() => {}, 1000);`,
    );
    const child = spawn(node, [LAUNCH, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    let text = '';
    child.stdout.on('data', (part: Buffer) => {
      const before = text;
      text += String(part);
      if (!before.includes('ready') && text.includes('ready')) {
        child.kill('SIGINT');
      }
      if (!before.includes('got') && text.includes('got')) child.kill('SIGTERM');
    });
    expect(await ended).toEqual([7, null]);
    expect(text).toContain('interrupts 1');
  });
});

it.skipIf(old === null || process.platform === 'win32')(
  'takes the second process with it when it is killed',
  async () => {
    const main = fileURLToPath(new URL('./lifeline.ts', import.meta.url));
    const path = file(
      'orphan.ts',
      `const { holdLifeline } = await import(${JSON.stringify(main)});
     holdLifeline();
     console.log('pid ' + process.pid);
     setInterval(() => {}, 1000);`,
    );
    const child = spawn(old ?? '', [LAUNCH, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(/pid (\d+)/.exec(await lines(child, /pid \d+\n/))?.[1]);
    expect(pid).not.toBe(child.pid);
    const closed = once(child, 'exit');
    child.kill('SIGKILL');
    await closed;
    // Asked until it is gone; the test's time limit is the limit.
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        break;
      }
      await new Promise(setImmediate);
    }
  },
);

it.skipIf(old === null)('says in one line what to do when there is no fitting Node, with exit code 3', () => {
  // A repository without its dependencies.
  const bare = join(folder, 'bare');
  mkdirSync(join(bare, 'bin'), { recursive: true });
  writeFileSync(join(bare, 'package.json'), '{"type":"module"}');
  copyFileSync(LAUNCH, join(bare, 'bin', 'launch.js'));
  const done = spawnSync(old ?? '', [join(bare, 'bin', 'launch.js'), 'x.js'], { encoding: 'utf8' });
  expect(done.status).toBe(3);
  expect(done.stderr.trim().split('\n')).toHaveLength(1);
  expect(done.stderr).toContain('npm ci');
});

describe.skipIf(process.platform === 'win32')('the command rondo', () => {
  const rondo = fileURLToPath(new URL('../../bin/rondo', import.meta.url));
  const run = (command: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
    spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env }, cwd: folder });

  it('says its version, through links and with blanks in the path, whatever Node is on the path', () => {
    const links = join(folder, 'with blank');
    mkdirSync(links);
    symlinkSync(rondo, join(links, 'first'));
    symlinkSync('first', join(links, 'rondo'));
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    for (const command of [rondo, join(links, 'first'), join(links, 'rondo')]) {
      expect(run(command, ['--version'])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
    }
    expect(run('rondo', ['--version'], { PATH: `${links}${delimiter}/usr/bin${delimiter}/bin` }).stdout).toBe(
      `${version}\n`,
    );
  });

  it('is the process that was started, with no launcher beside it', async () => {
    const file = join(folder, 'wait.yaml');
    writeFileSync(
      file,
      'rondo: 1\nnodes:\n  start: { type: manual }\n  w: { type: wait, after: start, with: { for: 1m } }\n',
    );
    const child = spawn(rondo, ['run', file, '--db', join(folder, 'wait.db'), '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    for await (const part of child.stderr) if (String(part).includes('in flight')) break;
    const name = readlinkSync(`/proc/${child.pid}/exe`);
    child.kill('SIGINT');
    expect(name).toMatch(/\/node$/);
    expect(await ended).toEqual([130, null]);
  });

  it('falls back to the Node of the path', () => {
    const bare = join(folder, 'no-packages');
    mkdirSync(join(bare, 'bin'), { recursive: true });
    copyFileSync(rondo, join(bare, 'bin', 'rondo'));
    writeFileSync(join(bare, 'bin', 'launch.js'), 'console.log(process.argv.slice(3).join())');
    const done = run(join(bare, 'bin', 'rondo'), ['a b', 'c']);
    expect(done.stdout).toBe('a b,c\n');
  });
});
