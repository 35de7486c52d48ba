/**
 * Owns what went into a node and came out of it in one iteration, and what its expressions can name there: read from
 * the iteration as the server gives it. Pure.
 */
import type { Iteration, StepView } from '@rondo/api/schemas/run.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import type { Failure } from '@rondo/api/schemas/shared.ts';
import { count } from '../../ui/format.ts';
import type { RunFacts } from '../code/run-facts.ts';
import { type DataRoot, nodeCode } from '../code/scope.ts';
import { placedNode } from '../../editor/document/tree.ts';
import { readsPrevious, titleOf, type NodePlace } from '../place.ts';

export interface PortItems {
  /** Name of the port, or where the items come from. */
  name: string;
  items: readonly unknown[];
}

export type Try = NonNullable<StepView['attempts']>[number];

export interface NodeData {
  status: 'completed' | 'failed' | 'running' | 'waiting' | 'skipped' | 'cancelled';
  input: readonly PortItems[];
  /** Null: not kept, or not reached. */
  output: readonly PortItems[] | null;
  /** Only the number of items was kept. */
  cut: boolean;
  failure: Failure | null;
  attempts: number;
  /** Each attempt, where they were recorded. */
  tries: readonly Try[];
  /** What its expressions came to, where that was kept. */
  given: unknown;
  logs: string;
  durationMs: number | null;
  usage: Iteration['usage'];
  /** Values are cut at so many bytes. */
  cutAt: number | null;
}

/** Items travel bare, or with their files around them. */
export function jsonOf(item: unknown): unknown {
  if (item === null || typeof item !== 'object' || Array.isArray(item)) return item;
  const keys = Object.keys(item);
  const inside = keys.length === 1 && keys[0] === '$item' ? (item as { $item: unknown }).$item : null;
  return inside !== null && typeof inside === 'object' ? (inside as { json?: unknown }).json : item;
}

export function nodeDataOf(iteration: Iteration, place: NodePlace, own: boolean): NodeData | null {
  const ports = place.type?.outputs.map((one) => one.name) ?? [];
  // Logs and cost are the iteration's; they are told where they can come from this node.
  const asks =
    place.type?.work === 'container' || place.type?.parameters.some((one) => one.name === 'connection') === true;
  const facts = { logs: iteration.logs, usage: asks ? iteration.usage : null, cutAt: iteration.cutAt };
  if (own) {
    return {
      ...facts,
      status: iteration.status,
      input: [{ name: '', items: iteration.input.map(jsonOf) }],
      output: iteration.status === 'failed' ? null : [{ name: '', items: iteration.output.map(jsonOf) }],
      cut: false,
      failure: iteration.failure,
      attempts: iteration.attempts,
      tries: iteration.tries ?? [],
      given: undefined,
      durationMs: iteration.durationMs,
    };
  }
  const step = iteration.steps.find((one) => one.id === place.id);
  if (step === undefined && iteration.failure?.node !== place.id) return null;
  const status = step?.status ?? 'failed';
  return {
    ...facts,
    status,
    input: step?.input === undefined ? inputOf(iteration, place) : [{ name: '', items: step.input.map(jsonOf) }],
    output:
      step?.output?.map((items, at) => ({ name: ports[at] ?? `output ${at + 1}`, items: items.map(jsonOf) })) ?? null,
    cut: step?.cut ?? false,
    failure: step?.failure ?? (status === 'failed' ? iteration.failure : null),
    attempts: step?.attempts?.at(-1)?.number ?? (status === 'failed' ? iteration.attempts : 1),
    tries: step?.attempts ?? [],
    given: step?.arguments,
    durationMs: step?.attempts?.reduce((sum, { durationMs }) => sum + durationMs, 0) ?? null,
  };
}

function inputOf(iteration: Iteration, place: NodePlace): PortItems[] {
  const inside = place.wires.filter((wire) => Object.hasOwn(place.level, wire.from));
  if (inside.length === 0) return [{ name: '', items: iteration.input.map(jsonOf) }];
  return inside.flatMap((wire) => {
    const step = iteration.steps.find((one) => one.id === wire.from);
    const items = itemsOf(step, wire.fromPort);
    return items === null ? [] : [{ name: titleOf(wire.from, place.level[wire.from]), items }];
  });
}

function itemsOf(step: StepView | undefined, port: string | null): unknown[] | null {
  if (step?.output == null) return null;
  const { output } = step;
  if (port === null || output.length < 2) return (output[0] ?? []).map(jsonOf);
  // Two outputs of a decision: true is the first. Others are told by their place alone.
  const at = port === 'false' ? 1 : port === 'error' ? output.length - 1 : Number(/\d+$/.exec(port)?.[0] ?? 0);
  return (output[Math.min(at, output.length - 1)] ?? []).map(jsonOf);
}

