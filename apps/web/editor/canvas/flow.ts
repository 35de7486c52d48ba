/** Owns the picture as React Flow wants it: nodes with handles and layers, edges. Pure. */
import { type Edge, type Node, type NodeHandle, Position } from '@xyflow/react';
import { END, inputHandle, outputHandle, type Scene, type SceneEdge, type SceneNode, START } from '../scene/scene.ts';
import { HANDLE, SIDE } from '../scene/sizes.ts';

export type FlowNode = Node<{ scene: SceneNode }, 'step' | 'loop' | 'note'>;
export type FlowEdge = Edge<{ scene: SceneEdge }, 'line'>;

/** The dots of the bars: where lines inside begin and end. */
export const DOT_X = SIDE - 16;

function handlesOf(one: SceneNode): NodeHandle[] {
  const size = { width: HANDLE, height: HANDLE };
  const half = HANDLE / 2;
  const at = (y: number): number => y - half;
  const handles: NodeHandle[] = [
    ...one.inputs.map(({ name, y }) => ({
      ...size,
      id: inputHandle(name),
      type: 'target' as const,
      position: Position.Left,
      x: -half,
      y: at(y),
    })),
    ...one.outputs.map(({ name, y }) => ({
      ...size,
      id: outputHandle(name),
      type: 'source' as const,
      position: Position.Right,
      x: one.width - half,
      y: at(y),
    })),
  ];
  const { loop } = one;
  if (loop !== null && !loop.folded) {
    handles.push(
      { ...size, id: START, type: 'source', position: Position.Right, x: DOT_X - half, y: at(loop.port) },
      { ...size, id: END, type: 'target', position: Position.Left, x: one.width - DOT_X - half, y: at(loop.port) },
    );
  }
  return handles;
}

interface Standing {
  selected: boolean;
  editable: boolean;
  hidden: boolean;
}

/** Where nothing has changed the same object is given again: React Flow and its nodes leave it alone then. */
const nodesMade = new WeakMap<SceneNode, Map<number, FlowNode>>();
const edgesMade = new WeakMap<SceneEdge, FlowEdge>();

/** `mounted`: only these are elements; null: all. */
export function flowNodes(
  scene: Pick<Scene, 'nodes'>,
  selection: readonly string[],
  editable: boolean,
  mounted: ReadonlySet<string> | null = null,
): FlowNode[] {
  const chosen = new Set(selection);
  return scene.nodes.map((one) => {
    const selected = chosen.has(one.id);
    const hidden = mounted !== null && !mounted.has(one.id);
    const key = (selected ? 1 : 0) + (editable ? 2 : 0) + (hidden ? 4 : 0);
    let made = nodesMade.get(one);
    if (made === undefined) nodesMade.set(one, (made = new Map()));
    let node = made.get(key);
    if (node === undefined) made.set(key, (node = flowNode(one, { selected, editable, hidden })));
    return node;
  });
}

function flowNode(one: SceneNode, { selected, editable, hidden }: Standing): FlowNode {
  return {
    id: one.id,
    type: one.kind,
    position: { x: one.x, y: one.y },
    width: one.width,
    height: one.height,
    measured: { width: one.width, height: one.height },
    handles: handlesOf(one),
    ...(one.parent === null ? {} : { parentId: one.parent }),
    zIndex: one.depth * 4 + (one.kind === 'loop' ? 0 : 2),
    selected,
    draggable: editable,
    ...(hidden ? { hidden } : {}),
    // Names are said by the outline; the canvas is one stop of the tab order.
    focusable: false,
    ...(one.kind === 'loop' ? { dragHandle: '.grips' } : {}),
    data: { scene: one },
  };
}

export function flowEdges(scene: Pick<Scene, 'edges'>): FlowEdge[] {
  return scene.edges.map((edge) => {
    let made = edgesMade.get(edge);
    if (made === undefined) edgesMade.set(edge, (made = flowEdge(edge)));
    return made;
  });
}

function flowEdge(edge: SceneEdge): FlowEdge {
  return {
    id: edge.id,
    type: 'line',
    source: edge.source,
    target: edge.target,
    sourceHandle: edge.sourceHandle,
    targetHandle: edge.targetHandle,
    zIndex: edge.depth * 4 + 1,
    focusable: false,
    selectable: edge.wire !== null || edge.kind === 'exit',
    interactionWidth: 16,
    ...(edge.kind === 'return' ? { className: 'return' } : {}),
    data: { scene: edge },
  };
}
