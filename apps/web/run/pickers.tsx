/** Owns the breadcrumb of pickers of nested loops: each level with its iteration, the one before and the one after. */
import type { Run } from '@rondo/api/schemas/run.ts';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { Fragment } from 'react';
import { Link } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { addressOfPlace } from '../app/addresses.ts';
import { count } from '../ui/format.ts';
import { RepeatSign } from '../ui/mark.tsx';
import { type Level, withIndex } from './step-path.ts';
import { useLoop } from './use-loop.ts';

export interface PickersProps {
  run: Run;
  path: string;
  levels: readonly Level[];
  /** The held iteration of the innermost level. */
  held: number | null;
  onHold(index: number): void;
}

export function Pickers({ run, path, levels, held, onHold }: PickersProps) {
  return (
    <div className="flex min-w-0 items-center gap-1.5">
      {levels.map((level, at) => (
        <Fragment key={`${at} ${level.node}`}>
          {at > 0 && <ChevronRight size={14} aria-hidden className="flex-none text-ink3" />}
          <Picker
            run={run}
            level={level}
            index={level.index ?? held}
            onGo={(index) =>
              level.index === null
                ? onHold(index)
                : navigate(addressOfPlace.loop(run.id, withIndex(path, at, index)), { replace: true })
            }
          />
        </Fragment>
      ))}
    </div>
  );
}

interface PickerProps {
  run: Run;
  level: Level;
  index: number | null;
  onGo(index: number): void;
}

const ARROW = 'grid size-6 flex-none place-items-center rounded-chip text-accent hover:bg-surface disabled:opacity-40';

function Picker({ run, level, index, onGo }: PickerProps) {
  const loop = useLoop(run, level.path);
  const title = loop?.title ?? level.node;
  const total = loop?.total ?? null;
  const at = index ?? 0;
  return (
    <span className="flex h-8 min-w-0 items-center gap-1.5 rounded-control border border-accent-line bg-accent-soft pr-1 pl-2.5 font-medium whitespace-nowrap">
      <RepeatSign className="text-accent" />
      <Link
        href={addressOfPlace.loop(run.id, level.path, { it: level.index === null ? null : level.index + 1 })}
        className="cut hover:underline"
      >
        {title}
      </Link>
      {index !== null && (
        <b className="font-semibold text-accent" title={`$loop.index is ${index}: code counts from 0`}>
          {count(index + 1)}
        </b>
      )}
      {total !== null && <span className="text-ink3">of {count(total)}</span>}
      <button
        type="button"
        aria-label={`${title}: the one before`}
        disabled={at <= 0}
        className={ARROW}
        onClick={() => onGo(at - 1)}
      >
        <ChevronLeft size={14} aria-hidden />
      </button>
      <button
        type="button"
        aria-label={`${title}: the next one`}
        disabled={total !== null && at >= total - 1}
        className={ARROW}
        onClick={() => onGo(at + 1)}
      >
        <ChevronRight size={14} aria-hidden />
      </button>
    </span>
  );
}
