/** Owns the overview at the lower right: everything in small, what is in sight, and going there by the pointer. */
import { useReactFlow, useStoreApi } from '@xyflow/react';
import { type PointerEvent, useEffect, useRef } from 'react';
import type { FlowEdge, FlowNode } from './flow.ts';
import { repaint } from './repaint.ts';

const WIDTH = 190;
const HEIGHT = 96;
/** Around everything, in pixels of the overview. */
const MARGIN = 6;

interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How the canvas lies in the overview: `x * zoom + dx`. */
interface Fit {
  zoom: number;
  dx: number;
  dy: number;
}

export function Overview({ lifted }: { lifted: boolean }) {
  const store = useStoreApi<FlowNode, FlowEdge>();
  const { setCenter, zoomTo } = useReactFlow();
  const canvas = useRef<HTMLCanvasElement>(null);
  const fit = useRef<Fit>({ zoom: 1, dx: 0, dy: 0 });
  useEffect(() => {
    const { current } = canvas;
    const pen = current?.getContext('2d') ?? null;
    if (current === null || pen === null) return undefined;
    // The nodes are painted when they change; while the view moves only the frame is.
    const still = document.createElement('canvas');
    const stillPen = still.getContext('2d');
    if (stillPen === null) return undefined;
    const scale = devicePixelRatio;
    for (const one of [current, still]) {
      one.width = WIDTH * scale;
      one.height = HEIGHT * scale;
    }
    let painted: { nodes: readonly FlowNode[]; bounds: Rect } | null = null;
    const paint = (): void => {
      const { nodes, nodeLookup, transform, width, height } = store.getState();
      const [x, y, zoom] = transform;
      const seen: Rect = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
      const rects = nodes.flatMap(({ id, type, width: wide, height: high, data }) => {
        const at = nodeLookup.get(id)?.internals.positionAbsolute;
        return at === undefined ? [] : [{ ...at, width: wide ?? 0, height: high ?? 0, type, depth: data.scene.depth }];
      });
      const bounds = around([...rects, ...(width === 0 ? [] : [seen])]);
      const isStill =
        painted?.nodes === nodes &&
        (['x', 'y', 'width', 'height'] as const).every((key) => painted?.bounds[key] === bounds[key]);
      if (!isStill) {
        fit.current = fitOf(bounds);
        stillPen.setTransform(scale, 0, 0, scale, 0, 0);
        stillPen.clearRect(0, 0, WIDTH, HEIGHT);
        const style = getComputedStyle(current);
        const color = (token: string): string => style.getPropertyValue(`--${token}`).trim();
        const fills = {
          loop: color('accent-soft'),
          note: color('warn-line'),
          plain: color('line2'),
          inner: color('accent-line'),
        };
        const { zoom: small, dx, dy } = fit.current;
        const paths = { loop: new Path2D(), note: new Path2D(), inner: new Path2D(), plain: new Path2D() };
        for (const one of rects) {
          const kind = one.type === 'loop' || one.type === 'note' ? one.type : one.depth > 0 ? 'inner' : 'plain';
          paths[kind].rect(one.x * small + dx, one.y * small + dy, one.width * small, one.height * small);
        }
        // A path for all of a kind: it is painted again whenever the edge of everything moves.
        for (const kind of ['loop', 'note', 'plain', 'inner'] as const) {
          stillPen.fillStyle = fills[kind];
          stillPen.fill(paths[kind]);
        }
        stillPen.strokeStyle = color('accent');
        stillPen.lineWidth = Math.max(0.5, Math.min(1, 6 * small));
        stillPen.stroke(paths.loop);
        painted = { nodes, bounds };
      }
      const { zoom: small, dx, dy } = fit.current;
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, current.width, current.height);
      pen.drawImage(still, 0, 0);
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      pen.beginPath();
      pen.roundRect(seen.x * small + dx, seen.y * small + dy, seen.width * small, seen.height * small, 2);
      pen.lineWidth = 1.5;
      pen.strokeStyle = getComputedStyle(current).color;
      pen.stroke();
    };
    const again = repaint(store, paint, () => {
      painted = null;
    });
    paint();
    return () => again.stop();
  }, [store]);
  const go = (event: PointerEvent<HTMLElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const { zoom, dx, dy } = fit.current;
    const [, , now] = store.getState().transform;
    void setCenter((event.clientX - box.left - dx) / zoom, (event.clientY - box.top - dy) / zoom, { zoom: now });
  };
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label="Overview"
      className="absolute right-4 z-[5] cursor-pointer rounded-node border border-line bg-surface text-ink shadow-1"
      style={{ bottom: lifted ? 176 : 16, width: WIDTH, height: HEIGHT }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) go(event);
      }}
      onWheel={(event) => void zoomTo(store.getState().transform[2] * 2 ** (-event.deltaY / 400))}
    />
  );
}

function around(rects: readonly Rect[]): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of rects) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return rects.length === 0
    ? { x: 0, y: 0, width: 1, height: 1 }
    : { x: left, y: top, width: right - left, height: bottom - top };
}

/** All of it, in the middle. */
function fitOf({ x, y, width, height }: Rect): Fit {
  const zoom = Math.min((WIDTH - 2 * MARGIN) / width, (HEIGHT - 2 * MARGIN) / height);
  return { zoom, dx: (WIDTH - width * zoom) / 2 - x * zoom, dy: (HEIGHT - height * zoom) / 2 - y * zoom };
}
