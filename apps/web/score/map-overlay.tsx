/**
 * Owns what lies over the cells: the bracket (what the table shows), the front (what has started), the held iteration
 * and its partner. Moves without drawing any cell again. Takes no clicks.
 */
import { count } from '../ui/format.ts';
import { boxOf, cellOf, type Placed, xOf } from './geometry.ts';

export interface MapOverlayProps {
  placed: Placed;
  bracket: { left: number; width: number } | null;
  held: number | null;
  partner: number | null;
  started: number | null;
  /** How far the vertical lines go on below the map, through the lines of causes. */
  tail: number;
}

const FLAG = 'absolute rounded-cell px-1.5 text-[11px] leading-4 font-semibold whitespace-nowrap';
/** A flag needs so much room; nearer to an edge it stands on the other side. */
const ROOM = 72;

export function MapOverlay({ placed, bracket, held, partner, started, tail }: MapOverlayProps) {
  if (placed.few) {
    return (
      <>
        {partner !== null && <Ring placed={placed} index={partner} dashed />}
        {held !== null && <Ring placed={placed} index={held} />}
      </>
    );
  }
  const front = started === null || started <= 0 ? null : xOf(placed, started, true);
  const at = held === null ? null : xOf(placed, held);
  return (
    <div aria-hidden className="pointer-events-none absolute inset-0">
      {bracket !== null && (
        <div
          data-part="bracket"
          style={{
            transform: `translateX(${bracket.left - 2}px)`,
            width: bracket.width + 3,
            height: placed.height + 5,
          }}
          className="absolute -top-[3px] left-0 rounded-[3px] border-[1.5px] border-ink bg-ink/5"
        />
      )}
      {front !== null && (
        <div
          style={{ transform: `translateX(${front}px)`, height: placed.height + 3 + tail }}
          data-part="front"
          className="absolute -top-[3px] left-0 w-0.5 bg-cell-in-flight"
        >
          <b
            className={`${FLAG} top-[5px] bg-accent text-accent-ink ${front > placed.width - ROOM ? 'right-[5px]' : 'left-[5px]'}`}
          >
            {count(started ?? 0)}
          </b>
        </div>
      )}
      {held !== null && at !== null && (
        <>
          <div
            style={{ transform: `translateX(${at}px)`, height: placed.height + 2 + tail }}
            data-part="held"
            className="absolute -top-0.5 left-0 w-px bg-ink"
          >
            <b
              style={{ top: Math.max(0, Math.min(placed.height - 18, placed.height / 2 - 8)) }}
              className={`${FLAG} forced-color-adjust-none bg-ink text-surface ${at < ROOM ? 'left-[7px]' : 'right-[5px]'}`}
            >
              {count(held + 1)}
            </b>
          </div>
          {placed.per === 1 && <Ring placed={placed} index={held} />}
        </>
      )}
      {partner !== null && placed.per === 1 && <Ring placed={placed} index={partner} dashed />}
    </div>
  );
}

function Ring({ placed, index, dashed = false }: { placed: Placed; index: number; dashed?: boolean }) {
  const { x, y, width, height } = boxOf(placed, cellOf(placed, index));
  const wide = placed.few ? 2 : 1.5;
  return (
    <div
      aria-hidden
      style={{
        transform: `translate(${x - wide - 1}px, ${y - wide - 1}px)`,
        width: width + 2 * wide + 2,
        height: height + 2 * wide + 2 + (placed.few ? 3 : 0),
      }}
      className={`pointer-events-none absolute top-0 left-0 ${placed.few ? 'rounded-chip border-2' : 'rounded-[2px] border-[1.5px]'} ${dashed ? 'border-dashed border-ink2' : 'border-ink'}`}
    />
  );
}
