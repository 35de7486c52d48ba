/**
 * Owns one level of a Dify graph as native nodes with their connections. Nodes are mapped by types/, containers by
 * containers.ts. Nodes whose outputs are given need no mapping.
 */
import { jsonText } from '../json-text.ts';
import type { Diagnostic } from '../../errors.ts';
import type { NodeDefinition } from '../../model/definition.ts';
import type { ConvertOptions } from '../converted.ts';
import { convertContainer } from './containers.ts';
import type { DifyDocument, DifyVariable } from './document.ts';
import { Names, quoted, type Known } from './expression.ts';
import { ERROR_PORT, failureSettings, hasStrategy } from './failures.ts';
import { isContainer, nameOf, type DifyNode, type Level } from './graph.ts';
import { Report, type Mapped, type Place } from './mapping.ts';
import { MAPPINGS } from './types/index.ts';
import { actionsOf, classesOf } from './types/decisions.ts';

export interface Conversion {
  document: DifyDocument;
  options: ConvertOptions;
  known: Known;
  conversation: ReadonlyMap<string, DifyVariable>;
  out: Diagnostic[];
  /** Called when all levels are converted. */
  finish: (() => void)[];
  /** Ids of native nodes, so that further ones get ids of their own. */
  taken: Set<string>;
}

export interface Body {
  nodes: Record<string, NodeDefinition>;
  /** Outputs that lead nowhere, as `after` has them. */
  leaves: string[];
}

/** Where the ways of a node lead out: output by handle, as `after` has it. */
interface Exits {
  /** Native node of the ways. */
  node: string;
  ways: readonly (readonly [handle: string, output: string])[];
}

const SUCCESS = new Set(['source', 'success-branch']);

export function freeId(c: Conversion, wanted: string): string {
  let id = wanted;
  while (c.taken.has(id)) id += ' +';
  c.taken.add(id);
  return id;
}

export function convertLevel(c: Conversion, level: Level): Body {
  const nodes: Record<string, NodeDefinition> = {};
  const exits = new Map<string, Exits>();
  const names = new Names(level, c.known);
  if (level.container !== null && level.start !== null && needsStart(level)) {
    nodes[level.start.id] = { type: 'no-op' };
    exits.set(level.start.id, { node: level.start.id, ways: [['source', level.start.id]] });
  }
  for (const node of level.nodes) exits.set(node.id, convertNode(c, level, names, node, nodes));
  connect(c, level, nodes, exits);
  const leaves = leavesOf(level, exits);
  return { nodes, leaves };
}

/** The start node of a body is left out where what comes after it comes after nothing else. */
function needsStart({ edges, start }: Level): boolean {
  const first = edges.filter((edge) => edge.source === start?.id).map((edge) => edge.target);
  return edges.some((edge) => edge.source !== start?.id && first.includes(edge.target));
}

function convertNode(
  c: Conversion,
  level: Level,
  names: Names,
  node: DifyNode,
  nodes: Record<string, NodeDefinition>,
): Exits {
  const report = new Report(node, c.out);
  const place: Place = {
    node,
    data: node.data,
    names,
    report,
    chat: c.document.chat,
    conversation: c.conversation,
  };
  if (c.options.pinned?.has(node.id) === true) return given(c, place, nodes);
  if (isContainer(node)) {
    const inner = level.inner.get(node.id) as Level;
    nodes[node.id] = convertContainer(c, place, inner);
    return exitsOf(node);
  }
  const mapping = Object.hasOwn(MAPPINGS, node.type) ? MAPPINGS[node.type] : undefined;
  const mapped = mapping === undefined ? report.unsupported(`The node type ${node.type}`) : mapping(place);
  if (mapped !== null) nodes[node.id] = nativeNode(node, mapped);
  return exitsOf(node, mapped?.ports);
}

function titleOf({ title, id }: DifyNode): { title?: string } {
  return title === '' || title === id ? {} : { title };
}

function nativeNode(node: DifyNode, mapped: Mapped): NodeDefinition {
  const loop = { ...failureSettings(node.data, mapped.errorTypes ?? {}), ...mapped.loop };
  return {
    type: mapped.type,
    ...titleOf(node),
    ...(mapped.with === undefined ? {} : { with: mapped.with }),
    ...(Object.keys(loop).length > 0 ? { loop } : {}),
    // Several branches that meet run what comes after them once.
    ...(mapped.type === 'manual' ? {} : { executeOnce: true }),
  };
}

function exitsOf(node: DifyNode, ports?: Mapped['ports']): Exits {
  const ways: [string, string][] =
    ports === undefined ? [['source', node.id]] : ports.map(([handle, port]) => [handle, `${node.id}.${port}`]);
  return { node: node.id, ways: [...ways, ...failWay(node)] };
}

