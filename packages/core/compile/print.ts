/** Owns the printed form of a plan: an indented tree for people. */
import type { Loop } from '../engine/loop.ts';
import type { Plan, Region, Step } from '../model/plan.ts';

export function printPlan(plan: Plan): string {
  const lines = [`${plan.name}`];
  printRegion(plan.root, 1, lines);
  return `${lines.join('\n')}\n`;
}

function printRegion(region: Region, depth: number, lines: string[]): void {
  for (const step of region.steps) {
    lines.push(`${'  '.repeat(depth)}${step.id}  ${step.type}${sources(step, region)}${describeLoop(step)}`);
    const container = step.container;
    if (container !== undefined && 'body' in container) {
      const { body } = container;
      lines.push(
        `${'  '.repeat(depth + 1)}body (${body.pure ? 'pure: runs in the evaluator, a block at a time' : body.cost === 'nested' ? 'holds loops: frames are checkpointed' : 'has effects: iteration by iteration'})`,
      );
      printRegion(body, depth + 2, lines);
    }
  }
}

function sources(step: Step, region: Region): string {
  const names = step.inputs.flat().map((source) => {
    if (source.step < 0) return 'input';
    const from = region.steps[source.step];
    const port = from?.outputs[source.port];
    return from === undefined ? '?' : source.port === 0 && from.outputs.length === 1 ? from.id : `${from.id}.${port}`;
  });
  return names.length === 0 ? '' : `  <- ${names.join(', ')}`;
}

function describeLoop(step: Step): string {
  const loop: Loop = step.loop;
  const facts: string[] = [];
  if (step.paged) facts.push('per page');
  else if (loop.over === 'state') facts.push('until it ends');
  else if (loop.size === Number.POSITIVE_INFINITY) facts.push('once');
  else facts.push(loop.size === 1 ? 'per item' : `per ${loop.size} items`);
  if (loop.parallel > 1) facts.push(`${loop.parallel} in flight`);
  if (loop.carry === 'previous') facts.push('in order');
  if (loop.rate !== null) facts.push(`${loop.rate.count} per ${loop.rate.perMs} ms`);
  if (loop.retry.times > 0) facts.push(`${loop.retry.times} retries`);
  if (loop.onError !== 'stop') facts.push(`errors: ${loop.onError}`);
  return `  [${facts.join(', ')}]`;
}
