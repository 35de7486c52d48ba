/** Owns the bar at the foot of a node: how much is done, red where it failed by position, a line for what is in flight. */
import { useEffect, useRef } from 'react';
import { onThemeChange, tokenColor } from '../../ui/tokens.ts';

export interface LoopBarProps {
  /** 0 to 1; null: nobody knows the end. */
  done: number | null;
  live: boolean;
  /** Failures by position, in any number of columns. */
  failures?: readonly number[] | undefined;
  width: number;
  label: string;
}

const HEIGHT = 3;

export function LoopBar({ done, live, failures, width, label }: LoopBarProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = (): void => {
      const { current } = canvas;
      const pen = current?.getContext('2d') ?? null;
      if (current === null || pen === null) return;
      const scale = devicePixelRatio;
      current.width = width * scale;
      current.height = HEIGHT * scale;
      pen.scale(scale, scale);
      pen.fillStyle = tokenColor('cell-not-started');
      pen.fillRect(0, 0, width, HEIGHT);
      const end = Math.round((done ?? 1) * width);
      pen.fillStyle = tokenColor('cell-completed');
      pen.fillRect(0, 0, end, HEIGHT);
      pen.fillStyle = tokenColor('cell-failed');
      const columns = failures?.length ?? 0;
      for (const [at, count] of (failures ?? []).entries()) {
        if (count > 0) pen.fillRect(Math.floor((at / columns) * width), 0, Math.max(2, width / columns), HEIGHT);
      }
      if (live) {
        pen.fillStyle = tokenColor('cell-in-flight');
        pen.fillRect(Math.max(0, end - 1), 0, 2, HEIGHT);
      }
    };
    draw();
    return onThemeChange(draw);
  }, [done, live, failures, width]);
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={label}
      className="absolute bottom-[-1px] left-[9px] rounded-full"
      style={{ width, height: HEIGHT }}
    />
  );
}
