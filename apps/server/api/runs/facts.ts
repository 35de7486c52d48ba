/**
 * Owns what is known of a run besides its record: which workflow and version it is of, who asked for it, what it was
 * given. Made once per run; definitions and options of a run never change. Reads no rows.
 */
import { compile } from '@rondo/core/compile/compile.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { parseDefinition } from '@rondo/core/model/format.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';
import type { Plan, Region, Step } from '@rondo/core/model/plan.ts';
import type { RunRecord } from '@rondo/core/ports.ts';
import type { Versions } from '../../store/versions.ts';
import { LRU } from '../lru.ts';
import type { Workflow } from '../../workflows/workflow.ts';

export interface RunOptions {
  file: string;
  input?: Json;
  items?: string;
  trigger?: string;
  conversation?: string;
}

export interface RunFact {
  workflowId: string | null;
  version: number | null;
  startedBy: string | null;
  options: RunOptions;
  /** The input in a few words. */
  input: string;
}

export interface RunFacts {
  of(run: RunRecord): RunFact;
  /** The run goes on by another definition. */
  forget(run: string): void;
  definition(run: RunRecord): Definition | null;
  plan(run: RunRecord): Plan | null;
  /** Title of a node, for people. */
  title(run: RunRecord, node: string): string;
  /** The compiled step of a node; null when the definition does not compile here and now. */
  step(run: RunRecord, node: string): Step | null;
}

const SHORT = 120;
const MOST = 2_000;
const MOST_PLANS = 100;

interface Compiled {
  definition: Definition | null;
  plan: Plan | null;
  steps: Map<string, Step>;
}

export interface FactsOptions {
  versions: Versions;
  registry: NodeRegistry;
  workflows(): readonly Workflow[];
}

export function runFacts({ versions, registry, workflows }: FactsOptions): RunFacts {
  const facts = new LRU<RunFact>(MOST);
  const plans = new LRU<Compiled>(MOST_PLANS);
  const compiled = (run: RunRecord): Compiled =>
    plans.get(run.id, () => {
      const { definition } = parseDefinition(run.definition, run.workflow);
      const plan = definition === null ? null : compile(definition, registry).plan;
      const steps = new Map<string, Step>();
      if (plan !== null) collect(plan.root, steps);
      return { definition, plan, steps };
    });
  return {
    of: (run) =>
      facts.get(run.id, () => {
        const options = JSON.parse(run.options) as RunOptions;
        const asker = versions.asker(run.id);
        const known = workflows().find((one) => one.file === options.file) ?? null;
        const workflowId = asker?.workflow ?? known?.key ?? null;
        const version = asker?.version ?? (workflowId === null ? null : versions.find(workflowId, run.definition));
        return { workflowId, version, startedBy: asker?.startedBy ?? null, options, input: shortInput(options) };
      }),
    forget: (run) => {
      facts.delete(run);
      plans.delete(run);
    },
    definition: (run) => compiled(run).definition,
    plan: (run) => compiled(run).plan,
    title: (run, node) => compiled(run).plan?.titles[node] ?? node,
    step: (run, node) => compiled(run).steps.get(node) ?? null,
  };
}

function collect(region: Region, into: Map<string, Step>): void {
  for (const step of region.steps) {
    if (!into.has(step.id)) into.set(step.id, step);
    if (step.container !== undefined && 'body' in step.container) collect(step.container.body, into);
  }
}

function shortInput({ input, items }: RunOptions): string {
  if (items !== undefined) return shortText(items.split(/[\\/]/).at(-1) ?? items);
  if (input === undefined) return '';
  if (Array.isArray(input) && input.length !== 1) return `${input.length} items`;
  return shortText(JSON.stringify(Array.isArray(input) ? input[0] : input));
}

export function shortText(text: string, most = SHORT): string {
  if (text.length <= most) return text;
  // A pair of surrogates is not cut in two.
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
