/**
 * Owns the HTTP bar: calls with many in flight against a server that answers after 20 ms, ours
 * and a hand-written loop with the same client in turn.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge, type Bar } from '../bar.ts';
import { execute, loopOf, ROOT, runWorkflow } from '../command.ts';
import { interleaved, median } from '../statistics.ts';

const CALLS = 10_000;
const PARALLEL = 50;
const DELAY_MS = 20;

async function startServer(): Promise<{ child: ChildProcess; url: string }> {
  const script = join(ROOT, 'bench', 'floors', 'http-server.ts');
  const child = spawn(process.execPath, [script, String(DELAY_MS)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('exit', () => reject(new Error('the server of the HTTP bar did not start')));
  });
  return { child, url: `http://127.0.0.1:${port}` };
}

export const httpBar: Bar = {
  name: 'http',
  what: `10,000 HTTP calls, ${PARALLEL} in flight, server of ${DELAY_MS} ms, against a hand-written loop`,
  async run(context) {
    const { child, url } = await startServer();
    try {
      const input = join(context.folder, 'http-items.ndjson');
      const lines = Array.from({ length: CALLS }, (_, id) => JSON.stringify({ url: `${url}/price?id=${id}` }));
      writeFileSync(input, `${lines.join('\n')}\n`);
      const seen = async (): Promise<{ calls: number; mostOpen: number }> =>
        (await (await fetch(`${url}/stats`)).json()) as { calls: number; mostOpen: number };
      const sides = await interleaved(context.rounds, {
        floor: async () => {
          const script = join(ROOT, 'bench', 'floors', 'http.ts');
          const finished = await execute(process.execPath, [script, url, String(CALLS), String(PARALLEL)]);
          if (finished.code !== 0) throw new Error(`the HTTP floor failed:\n${finished.stderr}`);
          await seen();
          return { inside: (JSON.parse(finished.stdout) as { durationMs: number }).durationMs, wall: finished.wallMs };
        },
        ours: async () => {
          const file = join(ROOT, 'bench', 'workflows', 'http.yaml');
          const args = [file, '--items', input, '--db', context.database()];
          const ran = await runWorkflow(args, { env: { RONDO_EGRESS_ALLOW: '127.0.0.1' } });
          const loop = loopOf(ran.report, 'each');
          const stats = await seen();
          if (loop.completed !== CALLS || stats.calls !== CALLS) {
            throw new Error(`${loop.completed} iterations completed and ${stats.calls} calls came, of ${CALLS}`);
          }
          return { inside: loop.durationMs, wall: ran.wallMs, mostOpen: stats.mostOpen };
        },
      });
      const perSecond = (ms: number): number => (CALLS * 1000) / ms;
      const floorRate = perSecond(median(sides.floor.map((run) => run.inside)));
      const best = (PARALLEL * 1000) / DELAY_MS;
      return [
        judge({
          bar: `HTTP, ${CALLS.toLocaleString('en')} calls, ${PARALLEL} in flight`,
          ours: perSecond(median(sides.ours.map((run) => run.inside))),
          floor: floorRate,
          unit: 'calls/s',
          on: 'ratio',
          better: 'higher',
          reach: 0.9,
          note:
            `loop against loop; the server allows ${best}/s; most in flight seen by it ` +
            `${Math.max(...sides.ours.map((run) => run.mostOpen))}; wall ` +
            `${(median(sides.ours.map((run) => run.wall)) / 1000).toFixed(2)} s against ` +
            `${(median(sides.floor.map((run) => run.wall)) / 1000).toFixed(2)} s`,
        }),
      ];
    } finally {
      child.kill();
    }
  },
};
