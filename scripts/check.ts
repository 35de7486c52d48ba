/**
 * Owns `npm run check`: every static check, in parallel, one line each with its time, and what
 * failed at the end. Does not run the tests.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './repository.ts';

interface Check {
  name: string;
  command: string;
  args: string[];
}

interface Outcome {
  check: Check;
  ok: boolean;
  ms: number;
  output: string;
}

const bin = (name: string): string => join(ROOT, 'node_modules', '.bin', name);

const CHECKS: Check[] = [
  { name: 'types', command: bin('tsc'), args: ['-p', '.'] },
  { name: 'types of web', command: bin('tsc'), args: ['-p', 'apps/web'] },
  { name: 'format', command: bin('biome'), args: ['format', '--reporter=summary', '.'] },
  { name: 'lint', command: bin('oxlint'), args: ['--deny-warnings', '--format=unix'] },
  // knip is JavaScript: it runs with the Node that runs this file, not with the machine's.
  { name: 'unused', command: process.execPath, args: [join(ROOT, 'node_modules', 'knip', 'bin', 'knip.js')] },
  { name: 'architecture', command: process.execPath, args: [join(ROOT, 'scripts', 'architecture.ts'), '--check'] },
];

function run(check: Check): Promise<Outcome> {
  const from = performance.now();
  return new Promise((resolve) => {
    const child = spawn(check.command, check.args, { cwd: ROOT, env: { ...process.env, NO_COLOR: '1' } });
    let output = '';
    child.stdout.on('data', (part: Buffer) => (output += part.toString()));
    child.stderr.on('data', (part: Buffer) => (output += part.toString()));
    const finish = (ok: boolean): void => {
      const outcome = { check, ok, ms: performance.now() - from, output };
      console.log(`${ok ? 'ok  ' : 'FAIL'} ${check.name.padEnd(13)} ${(outcome.ms / 1000).toFixed(1)} s`);
      resolve(outcome);
    };
    child.on('error', (error) => {
      output += error.message;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}

const outcomes = await Promise.all(CHECKS.map(run));
const failed = outcomes.filter((outcome) => !outcome.ok);
for (const outcome of failed) console.error(`\n--- ${outcome.check.name}\n${outcome.output.trim()}`);
console.log(failed.length === 0 ? 'all checks passed' : `${failed.length} of ${outcomes.length} checks failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
