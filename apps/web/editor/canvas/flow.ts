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

export function flowNodes(scene: Scene, selection: readonly string[], editable: boolean): FlowNode[] {
  const selected = new Set(selection);
  return scene.nodes.map((one) => ({
    id: one.id,
    type: one.kind,
    position: { x: one.x, y: one.y },
    width: one.width,
    height: one.height,
    measured: { width: one.width, height: one.height },
    handles: handlesOf(one),
    ...(one.parent === null ? {} : { parentId: one.parent }),
    zIndex: one.depth * 4 + (one.kind === 'loop' ? 0 : 2),
    selected: selected.has(one.id),
    draggable: editable,
    // Names are said by the outline; the canvas is one stop of the tab order.
    focusable: false,
    ...(one.kind === 'loop' ? { dragHandle: '.grips' } : {}),
    data: { scene: one },
  }));
}

export function flowEdges(scene: Scene): FlowEdge[] {
  return scene.edges.map((edge) => ({
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
  }));
}
