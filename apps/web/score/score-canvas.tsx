/**
 * Owns the one canvas of scores: takes bytes and a place for each, draws what changed, draws again when the theme
 * does. Large, small and with few wide cells. Takes no clicks (score-map.tsx).
 */
import { memo, useEffect, useLayoutEffect, useRef } from 'react';
import { type Drawn, drawCells, drawFew, type FewLabels } from './draw.ts';
import type { Placed } from './geometry.ts';
import { currentPalette, onPaletteChange } from './palette.ts';

export interface ScoreCanvasProps {
  placed: Placed;
  cells: Uint8Array;
  labels?: FewLabels;
  className?: string;
}

const NO_LABELS: FewLabels = { names: [], over: false };

export const ScoreCanvas = memo(function ScoreCanvas({
  placed,
  cells,
  labels = NO_LABELS,
  className,
}: ScoreCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const latest = useRef({ placed, cells, labels });
  latest.current = { placed, cells, labels };

  const draw = (): void => {
    const { current } = canvas;
    if (current === null) return;
    const { placed: at, cells: bytes, labels: words } = latest.current;
    const scale = devicePixelRatio;
    if (at.few) {
      drawn.current = null;
      drawFew(current, at, bytes, words, scale, getComputedStyle(document.body).fontFamily);
    } else drawn.current = drawCells(current, at, bytes, currentPalette(), scale, drawn.current);
  };

  useLayoutEffect(draw, [placed, cells, labels]);
  useEffect(() => {
    const again = (): void => {
      drawn.current = null;
      draw();
    };
    // Numbers are drawn with the page's font, which may arrive after them.
    void document.fonts.ready.then(again);
    return onPaletteChange(again);
  }, []);
  useLayoutEffect(() => {
    const { current } = canvas;
    current?.style.setProperty('width', `${placed.width}px`);
    current?.style.setProperty('height', `${placed.height}px`);
  }, [placed.width, placed.height]);

  return <canvas ref={canvas} aria-hidden className={className} />;
});
