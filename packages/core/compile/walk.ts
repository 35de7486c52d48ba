/**
 * Owns the top level of a workflow that runs in the order of n8n: its steps stand in the order of the file, may lead
 * back to earlier ones, and carry what the scheduling (engine/walk.ts) has to know. Does not decide which loops keep
 * the shape of n8n (walk-loops.ts) and does not build steps (region.ts).
 */
import { diagnostic } from '../errors.ts';
import type { Definition, NodeDefinition } from '../model/definition.ts';
import type { Json } from '../model/item.ts';
import type { Region, Step } from '../model/plan.ts';
import type { WalkGraph, WalkStep } from '../model/walk.ts';
import type { Edge } from './graph.ts';
import { bodyOf } from './lower.ts';
import { buildStep, finishRegion, wire, type Compilation, type Level, type Wiring } from './region.ts';
import { lowerWalk } from './walk-loops.ts';

type Order = NonNullable<NonNullable<Definition['settings']>['order']>;

export function walkRegion(
  c: Compilation,
  level: Level,
  order: Order,
  strict: boolean,
  layout: Definition['layout'],
): Region {
  const { wiring: drawn, known, edges } = wire(c, level);
  const { lowered, wiring } = lowerWalk(c, drawn, known, edges, strict);
  const index = new Map(lowered.ids.map((id, i) => [id, i]));
  const steps = lowered.ids.map((id) => buildStep(c, wiring, id, index, lowered, []));
  const graph: WalkGraph = {
    order: order === 'n8n-v0' ? 'v0' : 'v1',
    strict,
    steps: steps.map((step) => walkStep(step, wiring, lowered.edges, index, layout)),
    starts: startsOf(steps, wiring),
  };
  if (known.length > 0 && graph.starts.length === 0)
    c.out.push(diagnostic('cycle', level.path, 'Every node comes after another one, so that none can be the first.'));
  for (const step of steps) if (step.container !== undefined && 'body' in step.container) oneByOne(step.container.body);
  return { ...finishRegion('', steps, []), pure: false, walk: graph };
}

/** What the names of n8n tell of other nodes differs from iteration to iteration, so bodies that ask are not pushed down. */
function oneByOne(body: Region): void {
  const asks = body.outer.length > 0 || body.steps.some((step) => step.inputs.flat().some((source) => source.first));
  if (asks && body.pure) {
    body.pure = false;
    body.cost = 'effects';
  }
  for (const { container } of body.steps) if (container !== undefined && 'body' in container) oneByOne(container.body);
}

function walkStep(
  step: Step,
  wiring: Wiring,
  edges: readonly Edge[],
  index: ReadonlyMap<string, number>,
  layout: Definition['layout'],
): WalkStep {
  const place = layout !== undefined && Object.hasOwn(layout, step.id) ? layout[step.id] : undefined;
  const targets: { step: number; input: number }[][] = [];
  const sources: { step: number; port: number }[][] = [];
  for (const edge of edges) {
    if (edge.from === step.id) at(targets, edge.fromPort).push({ step: index.get(edge.to) ?? 0, input: edge.toPort });
    if (edge.to === step.id) at(sources, edge.toPort).push({ step: index.get(edge.from) ?? 0, port: edge.fromPort });
  }
  const node = wiring.nodes[step.id] as NodeDefinition;
  const required = requiredInputs(node);
  return {
    x: place?.x ?? 0,
    y: place?.y ?? 0,
    targets,
    sources,
    required,
    all: Array.isArray(required) && required.length === step.inputs.length,
    ...(wiring.isFeedback(step.id) && step.container === undefined
      ? { body: [...bodyOf(step.id, edges)].map((id) => index.get(id) ?? 0) }
      : {}),
  };
}

function at<T>(lists: T[][], position: number): T[] {
  while (lists.length <= position) lists.push([]);
  return lists[position] as T[];
}

/** What a node with several inputs needs before it runs without the others. */
function requiredInputs(node: NodeDefinition): number | number[] {
  const mode: Json | undefined = node.with?.mode;
  return node.type === 'merge' && mode === 'choose' ? [0, 1] : 1;
}

/**
 * Triggers of the file, those that a person starts first, those that other workflows or failures start last; else
 * nodes that nothing leads to.
 */
function startsOf(steps: readonly Step[], wiring: Wiring): number[] {
  const rank = (step: Step): number => {
    if (step.type === 'manual') return 0;
    return step.type === 'workflow-trigger' || step.type === 'error-trigger' ? 2 : 1;
  };
  const triggers = steps.filter((step) => wiring.types.get(step.id)?.group === 'trigger');
  const able = triggers.filter((step) => !step.disabled);
  const first = steps.filter((step) => step.inputs.flat().every((source) => source.step < 0));
  const starts = able.length > 0 ? able.toSorted((a, b) => rank(a) - rank(b)) : first;
  return starts.map((step) => step.index);
}
