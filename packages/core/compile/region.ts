/**
 * Owns the building of one region: nodes of a level to steps of a DAG. Recurses into bodies.
 * Parameters are compiled by parameters.ts, connections by graph.ts, feedback by lower.ts.
 */
import { diagnostic, type Diagnostic } from '../errors.ts';
import type { Dialect, NodeDefinition } from '../model/definition.ts';
import type { Limits } from '../model/limits.ts';
import type { NodeRegistry, NodeType } from '../model/node-type.ts';
import type { Container, Handing, Reference, Region, Source, Step, Template } from '../model/plan.ts';
import { nearest } from '../model/shape.ts';
import { endOf, handlersLast, type Around } from './endings.ts';
import { order, readEdges, type Edge, type Ports } from './graph.ts';
import { LOOP, lower, type Lowered } from './lower.ts';
import { loopRecord } from './loop-record.ts';
import { compileParameters, type Compiled } from './parameters.ts';

type Path = (string | number)[];

export interface Compilation {
  registry: NodeRegistry;
  dialect: Dialect;
  limits: Limits;
  out: Diagnostic[];
  /** Nodes whose output is given from outside: they are not run. */
  pins: ReadonlySet<string>;
  titles: Record<string, string>;
  /** Names of declared inputs and the like are checked at run time; expressions see $input and $vars. */
  depth: number;
  /** Containers around the level, from the outside in. */
  around: readonly Around[];
}

export interface Level {
  nodes: Record<string, NodeDefinition>;
  path: Path;
  /** Ids that expressions of this level may name: this level and everything around it. */
  visible: ReadonlySet<string>;
}

const portNames = (spec: NodeType['inputs'], raw: NodeDefinition): string[] =>
  (typeof spec === 'function' ? spec(raw.with ?? {}) : spec).map((p) => p.name);

/** One level as written in the file: the top, or the body of a container. */
export function levelRegion(c: Compilation, id: string, level: Level, result: string | string[] | undefined): Region {
  const { wiring, known, edges } = wire(c, level);
  return edgeRegion(
    c,
    id,
    wiring,
    known,
    edges,
    [],
    resultSources(level.nodes, wiring.ports, result, level.path, c.out),
  );
}

/** Types, ports and connections of a level. Nodes of unknown types are not among `known`. */
export function wire(c: Compilation, level: Level): { wiring: Wiring; known: string[]; edges: Edge[] } {
  const { nodes, path } = level;
  const { out } = c;
  const ports = new Map<string, Ports>();
  const types = new Map<string, NodeType>();
  for (const [nodeId, node] of Object.entries(nodes)) {
    const type = c.registry.get(node.type);
    if (type === undefined) {
      const near = nearest(
        node.type,
        c.registry.list().map((t) => t.type),
      );
      out.push(
        diagnostic(
          'unknown-node-type',
          [...path, nodeId, 'type'],
          `There is no node type ${node.type}.${near ? ` Did you mean ${near}?` : ' See: rondo nodes'}`,
          { node: nodeId },
        ),
      );
      continue;
    }
    types.set(nodeId, type);
    const outputs = portNames(type.outputs, node);
    // What failed leaves through a port of its own.
    if (node.loop?.onError === 'port' && !outputs.includes('error')) outputs.push('error');
    ports.set(nodeId, { inputs: portNames(type.inputs, node), outputs });
    c.titles[nodeId] = node.title ?? nodeId;
  }
  const known = Object.keys(nodes).filter((nodeId) => types.has(nodeId));
  const edges = readEdges(nodes, ports, path, out);
  const pathOf = (nodeId: string): Path => [...path, nodeId];
  const isFeedback = (nodeId: string): boolean => types.get(nodeId)?.type === 'loop-over-items';
  return { wiring: { ...level, types, ports, pathOf, isFeedback }, known, edges };
}

export interface Wiring extends Level {
  types: ReadonlyMap<string, NodeType>;
  ports: ReadonlyMap<string, Ports>;
  pathOf: (id: string) => Path;
  isFeedback: (id: string) => boolean;
}

interface ResultEdge {
  from: string;
  fromPort: number;
}

