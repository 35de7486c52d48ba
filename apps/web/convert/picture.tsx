/** Owns drawing a picture in a fixed frame: everything in sight, the chosen nodes outlined, trouble in red. Not a canvas. */
import { useId, useMemo } from 'react';
import { NodeIcon } from '../editor/canvas/icons.tsx';
import { classes } from '../ui/classes.ts';
import { StatusShape } from '../ui/status.tsx';
import type { Box, Picture as Drawn } from './before.ts';

export interface PictureProps {
  title: string;
  picture: Drawn;
  chosen: string | null;
  failed: ReadonlySet<string>;
  changed: ReadonlySet<string>;
  onChoose(id: string): void;
}

/** Lines that lead back swing out. */
const PAD = 56;
const CHARACTER = 6.6;

export function Picture({ title, picture, chosen, failed, changed, onChoose }: PictureProps) {
  const id = useId();
  const { boxes, lines } = picture;
  const frame = useMemo(() => {
    const left = Math.min(0, ...boxes.map((box) => box.x));
    const top = Math.min(0, ...boxes.map((box) => box.y));
    const first = boxes[0];
    const minX = first === undefined ? 0 : Math.min(...boxes.map((box) => box.x));
    const minY = first === undefined ? 0 : Math.min(...boxes.map((box) => box.y));
    const right = Math.max(left + 1, ...boxes.map((box) => box.x + box.width));
    const bottom = Math.max(top + 1, ...boxes.map((box) => box.y + box.height));
    return { x: minX - PAD, y: minY - PAD, width: right - minX + 2 * PAD, height: bottom - minY + 2 * PAD };
  }, [boxes]);
  const byId = useMemo(() => new Map(boxes.map((box) => [box.id, box])), [boxes]);
  const loops = boxes.filter((box) => box.loop);
  const steps = boxes.filter((box) => !box.loop);
  return (
    <figure
      aria-labelledby={id}
      className="relative min-h-0 overflow-hidden bg-bg bg-[radial-gradient(var(--line2)_0.8px,transparent_0.9px)] bg-[size:20px_20px]"
    >
      <figcaption id={id} className="absolute top-3 left-[18px] font-semibold">
        {title}
      </figcaption>
      <svg
        role="group"
        aria-label={`${title}: ${steps.length} nodes, ${loops.length} loops`}
        viewBox={`${frame.x} ${frame.y} ${Math.max(frame.width, 620)} ${Math.max(frame.height, 220)}`}
        preserveAspectRatio="xMidYMid meet"
        className="absolute inset-x-0 top-9 bottom-2 h-[calc(100%-44px)] w-full"
      >
        {loops.map((box) => (
          <Loop key={box.id} box={box} isChosen={isIn(chosen, box)} onChoose={onChoose} />
        ))}
        <g className="fill-none stroke-ink3 opacity-75" strokeWidth="1.6">
          {lines.map(({ from, to }, index) => {
            const a = byId.get(from);
            const b = byId.get(to);
            return a === undefined || b === undefined ? null : <path key={`${index} ${from} ${to}`} d={curve(a, b)} />;
          })}
        </g>
        {steps.map((box) => (
          <Step
            key={box.id}
            box={box}
            isChosen={isIn(chosen, box)}
            tone={has(failed, box) ? 'failed' : has(changed, box) ? 'warn' : 'plain'}
            onChoose={onChoose}
          />
        ))}
      </svg>
    </figure>
  );
}

const isIn = (chosen: string | null, { id, name }: Box): boolean =>
  chosen !== null && (id === chosen || name === chosen);
const has = (names: ReadonlySet<string>, { id, name }: Box): boolean => names.has(id) || names.has(name);

function curve(a: Box, b: Box): string {
  const x1 = a.x + a.width;
  const y1 = a.y + a.height / 2;
  const x2 = b.x;
  const y2 = b.y + b.height / 2;
  if (x2 > x1 - 10) {
    const bend = Math.max(10, (x2 - x1) / 2);
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  }
  const floor = Math.max(a.y + a.height, b.y + b.height) + 34;
  return `M${x1} ${y1}C${x1 + 50} ${y1} ${x1 + 40} ${floor} ${x1 - 30} ${floor}H${x2 + 30}C${x2 - 40} ${floor} ${x2 - 50} ${y2} ${x2} ${y2}`;
}

/** The ink line around what was chosen in the list. */
function Chosen({ box: { x, y, width, height }, pad }: { box: Box; pad: number }) {
  return (
    <rect
      x={x - pad}
      y={y - pad}
      width={width + 2 * pad}
      height={height + 2 * pad}
      rx="10"
      className="fill-none stroke-ink"
      strokeWidth="3"
    />
  );
}

/** Types of other products whose sign is one of ours; the names of ours stay as they are. */
const LIKE: Readonly<Record<string, string>> = {
  'manual-trigger': 'manual',
  'schedule-trigger': 'schedule',
  'split-in-batches': 'loop-over-items',
  'if-else': 'if',
  'iteration': 'for-each',
  'forloopflow': 'for-each',
  'whileloopflow': 'loop',
  'rawscript': 'code',
  'start': 'manual',
};

function iconOf(type: string): string {
  const name = type.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
  return LIKE[name] ?? name;
}

const TONES = { plain: 'stroke-line2', warn: 'stroke-warn-line', failed: 'stroke-failed' } as const;

function Step({
  box,
  isChosen,
  tone,
  onChoose,
}: {
  box: Box;
  isChosen: boolean;
  tone: keyof typeof TONES;
  onChoose(id: string): void;
}) {
  const { name, label, type, x, y, width, height } = box;
  const failed = tone === 'failed';
  const most = Math.floor((width - 42) / CHARACTER);
  return (
    <g onClick={() => onChoose(name)} className="cursor-pointer">
      {isChosen && <Chosen box={box} pad={5} />}
      <rect
        x={x}
        y={y}
        width={width}
        height={height}
        rx="8"
        className={classes('fill-surface', TONES[tone])}
        strokeWidth={tone === 'plain' ? 1 : 1.5}
      />
      <g
        transform={`translate(${x + 11} ${y + height / 2 - (failed ? 6 : 7)})`}
        className={failed ? 'text-failed' : 'text-ink2'}
      >
        {failed ? <StatusShape status="failed" /> : <NodeIcon type={iconOf(type)} size={14} />}
      </g>
      <text x={x + 32} y={y + height / 2 + 4} fontSize="12" fontWeight="500" className="fill-ink">
        {label.length > most ? `${label.slice(0, most - 1)}…` : label}
        <title>{label}</title>
      </text>
    </g>
  );
}

function Loop({ box, isChosen, onChoose }: { box: Box; isChosen: boolean; onChoose(id: string): void }) {
  const { name, label, x, y, width, height } = box;
  return (
    <g onClick={() => onChoose(name)} className="cursor-pointer">
      {isChosen && <Chosen box={box} pad={6} />}
      <rect x={x} y={y} width={width} height={height} className="fill-accent opacity-[0.05]" />
      <path d={`M${x} ${y}h${width}M${x} ${y + height}h${width}`} className="stroke-accent-line" strokeWidth="1.5" />
      {[x, x + width - 5].map((at, side) => (
        <g key={at} className="fill-accent">
          <rect x={at} y={y - 0.75} width="5" height={height + 1.5} />
          <rect x={side === 0 ? at + 7.5 : at - 4} y={y - 0.75} width="1.5" height={height + 1.5} />
        </g>
      ))}
      <text x={x + 18} y={y + 22} fontSize="12.500" fontWeight="600" className="fill-ink">
        {label}
      </text>
    </g>
  );
}
