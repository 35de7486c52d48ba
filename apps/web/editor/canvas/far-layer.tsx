/** Owns the canvas below the elements on which a large workflow is painted from far away: once per frame at most. */
import { useStoreApi } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { useDocument } from '../document/store.ts';
import type { SceneNode } from '../scene/scene.ts';
import { useEditor } from './context.ts';
import { type FarLook, type FarPicture, type FarToken, paintFar } from './far-picture.ts';
import type { FlowEdge, FlowNode } from './flow.ts';
import { type LoopFacts, useView } from './view.ts';
import { repaint } from './repaint.ts';

export function FarLayer({ picture, mounted }: { picture: FarPicture; mounted: ReadonlySet<string> }) {
  const { workflow } = useEditor();
  const store = useStoreApi<FlowNode, FlowEdge>();
  const selection = useDocument(workflow, (document) => document.selection);
  const diagnostics = useView((view) => view.diagnostics);
  const facts = useView((view) => view.facts);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { current } = canvas;
    const pen = current?.getContext('2d') ?? null;
    if (current === null || pen === null) return undefined;
    const colors = new Map<FarToken, string>();
    let style = getComputedStyle(current);
    const look: FarLook = {
      cornerOf: (id) => store.getState().nodeLookup.get(id)?.internals.positionAbsolute,
      selected: new Set(selection),
      severityOf: (id) => diagnostics.get(id)?.[0]?.severity,
      doneOf: (node) => doneOf(node, facts),
      mounted,
      color(token) {
        let color = colors.get(token);
        if (color === undefined) colors.set(token, (color = style.getPropertyValue(`--${token}`).trim()));
        return color;
      },
    };
    const paint = (): void => {
      const { width, height, transform } = store.getState();
      const [x, y, zoom] = transform;
      const scale = devicePixelRatio;
      const wide = Math.round(width * scale);
      const high = Math.round(height * scale);
      // Setting a size clears, and costs, even where it stays.
      if (current.width !== wide) current.width = wide;
      if (current.height !== high) current.height = high;
      paintFar(pen, picture, { x, y, zoom, width, height }, look, scale);
    };
    const again = repaint(store, paint, () => {
      colors.clear();
      style = getComputedStyle(current);
    });
    again.soon();
    return () => again.stop();
  }, [picture, mounted, selection, diagnostics, facts, store]);
  return <canvas ref={canvas} data-part="far" aria-hidden className="pointer-events-none absolute inset-0 size-full" />;
}

function doneOf(node: SceneNode, facts: ReadonlyMap<string, LoopFacts>): number | null {
  const found = facts.get(node.id) ?? (node.parent === null ? undefined : facts.get(node.parent));
  if (found === undefined || found.total === null) return null;
  const settled = found.completed + found.failed + found.skipped;
  return found.total === 0 ? 1 : settled / found.total;
}