function resultSources(
  nodes: Record<string, NodeDefinition>,
  ports: ReadonlyMap<string, Ports>,
  result: string | string[] | undefined,
  path: Path,
  out: Diagnostic[],
): ResultEdge[] | null {
  if (result === undefined) return null;
  const at = [...path.slice(0, -1), 'result'];
  const pseudo: Record<string, NodeDefinition> = { ...nodes, result: { type: 'result', after: result } };
  const edges = readEdges(
    { result: pseudo.result as NodeDefinition },
    new Map([...ports, ['result', { inputs: ['main'], outputs: [] }]]),
    at.slice(0, -1),
    out,
  );
  return edges.map(({ from, fromPort }) => ({ from, fromPort }));
}

/** A set of nodes with edges and entries from the frame's input, lowered and ordered. */
function edgeRegion(
  c: Compilation,
  id: string,
  wiring: Wiring,
  ids: readonly string[],
  edges: readonly Edge[],
  entries: readonly Edge[],
  results: ResultEdge[] | null,
): Region {
  const level = lower(ids, edges, wiring.isFeedback, wiring.pathOf, c.out);
  const { sorted: ordered, circle } = order(level.ids, level.edges, c.dialect === 'dify');
  if (circle.length > 0) {
    c.out.push(
      diagnostic(
        'cycle',
        wiring.pathOf(circle[0] as string),
        `The connections of ${circle.join(', ')} form a circle. Use a loop, for-each or loop-over-items node to repeat work.`,
        { node: circle[0] as string },
      ),
    );
    return emptyRegion(id);
  }
  const typeOf = (nodeId: string): string | undefined => wiring.types.get(nodeId)?.type;
  const { sorted, handler } = handlersLast(ordered, level.edges, typeOf, wiring.pathOf, c.out);
  const index = new Map(sorted.map((nodeId, i) => [nodeId, i]));
  const steps = sorted.map((nodeId) => buildStep(c, wiring, nodeId, index, level, entries));
  const sources = results
    ? results.map((r) => ({ step: index.get(r.from) ?? 0, port: r.fromPort }))
    : lastSources(steps);
  return {
    ...finishRegion(id, steps, sources),
    ...(handler === null ? {} : { handler, pure: false }),
    ...(recalls(c, steps) ? { recalls: true, pure: false } : {}),
  };
}

/** Whether a step reads itself or a later one: in flows of Windmill that is the iteration before. */
function recalls(c: Compilation, steps: readonly Step[]): boolean {
  if (c.dialect !== 'openflow') return false;
  const places = new Map(steps.map((one) => [one.id, one.index]));
  const reads = (one: Step): readonly Reference[] =>
    one.container !== undefined && 'body' in one.container
      ? [...one.references, ...one.container.body.outer]
      : one.references;
  return steps.some((one) => reads(one).some(({ node }) => (places.get(node) ?? -1) >= one.index));
}

/** The default result: every output of the steps that lead nowhere. */
function lastSources(steps: readonly Step[]): Source[] {
  const used = new Set(steps.flatMap((s) => s.inputs.flat().map((source) => `${source.step}:${source.port}`)));
  const leading = new Set(steps.flatMap((s) => s.inputs.flat().map((source) => source.step)));
  return steps
    .filter((s) => !leading.has(s.index))
    .flatMap((s) => s.outputs.map((_, port) => ({ step: s.index, port })))
    .filter((source) => !used.has(`${source.step}:${source.port}`));
}

function emptyRegion(id: string): Region {
  return { id, steps: [], results: [], pure: true, checkpoint: false, outer: [], cost: 'pure' };
}