export interface RootsOptions {
  place: NodePlace;
  definition: Definition;
  iteration: Iteration | null;
  data: NodeData | null;
  own: boolean;
  index: number | null;
  total: number | null;
  /** What one iteration is called: customer. */
  element: string;
  /** Iterations of the loops around, the innermost first. */
  outer: readonly { iteration: Iteration; name: string }[];
  /** The same iteration's neighbours that were looked at. */
  others: readonly Iteration[];
  /** What the run says of the items of the loop. */
  facts?: RunFacts | undefined;
}

/** In the order of the Input pane. Without a run they have no values, but they have names. */
export function rootsOf(options: RootsOptions): DataRoot[] {
  const { place, definition, iteration, data, own, index, total, element, outer, others, facts } = options;
  const first = (one: Iteration): unknown => nodeDataOf(one, place, own)?.input[0]?.items[0];
  const items = data?.input.flatMap((one) => one.items) ?? [];
  const inLoop = place.around.length > 0 && !own;
  const loopItem = iteration === null ? undefined : valueOf(iteration);
  const roots: DataRoot[] = [];
  const where = index === null ? '' : `${element} ${count(index + 1)}`;
  const fromItem = inLoop && place.wires.length === 0;
  const [only] = place.wires.length === 1 ? place.wires : [];
  const container = own && place.type?.work === 'container';
  const source = container ? 'each element' : only === undefined ? null : titleOf(only.from, place.level[only.from]);
  if (inLoop && !fromItem)
    roots.push({
      code: '$loop.item',
      label: '$loop.item',
      value: loopItem,
      note: where,
      samples: others.map(valueOf),
      facts,
    });
  roots.push({
    code: '$json',
    label: source ?? '$json',
    value: items[0],
    note:
      items.length > 1 ? `first of ${count(items.length)} items` : fromItem ? where : source === null ? '' : '$json',
    samples: others.map(first),
    facts: own || fromItem ? facts : undefined,
  });
  if (inLoop) {
    if (fromItem)
      roots.push({
        code: '$loop.item',
        label: '$loop.item',
        value: loopItem,
        note: where,
        hidden: true,
        samples: others.map(valueOf),
        facts,
      });
    roots.push({ code: '$loop.index', label: '$loop.index', value: index ?? undefined, note: 'from 0' });
    roots.push({ code: '$loop.count', label: '$loop.count', value: total ?? undefined, note: '', hidden: true });
  }
  for (const [at, { iteration: around, name }] of outer.entries()) {
    const code = `$loop${'.parent'.repeat(own ? at : at + 1)}.item`;
    roots.push({ code, label: code, value: valueOf(around), note: `${name} ${count(around.index + 1)}` });
  }
  const steps = [...(own ? [] : (iteration?.steps ?? [])), ...outer.flatMap((one) => one.iteration.steps)];
  for (const id of place.visible) {
    const step = steps.find((one) => one.id === id);
    const output = step?.output?.find((port) => port.length > 0);
    const value = output === undefined ? undefined : jsonOf(output[0]);
    const direct = only?.from === id && !container;
    roots.push({
      code: `${nodeCode(id)}.item.json`,
      label: titleOf(id, placedNode(definition, id)?.node),
      // What a node outside loops got from one source is that source's item.
      value: direct && value === undefined ? items[0] : value,
      note: noteOf(step, output),
      // The source is the item itself; what does not lead here has hardly ever run before it.
      hidden: direct || !place.leading.includes(id) || (iteration !== null && step === undefined),
      samples: direct ? others.map(first) : [],
    });
  }
  if (inLoop && readsPrevious(place.node)) {
    roots.push({
      code: '$loop.previous',
      label: '$loop.previous',
      value: undefined,
      note: 'the result of the iteration before',
    });
  }
  const inputs = definition.inputs ?? {};
  if (Object.keys(inputs).length > 0) {
    const values = Object.fromEntries(Object.entries(inputs).map(([name, field]) => [name, field.default ?? null]));
    roots.push({ code: '$vars', label: '$vars', value: values, note: 'defaults' });
  }
  if (definition.constants !== undefined)
    roots.push({ code: '$constants', label: '$constants', value: definition.constants, note: '' });
  return roots;
}

function noteOf(step: StepView | undefined, output: readonly unknown[] | undefined): string {
  if (step === undefined) return '';
  if (step.status !== 'completed') return step.status;
  return output !== undefined && output.length > 1 ? `first of ${count(output.length)}` : '';
}

function valueOf(iteration: Iteration): unknown {
  const items = iteration.input.map(jsonOf);
  return items.length === 1 ? items[0] : items;
}