const failWay = ({ id, data }: DifyNode): [string, string][] =>
  data.error_strategy === 'fail-branch' ? [['fail-branch', `${id}.${ERROR_PORT}`]] : [];

/**
 * A node whose outputs are given. Where it chooses a way, a node of its own follows it, which chooses by the outputs.
 */
function given(c: Conversion, { node, data }: Place, nodes: Record<string, NodeDefinition>): Exits {
  const settings = hasStrategy(data) ? failureSettings(data, {}) : {};
  nodes[node.id] = {
    type: 'stop-and-error',
    ...titleOf(node),
    with: {
      message: `The outputs of ${nameOf(node)} have to be given: a node of the type ${node.type} cannot be run.`,
    },
    ...(Object.keys(settings).length > 0 ? { loop: settings } : {}),
    executeOnce: true,
  };
  const choice = choiceOf(node);
  if (choice === null) return exitsOf(node);
  const branch = freeId(c, `${node.id} way`);
  nodes[branch] = {
    type: 'switch',
    after: node.id,
    with: {
      outputs: choice.ways,
      output: `{{ $way($get($(${quoted(node.id)}).outputs, ${quoted(choice.field)}), ${JSON.stringify(choice.ways)}) }}`,
    },
    executeOnce: true,
  };
  return {
    node: branch,
    ways: [...choice.ways.map((way): [string, string] => [way, `${branch}.${way}`]), ...failWay(node)],
  };
}

/** The output that names the way of a branch node, and the ways. */
function choiceOf({ type, data }: DifyNode): { field: string; ways: string[] } | null {
  switch (type) {
    case 'question-classifier':
      return { field: 'class_id', ways: classesOf(data).map(({ id }) => id) };
    case 'if-else': {
      const cases = Array.isArray(data.cases) ? data.cases : [];
      const ids = cases.map((one) => jsonText((one as { case_id?: unknown } | null)?.case_id ?? 'true'));
      return { field: 'selected_case_id', ways: [...new Set([...(ids.length > 0 ? ids : ['true']), 'false'])] };
    }
    case 'human-input':
      return { field: '__action_id', ways: actionsOf(data) };
    default:
      return null;
  }
}

function connect(
  c: Conversion,
  level: Level,
  nodes: Record<string, NodeDefinition>,
  exits: ReadonlyMap<string, Exits>,
): void {
  for (const node of level.nodes) {
    const made = nodes[node.id];
    if (made === undefined) continue;
    const after: string[] = [];
    let never: string | null = null;
    for (const edge of level.edges) {
      if (edge.target !== node.id) continue;
      const from = exits.get(edge.source);
      // The start of a body that is left out gives what the frame gets.
      if (from === undefined) continue;
      const text = sourceText(from, edge.handle);
      if (text === null) never ??= from.node;
      else if (!after.includes(text)) after.push(text);
    }
    if (after.length === 0 && never !== null) after.push(nowhere(c, nodes, never));
    if (after.length === 1) nodes[node.id] = withAfter(made, after[0] as string);
    else if (after.length > 1) nodes[node.id] = withAfter(made, after);
  }
}

/** `after` stands in front of the parameters, as people write it. */
function withAfter(node: NodeDefinition, after: string | string[]): NodeDefinition {
  const { type, title, ...rest } = node;
  return { type, ...(title === undefined ? {} : { title }), after, ...rest };
}

/** Null: a way out that a node which chooses does not have, and so never takes. Others go every way. */
function sourceText({ ways }: Exits, handle: string): string | null {
  const [first] = ways;
  const chooses = ways.length > 1 || (first !== undefined && first[0] !== 'source');
  const found =
    ways.find(([name]) => name === handle || (SUCCESS.has(handle) && SUCCESS.has(name))) ??
    (chooses ? undefined : first);
  return found?.[1] ?? null;
}

/** What comes after this never runs. */
function nowhere(c: Conversion, nodes: Record<string, NodeDefinition>, source: string): string {
  const id = freeId(c, `${source} nowhere`);
  nodes[id] = { type: 'switch', after: source, with: { outputs: ['never'], output: null }, executeOnce: true };
  return `${id}.never`;
}

function leavesOf(level: Level, exits: ReadonlyMap<string, Exits>): string[] {
  const leaves: string[] = [];
  for (const node of level.nodes) {
    const from = exits.get(node.id);
    if (from === undefined) continue;
    for (const [handle, output] of from.ways) {
      const leads = level.edges.some(
        (edge) =>
          edge.source === node.id && (edge.handle === handle || (SUCCESS.has(handle) && SUCCESS.has(edge.handle))),
      );
      if (!leads) leaves.push(output);
    }
  }
  return leaves;
}
