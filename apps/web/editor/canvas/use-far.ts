/**
 * Owns when a large workflow is painted instead of built of elements: from far away, and as long as a zoom goes on.
 * Only what the pointer is on, and what has its card open, is an element then. The painting itself is far-picture.ts.
 */
import { useReactFlow, useStore, useStoreApi } from '@xyflow/react';
import { type PointerEvent, useCallback, useMemo, useRef, useState } from 'react';
import { select } from '../document/store.ts';
import type { Scene } from '../scene/scene.ts';
import { type FarPicture, farNodeAt, farPicture } from './far-picture.ts';
import type { FlowEdge, FlowNode } from './flow.ts';
import { useView } from './view.ts';

/** Fewer are elements at any zoom. */
const LARGE = 150;
/** Of a large workflow, more than can be built within a frame are in sight then. */
const FAR = 0.5;

const NONE: ReadonlySet<string> = new Set();

export interface Far {
  /** Null: every node is an element. */
  picture: FarPicture | null;
  mounted: ReadonlySet<string>;
  onPointerMove(event: PointerEvent): void;
  onMoveStart(): void;
  onMoveEnd(): void;
  onSelectionStart(event: { clientX: number; clientY: number }): void;
  onSelectionEnd(event: { clientX: number; clientY: number }): void;
}

/** `ready`: the view stands where it begins. */
export function useFar(workflow: string, scene: Scene, ready: boolean): Far {
  const store = useStoreApi<FlowNode, FlowEdge>();
  const flow = useReactFlow();
  const isFar = useStore((state) => state.transform[2] < FAR);
  const [moving, setMoving] = useState(false);
  const [wasFar, setWasFar] = useState(isFar);
  // Painted as soon as it is far; elements again when the zoom has come to rest.
  const painted = scene.nodes.length > LARGE && (!ready || isFar || (moving && wasFar));
  if (painted !== wasFar && (painted || !moving)) setWasFar(painted);
  const picture = useMemo(() => (painted ? farPicture(scene) : null), [painted, scene]);
  const [hovered, setHovered] = useState<string | null>(null);
  const card = useView((view) => view.card);
  const mounted = useMemo(
    () => (painted ? new Set([hovered, card].filter((id) => id !== null)) : NONE),
    [painted, hovered, card],
  );
  const cornerOf = useCallback(
    (id: string) => store.getState().nodeLookup.get(id)?.internals.positionAbsolute,
    [store],
  );
  const onPointerMove = useCallback(
    (event: PointerEvent) => {
      // What is being dragged stays.
      if (picture === null || event.buttons !== 0) return;
      const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      setHovered(farNodeAt(picture, at, cornerOf));
    },
    [picture, flow, cornerOf],
  );
  const corner = useRef<{ x: number; y: number } | null>(null);
  return {
    picture,
    mounted,
    onPointerMove,
    onMoveStart: useCallback(() => setMoving(true), []),
    onMoveEnd: useCallback(() => setMoving(false), []),
    onSelectionStart: useCallback(({ clientX: x, clientY: y }) => {
      corner.current = { x, y };
    }, []),
    /** React Flow selects elements; what is only painted is found here. */
    onSelectionEnd: useCallback(
      ({ clientX, clientY }) => {
        const from = corner.current;
        corner.current = null;
        if (picture === null || from === null) return;
        const a = flow.screenToFlowPosition(from);
        const b = flow.screenToFlowPosition({ x: clientX, y: clientY });
        const [left, right] = a.x < b.x ? [a.x, b.x] : [b.x, a.x];
        const [top, bottom] = a.y < b.y ? [a.y, b.y] : [b.y, a.y];
        const ids = scene.nodes.filter((node) => {
          const at = cornerOf(node.id);
          if (at === undefined) return false;
          return at.x < right && at.x + node.width > left && at.y < bottom && at.y + node.height > top;
        });
        select(
          workflow,
          ids.map((node) => node.id),
        );
      },
      [picture, flow, scene, cornerOf, workflow],
    ),
  };
}