export function finishRegion(id: string, steps: Step[], results: Source[]): Region {
  const inside = new Set(steps.map((s) => s.id));
  const outer = new Map<string, Reference>();
  for (const s of steps) {
    const bodyOuter = s.container !== undefined && 'body' in s.container ? s.container.body.outer : [];
    for (const reference of [...s.references, ...bodyOuter]) {
      if (inside.has(reference.node)) continue;
      const had = outer.get(reference.node);
      outer.set(reference.node, {
        node: reference.node,
        uses: [...new Set([...(had?.uses ?? []), ...reference.uses])],
      });
    }
  }
  // What a failed iteration gives in its place is evaluated by the runner.
  const pure = steps.every((s) => s.pure && !s.ends && !['item', 'port', 'pass'].includes(s.loop.onError));
  const nested = steps.some((s) => s.container !== undefined || s.paged || s.block);
  // A wait may outlive the runner as well, so what came before it in the frame is kept.
  const waits = steps.some((s) => s.type === 'wait');
  return {
    id,
    steps,
    results,
    pure,
    checkpoint: nested || waits,
    outer: [...outer.values()],
    cost: nested ? 'nested' : pure ? 'pure' : 'effects',
  };
}

export function buildStep(
  c: Compilation,
  wiring: Wiring,
  nodeId: string,
  index: ReadonlyMap<string, number>,
  level: Lowered,
  entries: readonly Edge[],
): Step {
  const node = wiring.nodes[nodeId] as NodeDefinition;
  const type = wiring.types.get(nodeId) as NodeType;
  const ports = wiring.ports.get(nodeId) as Ports;
  const path = wiring.pathOf(nodeId);
  const raw = node.with ?? {};
  const inputs: Source[][] = ports.inputs.map(() => []);
  for (const edge of level.edges) {
    if (edge.to === nodeId) inputs[edge.toPort]?.push({ step: index.get(edge.from) ?? 0, port: edge.fromPort });
  }
  for (const edge of entries) if (edge.to === nodeId) inputs[edge.toPort]?.push({ step: -1, port: 0 });
  // The first nodes of a body (and of the top) get what the frame gets.
  if (inputs.every((list) => list.length === 0)) {
    if (inputs.length === 0) inputs.push([]);
    inputs[0]?.push({ step: -1, port: 0 });
  }
  const visible = wiring.visible;
  const compiled: Compiled = compileParameters(node, type, { path, node: nodeId, visible, dialect: c.dialect }, c.out);
  const container = containerOf(c, wiring, nodeId, node, type, level, compiled);
  const body = container !== undefined && 'body' in container ? container.body : null;
  const readsPrevious = body !== null && readsOwnPrevious(body);
  const paged = typeof type.paged === 'function' ? type.paged(raw) : (type.paged ?? false);
  const whole = type.work === 'fold' || (type.type === 'branches' && node.loop?.over === undefined);
  const unit = typeof type.unit === 'function' ? type.unit(raw) : (type.unit ?? (whole ? 'all' : 'item'));
  const loop = loopRecord(
    node,
    type,
    { readsPrevious, paged, block: type.block ?? false, unit },
    c.limits,
    path,
    nodeId,
    c.out,
  );
  if (container?.kind === 'sub-workflow' && container.mode === 'once') loop.size = Number.POSITIVE_INFINITY;
  const { size } = compiled.params;
  if (type.type === 'loop-over-items' && size?.kind === 'literal') loop.size = Number(size.value);
  // In n8n the node itself gets one item; only its expressions see the others.
  if (node.executeOnce === true && c.dialect === 'n8n') for (const source of inputs.flat()) source.first = true;
  const pinned = c.pins.has(nodeId) || node.disabled === true;
  const ends = endOf(nodeId, node, c.around, path, c.out);
  return {
    index: index.get(nodeId) ?? 0,
    id: nodeId,
    type: node.type,
    work: type.work,
    inputs,
    outputs: ports.outputs,
    params: compiled.params,
    itemParams: compiled.itemParams,
    rawParams: compiled.rawParams,
    loop,
    loopTemplates: compiled.loopTemplates,
    alwaysOutput: node.alwaysOutput ?? false,
    runsOnEmpty: type.runsOnEmpty ?? false,
    pure: !pinned && (type.work === 'kernel' || type.work === 'fold') && plain(loop, compiled),
    disabled: node.disabled ?? false,
    ...(compiled.skipWhen === undefined ? {} : { skipWhen: compiled.skipWhen }),
    ...(ends === undefined ? {} : { ends }),
    paged,
    block: type.block ?? false,
    ...(type.module === undefined ? {} : { module: type.module }),
    ...(container === undefined ? {} : { container }),
    ...(node.origin === undefined ? {} : { origin: node.origin }),
    references: compiled.references,
    names: compiled.names,
  };
}

