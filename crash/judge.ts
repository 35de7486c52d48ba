/**
 * Owns calling the checker: a program of its own, in a process of its own.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Verdict } from './checker.ts';
import { ROOT } from './processes.ts';

export function judge(folder: string): Promise<Verdict> {
  const script = join(ROOT, 'crash', 'checker.ts');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', script, join(folder, 'dossier.json')],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (stdout === '') reject(new Error(`the checker failed: ${stderr}${error?.message ?? ''}`));
        else resolve(JSON.parse(stdout) as Verdict);
      },
    );
  });
}
