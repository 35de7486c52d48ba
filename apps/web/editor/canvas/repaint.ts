/** Owns when a picture of the canvas is painted again: once a frame, when the view or its nodes have changed. */
import type { useStoreApi } from '@xyflow/react';
import { onThemeChange } from '../../ui/tokens.ts';
import type { FlowEdge, FlowNode } from './flow.ts';

export interface Repaint {
  /** With the next frame. */
  soon(): void;
  stop(): void;
}

/** `onTheme`: colours that are remembered count no more. */
export function repaint(
  store: ReturnType<typeof useStoreApi<FlowNode, FlowEdge>>,
  paint: () => void,
  onTheme: () => void,
): Repaint {
  let frame = 0;
  const soon = (): void => {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      paint();
    });
  };
  let before = store.getState();
  const stopView = store.subscribe((now) => {
    const { transform, nodes, width, height } = before;
    before = now;
    if (now.transform !== transform || now.nodes !== nodes || now.width !== width || now.height !== height) soon();
  });
  const stopTheme = onThemeChange(() => {
    onTheme();
    soon();
  });
  return {
    soon,
    stop() {
      stopView();
      stopTheme();
      cancelAnimationFrame(frame);
    },
  };
}
