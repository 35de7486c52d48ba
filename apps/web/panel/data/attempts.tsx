/** Owns the attempts of a node in one iteration as small cards. The last one is what is shown; others say what they failed of. */
import { classes } from '../../ui/classes.ts';
import { duration } from '../../ui/format.ts';
import type { NodeData, Try } from './node-data.ts';

const MOST_ATTEMPTS = 6;

export interface AttemptsProps {
  data: NodeData;
  /** Null: the last one. */
  chosen: number | null;
  onChoose(attempt: number | null): void;
}

export function Attempts({ data, chosen, onChoose }: AttemptsProps) {
  const from = Math.max(1, data.attempts - MOST_ATTEMPTS + 1);
  const cards = Array.from({ length: data.attempts - from + 1 }, (_, at) => from + at);
  return (
    <ul aria-label="Attempts" className="grid grid-cols-3 gap-1.5 px-3.5 pt-3">
      {cards.map((one) => {
        const last = one === data.attempts;
        const known = data.tries.find(({ number }) => number === one);
        return (
          <li key={one} aria-current={last || undefined}>
            <Card
              number={one}
              known={known}
              status={(known?.failed ?? (!last || data.status === 'failed')) ? 'failed' : data.status}
              isShown={chosen === null ? last : chosen === one}
              canShow={last || known?.failure !== undefined}
              onChoose={() => onChoose(last ? null : one)}
            />
          </li>
        );
      })}
    </ul>
  );
}

interface CardProps {
  number: number;
  known: Try | undefined;
  status: NodeData['status'];
  isShown: boolean;
  /** It says more than it failed. */
  canShow: boolean;
  onChoose(): void;
}

function Card({ number, known, status, isShown, canShow, onChoose }: CardProps) {
  const failed = status === 'failed';
  const look = classes(
    'block w-full rounded-control border px-2.5 py-1 text-left text-meta',
    isShown && failed ? 'border-failed bg-failed-soft' : classes('bg-surface', isShown ? 'border-ink' : 'border-line'),
  );
  const words = (
    <>
      <b className={classes('block font-semibold', isShown && failed && 'text-failed')}>Attempt {number}</b>
      <span className="text-axis text-ink3">
        {status}
        {known !== undefined && `, ${duration(known.durationMs)}`}
      </span>
    </>
  );
  if (!canShow) return <div className={look}>{words}</div>;
  return (
    <button type="button" aria-pressed={isShown} onClick={onChoose} className={look}>
      {words}
    </button>
  );
}