/** A kernel whose own loop section asks for nothing that only the runner can do. */
function plain(loop: Step['loop'], compiled: Compiled): boolean {
  return (
    loop.rate === null &&
    loop.pauseMs === 0 &&
    loop.retry.times === 0 &&
    loop.tolerateCount === Number.POSITIVE_INFINITY &&
    loop.tolerateShare === 1 &&
    compiled.loopTemplates.over === undefined &&
    compiled.loopTemplates.stopWhen === undefined &&
    compiled.skipWhen === undefined &&
    loop.collect !== 'list'
  );
}

/** Whether expressions directly in this body (not in nested containers) read the iteration before. */
function readsOwnPrevious(body: Region): boolean {
  return body.steps.some((s) => s.names.includes('$loop.previous'));
}

function containerOf(
  c: Compilation,
  wiring: Wiring,
  nodeId: string,
  node: NodeDefinition,
  type: NodeType,
  level: Lowered,
  compiled: Compiled,
): Container | undefined {
  const path = wiring.pathOf(nodeId);
  if (type.work !== 'container') {
    if (node.body !== undefined) {
      c.out.push(
        diagnostic(
          'unknown-field',
          [...path, 'body'],
          `${nodeId} is a ${type.type} node; only for-each and loop have a body.`,
          { node: nodeId },
        ),
      );
    }
    return undefined;
  }
  if (type.type === 'sub-workflow') {
    const workflow = compiled.params.workflow ?? { kind: 'literal' as const, value: null };
    const mode = node.with?.mode === 'each' ? 'each' : 'once';
    return {
      kind: 'sub-workflow',
      mode,
      workflow,
      handing: handingOf(node, compiled),
    };
  }
  if (c.depth + 1 > c.limits['loop.nesting']) {
    c.out.push(
      diagnostic(
        'nesting-too-deep',
        path,
        `${nodeId} is nested ${c.depth + 1} levels deep; the limit loop.nesting is ${c.limits['loop.nesting']}.`,
        { node: nodeId },
      ),
    );
    return undefined;
  }
  const around = [...c.around, { id: nodeId, loop: type.type !== 'branches' }];
  const inner: Compilation = { ...c, depth: c.depth + 1, around };
  if (type.type === 'loop-over-items') {
    const drawn = level.loops.get(nodeId);
    if (drawn === undefined) return undefined;
    const entries = drawn.entries.filter((e) => e.fromPort === LOOP);
    const returns = drawn.returns.map((e) => ({ from: e.from, fromPort: e.fromPort }));
    const body = edgeRegion(inner, nodeId, wiring, drawn.body, drawn.inside, entries, returns);
    const reset = compiled.params.reset;
    const resets = reset !== undefined && !(reset.kind === 'literal' && reset.value !== true);
    return { kind: 'loop-over-items', body, reset: resets ? reset : null };
  }
  const nodes = node.body ?? {};
  if (Object.keys(nodes).length === 0) {
    c.out.push(
      diagnostic('empty-body', path, `${nodeId} has no body: put the nodes to repeat into "body".`, { node: nodeId }),
    );
    return undefined;
  }
  const visible = new Set([...wiring.visible, ...Object.keys(nodes)]);
  const body = levelRegion(inner, nodeId, { nodes, path: [...path, 'body'], visible }, node.result);
  if (type.type === 'loop')
    return { kind: 'loop', body, gives: node.loop?.collect === undefined ? 'variables' : 'results' };
  return { kind: 'for-each', body, ...(type.type === 'branches' ? { branches: true as const } : {}) };
}

function handingOf(node: NodeDefinition, compiled: Compiled): Handing {
  const given = (name: 'input' | 'fields' | 'message'): { [name: string]: Template } => {
    const template = node.with?.[name] === undefined ? undefined : compiled.params[name];
    return template === undefined ? {} : { [name]: template };
  };
  const only = node.with?.only;
  return {
    ...given('input'),
    ...given('fields'),
    ...given('message'),
    only: Array.isArray(only) ? only.filter((name) => typeof name === 'string') : null,
    waits: node.with?.wait !== false,
  };
}
