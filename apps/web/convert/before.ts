/** Owns the picture of a foreign file as its own product draws it: boxes, lines, places. Pure; reads, never converts. */
import type { Json } from '@rondo/core/model/item.ts';
import { isObject } from '@rondo/core/model/shape.ts';

export interface Box {
  id: string;
  /** What its product calls it; findings name it so. */
  name: string;
  label: string;
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Containers are drawn as such. */
  loop: boolean;
}

export interface Picture {
  boxes: readonly Box[];
  lines: readonly { from: string; to: string }[];
}

export interface Foreign {
  product: string;
  picture: Picture;
  pinned: number;
}

const SIZE = { width: 132, height: 44, loop: false } as const;
/** Other products place nodes by their own sizes; so much room makes ours fit. */
const STRETCH = 0.9;

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
const number = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);

export function foreignOf(value: { [key: string]: Json }): Foreign | null {
  if (
    isObject(value.connections) ||
    list(value.nodes).some((node) => isObject(node) && text(node.type).includes('n8n-'))
  )
    return n8n(value);
  const workflow = isObject(value.workflow) ? value.workflow : value;
  const graph = isObject(workflow.graph) ? workflow.graph : workflow;
  if (Array.isArray(graph.nodes) && Array.isArray(graph.edges)) return dify(graph);
  if (isObject(value.value) && Array.isArray(value.value.modules)) return openflow(value.value.modules);
  return null;
}

function n8n(value: { [key: string]: Json }): Foreign {
  const boxes = list(value.nodes)
    .filter(isObject)
    .filter((node) => !text(node.type).endsWith('.stickyNote'))
    .map((node): Box => {
      const [x = 0, y = 0] = list(node.position);
      return {
        ...SIZE,
        id: text(node.name),
        name: text(node.name),
        label: text(node.name),
        type: text(node.type).split('.').at(-1) ?? '',
        x: number(x) * STRETCH,
        y: number(y) * STRETCH,
      };
    });
  const lines: { from: string; to: string }[] = [];
  for (const [from, kinds] of Object.entries(isObject(value.connections) ? value.connections : {})) {
    for (const outputs of Object.values(isObject(kinds) ? kinds : {})) {
      for (const target of list(outputs).flatMap((one) => list(one))) {
        if (isObject(target)) lines.push({ from, to: text(target.node) });
      }
    }
  }
  return {
    product: 'n8n',
    picture: { boxes, lines },
    pinned: isObject(value.pinData) ? Object.keys(value.pinData).length : 0,
  };
}

function dify(graph: { [key: string]: Json }): Foreign {
  const nodes = list(graph.nodes).filter(isObject);
  const places = new Map(nodes.map((node) => [text(node.id), node]));
  const boxes = nodes.flatMap((node): Box[] => {
    const data = isObject(node.data) ? node.data : {};
    const kind = text(data.type);
    if (kind === 'iteration-start' || kind === 'loop-start') return [];
    const at = isObject(node.position) ? node.position : {};
    const parent = places.get(text(node.parentId));
    const origin = parent !== undefined && isObject(parent.position) ? parent.position : {};
    const isLoop = kind === 'iteration' || kind === 'loop';
    return [
      {
        ...SIZE,
        id: text(node.id),
        name: text(data.title) || text(node.id),
        label: text(data.title) || text(node.id),
        type: kind,
        x: number(at.x) + number(origin.x),
        y: number(at.y) + number(origin.y),
        ...(isLoop ? { loop: true, width: number(node.width) || 240, height: number(node.height) || 120 } : {}),
      },
    ];
  });
  const lines = list(graph.edges)
    .filter(isObject)
    .map((edge) => ({ from: text(edge.source), to: text(edge.target) }));
  return { product: 'Dify', picture: { boxes, lines }, pinned: 0 };
}

/** A flow is a list; what is inside a loop stands below it. */
function openflow(modules: Json[]): Foreign {
  const boxes: Box[] = [];
  const lines: { from: string; to: string }[] = [];
  const walk = (steps: Json[], y: number, from: string | null, left: number): number => {
    let before = from;
    let x = left;
    for (const step of steps.filter(isObject)) {
      const id = text(step.id);
      const value = isObject(step.value) ? step.value : {};
      boxes.push({
        ...SIZE,
        id,
        name: text(step.summary) || id,
        label: text(step.summary) || id,
        type: text(value.type),
        x,
        y,
      });
      if (before !== null) lines.push({ from: before, to: id });
      before = id;
      const inner = [
        list(value.modules),
        ...list(value.branches).map((branch) => (isObject(branch) ? list(branch.modules) : [])),
      ];
      let depth = y;
      for (const one of inner.filter((part) => part.length > 0)) {
        depth += 80;
        x = Math.max(x, walk(one, depth, id, x + 30));
      }
      x += 172;
    }
    return x;
  };
  walk(modules, 0, null, 0);
  return { product: 'Windmill', picture: { boxes, lines }, pinned: 0 };
}
