/**
 * Owns what a walk says of its nodes after the end: every run of every node, those inside the bodies of containers
 * too, which are read from the rows of their loops. Changes nothing.
 */
import type { Dataset } from '@rondo/core/events.ts';
import { keptSteps, type KeptStep } from '@rondo/core/model/kept-step.ts';
import { itemFromWire, itemsOfPort, splitItems, type Json } from '@rondo/core/model/item.ts';
import type { Region, Step } from '@rondo/core/model/plan.ts';
import type { IterationRow } from '@rondo/core/ports.ts';
import type { RunContext } from '../context.ts';
import { countOf, readBlocks } from '../dataset.ts';
import type { Frame } from '../frame.ts';
import { segment } from '../path.ts';
import type { WalkHistory } from './history.ts';

interface PortItems {
  items: Json[];
  total: number;
}

/** By node: runs, each with its outputs. */
export type NodeRuns = Record<string, PortItems[][]>;

/** Rows of a page; a row holds what all steps of an iteration gave. */
const PAGE = 200;

const jsonOf = (text: string): Json => itemFromWire(JSON.parse(text) as Json).json;

/** Lists and numbers of runs are cut at `limit`. */
export async function walkNodes(
  context: RunContext,
  frame: Frame,
  walk: WalkHistory,
  limit: number,
): Promise<NodeRuns> {
  await context.writer.recorded();
  const reader = new Reader(context, limit);
  for (const step of frame.region.steps) {
    for (const [run, { output, failure }] of (walk.runs[step.index] ?? []).entries()) {
      if (run >= limit) break;
      const outputs = await reader.outputs(output);
      const { container } = step;
      if (container?.kind === 'loop-over-items') {
        const name = run === 0 ? segment(step.id) : `${segment(step.id)}@${run}`;
        await reader.loop(frame.path === '' ? name : `${frame.path}/${name}`, step, container.body);
      }
      // A loop that failed did not come to its last run, which gives the results.
      if (container?.kind !== 'loop-over-items' || failure === undefined) reader.add(step, outputs);
    }
  }
  return reader.nodes;
}

class Reader {
  readonly nodes: NodeRuns = {};
  readonly #context: RunContext;
  readonly #limit: number;

  constructor(context: RunContext, limit: number) {
    this.#context = context;
    this.#limit = limit;
  }

  add(step: Step, outputs: PortItems[]): void {
    if (!Object.hasOwn(this.nodes, step.id)) this.nodes[step.id] = [];
    const runs = this.nodes[step.id] as PortItems[][];
    if (runs.length < this.#limit) runs.push(inOrder(step, outputs));
  }

  async outputs(dataset: Dataset): Promise<PortItems[]> {
    const ports = dataset.kind === 'inline' ? dataset.ports.length : dataset.counts.length;
    const outputs: PortItems[] = [];
    for (let port = 0; port < ports; port += 1) {
      const feed = { dataset, port };
      const items: Json[] = [];
      reading: for await (const block of countOf(feed) > 0 ? readBlocks(this.#context, [feed]) : []) {
        for (const text of block) {
          if (items.length >= this.#limit) break reading;
          items.push(jsonOf(text));
        }
      }
      outputs.push({ items, total: countOf(feed) });
    }
    return outputs;
  }

  /** The iterations of a lowered loop: each is a run of the loop node and of the nodes inside. */
  async loop(path: string, step: Step, body: Region): Promise<void> {
    const { store, runId } = this.#context;
    const record = await store.loop(runId, path);
    if (record === null) return;
    for (let after = -1; after < this.#limit; ) {
      const rows = await store.rows(runId, record.key, { after, limit: PAGE });
      for (const row of rows) await this.#iteration(path, step, body, row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = last.index;
    }
  }

  async #iteration(path: string, step: Step, body: Region, row: IterationRow): Promise<void> {
    const batch = splitItems(row.input);
    this.add(step, [this.#list([]), this.#list(batch.map(jsonOf))]);
    const told = new Map(keptSteps(row.steps).map((one) => [one.id, one]));
    const counts = new Map<number, number[]>();
    for (const inner of body.steps) {
      const outputs = outputsOf(told.get(inner.id), inner, row, counts, batch.length);
      if (outputs === null) {
        if (row.failure?.node === inner.id) this.add(inner, []);
        continue;
      }
      counts.set(
        inner.index,
        outputs.map((items) => items.length),
      );
      if (inner.container?.kind === 'loop-over-items') {
        await this.loop(`${path}[${row.index}]/${segment(inner.id)}`, inner, inner.container.body);
      }
      this.add(
        inner,
        outputs.map((items) => this.#list(items)),
      );
    }
  }

  #list(items: Json[]): PortItems {
    return { items: items.slice(0, this.#limit), total: items.length };
  }
}

/** Null: the step did not run. The one whose output is the row's is not told of beside it. */
function outputsOf(
  told: KeptStep | undefined,
  step: Step,
  row: IterationRow,
  counts: ReadonlyMap<number, number[]>,
  batch: number,
): Json[][] | null {
  if (told !== undefined && told.result !== true) return told.status === 'completed' ? (told.output ?? []) : null;
  if (row.status !== 'completed') return null;
  const came = step.inputs
    .flat()
    .some((source) => (source.step < 0 ? batch : (counts.get(source.step)?.[source.port] ?? 0)) > 0);
  if (!came) return null;
  const items = itemsOfPort(row.output, 0).map(jsonOf);
  return step.type === 'loop-over-items' ? [items, []] : [items];
}

/** Older versions of n8n's loop node have other outputs. */
function inOrder(step: Step, outputs: PortItems[]): PortItems[] {
  const version = step.params.version;
  if (step.type !== 'loop-over-items' || version?.kind !== 'literal' || outputs.length < 2) return outputs;
  const [done, loop] = outputs as [PortItems, PortItems];
  if (version.value === 1) return [loop];
  return version.value === 2 ? [loop, done] : outputs;
}
