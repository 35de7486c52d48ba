/** Owns the cause row: triangle, message, pattern word, count, re-run. */
import { RotateCw } from 'lucide-react';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import { count } from './format.ts';
import { StatusShape } from './status.tsx';

export interface CauseRowProps {
  message: string;
  /** still failing, 3 bursts, scattered ... */
  pattern?: string;
  failed: number;
  selected?: boolean;
  onSelect?(): void;
  /** Runs exactly these again. */
  onRerun?(): void;
  /** Why they cannot be run again. */
  unless?: string;
}

export function CauseRow({
  message,
  pattern,
  failed,
  selected = false,
  onSelect,
  onRerun,
  unless = '',
}: CauseRowProps) {
  return (
    <div
      className={classes(
        'flex h-[29px] items-center gap-2 border-l-2 px-2',
        selected ? 'border-failed bg-failed-soft' : 'border-transparent',
      )}
    >
      <StatusShape status="failed" className="text-failed" />
      <button
        type="button"
        aria-pressed={selected}
        onClick={onSelect}
        className={classes('cut min-w-0 flex-1 text-left', selected && 'font-semibold')}
      >
        {message}
      </button>
      {pattern !== undefined && (
        <span className={classes('text-meta', pattern === 'still failing' ? 'text-failed' : 'text-ink2')}>
          {pattern}
        </span>
      )}
      <b className="font-semibold">{count(failed)}</b>
      {onRerun !== undefined && (
        <Button small icon={<RotateCw size={14} aria-hidden />} onClick={onRerun} unless={unless}>
          Re-run {count(failed)}
        </Button>
      )}
    </div>
  );
}
