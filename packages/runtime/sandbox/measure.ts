/** Prints what a unit costs, process border included: node packages/runtime/sandbox/measure.ts */
import { readFileSync } from 'node:fs';
import type { Json } from '@rondo/core/model/item.ts';
import { createEvaluator } from './evaluator.ts';
import { block, program, steps, template } from './fixtures/programs.ts';

const item = (i: number): Json => ({
  id: i,
  name: `Item number ${i}`,
  price: (i % 9973) / 100,
  qty: i % 13,
  tags: ['a', 'b'],
  address: { city: 'Berlin', zip: '10115' },
  ok: true,
});

const one = program(steps({ a: { with: { fields: { total: '{{ $json.qty * $json.price }}' } } } }));
const two = program(
  steps({
    a: { with: { fields: { total: '{{ $json.qty * $json.price }}' } } },
    b: { with: { fields: { label: '{{ $json.name.toUpperCase() }}' } } },
  }),
);
const state = program(steps({ a: { with: { fields: { n: '{{ $json.n + 1 }}' } } } }), {
  state: { while: template('{{ $json.n < 1e9 }}') },
});

const evaluator = createEvaluator();
const began = performance.now();
evaluator.define(one);
await evaluator.run(block(one, [item(0)]));
console.log(`start to first answer: ${(performance.now() - began).toFixed(0)} ms`);

async function measure(name: string, of: typeof one, size: number, units: number): Promise<void> {
  evaluator.define(of);
  const input = Array.from({ length: size }, (_, i) => item(i));
  const given = of.state === null ? block(of, input) : block(of, [], { units: size, carry: '{"n":0}' });
  const go = async (count: number): Promise<number> => {
    const start = performance.now();
    let flying: Promise<unknown> = Promise.resolve();
    for (let done = 0; done < count; done += size) {
      const answer = evaluator.run(given);
      if (size > 1) await flying;
      else await answer;
      flying = answer;
    }
    await flying;
    return ((performance.now() - start) / count) * 1000;
  };
  await go(units / 4);
  const before = { child: childCpu(), self: process.cpuUsage() };
  const wall = await go(units);
  const self = process.cpuUsage(before.self);
  const per = (us: number): string => (us / units).toFixed(2);
  console.log(
    `${name}, blocks of ${size}: ${wall.toFixed(2)} us per unit ` +
      `(processor: child ${per(childCpu() - before.child)}, runner ${per(self.user + self.system)})`,
  );
}

/** Processor time of the child in us, where the system tells. */
function childCpu(): number {
  const fields = readFileSync(`/proc/${evaluator.pid()}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

for (const size of [1, 100, 1000]) {
  const units = size === 1 ? 4000 : 200_000;
  await measure('1 step', one, size, units);
  await measure('2 steps', two, size, units);
  await measure('state loop', state, size, units);
}
const resident = readFileSync(`/proc/${evaluator.pid()}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)?.[1];
console.log(`child: ${(Number(resident) / 1024).toFixed(0)} MB at most`);
await evaluator.close();
