/**
 * Owns `npm run crash`, the long form: campaigns of random kills over several seeds and kinds of
 * loops, judged one by one. Exit code 1 when an invariant does not hold.
 *
 *   npm run crash                                     200 kills, seeds 1 2 3, all kinds
 *   npm run crash -- --kills 50 --seed 7 --kind parallel
 *   npm run crash -- --keep                           keeps databases and dossiers in crash/out/
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCampaign, type Plan } from './campaign.ts';
import { judge } from './judge.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', multiple: true, default: ['1', '2', '3'] },
    kind: { type: 'string', multiple: true, default: ['sequential', 'parallel', 'nested'] },
    count: { type: 'string', default: '10000' },
    recovery: { type: 'string', default: '4' },
    keep: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

// A signal must run what processes.ts does at the exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

const out = join(import.meta.dirname, 'out');
mkdirSync(out, { recursive: true });
let broken = 0;

for (const kind of values.kind as Plan['kind'][]) {
  for (const seed of values.seed) {
    const folder = mkdtempSync(join(out, `${kind}-${seed}-`));
    const started = performance.now();
    const plan: Plan = {
      kind,
      seed: Number(seed),
      kills: Number(values.kills),
      recoveryEvery: Number(values.recovery),
      folder,
      count: Number(values.count),
      ...(values.verbose ? { log: (line: string) => process.stderr.write(`${line}\n`) } : {}),
    };
    let lines: string[];
    try {
      await runCampaign(plan);
      const { violations, figures } = await judge(folder);
      lines = violations;
      process.stdout.write(
        `${kind} seed ${seed}: ${figures.kills} kills, ${figures.acknowledged} acknowledged, ${figures.lost} lost, ` +
          `${figures.duplicates} duplicates, ${figures.repeats} effects repeated (most at one kill: ` +
          `${figures.mostRepeatsOfOneKill}), ${Math.round((performance.now() - started) / 1000)} s: ` +
          `${violations.length === 0 ? 'ok' : `${violations.length} VIOLATIONS`}\n`,
      );
    } catch (error) {
      lines = [error instanceof Error ? error.message : String(error)];
      process.stdout.write(`${kind} seed ${seed}: FAILED\n`);
    }
    for (const line of lines.slice(0, 20)) process.stdout.write(`  ${line}\n`);
    if (lines.length > 0) broken += 1;
    if (lines.length > 0 || values.keep) process.stdout.write(`  kept: ${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  }
}
process.exitCode = broken > 0 ? 1 : 0;
