/** Owns the foot of the Loop section: the product of all loops around a node, how long and how dear the last run was. */
import { Fragment } from 'react';
import { count, duration } from '../../ui/format.ts';

export interface Factor {
  /** Null: not known before a run. */
  count: number | null;
  /** customers, passes: what there are so many of. */
  what: string;
}

export interface LoopFootProps {
  /** Outermost first; empty: it runs once. */
  factors: readonly Factor[];
  /** How often the node ran in the last run; null: it did not. */
  calls: number | null;
  durationMs: number | null;
  cost: number | null;
}

export function LoopFoot({ factors, calls, durationMs, cost }: LoopFootProps) {
  if (factors.length === 0) return <p className="flex-1">Once in a run.</p>;
  const known = factors.every((one) => one.count !== null);
  const bill = [
    durationMs === null ? '' : duration(durationMs),
    cost === null || !known ? '' : `about $${moneyOf(cost)}`,
  ]
    .filter((one) => one !== '')
    .join(', ');
  return (
    <>
      <p className="flex-1">
        {factors.map(({ count: times, what }, at) => (
          <Fragment key={at}>
            {at > 0 && ' × '}
            {times === null ? 'each' : <b className="font-semibold text-ink">{amountOf(times)}</b>} {what}
          </Fragment>
        ))}
        {calls !== null && factors.length > 1 && (
          <>
            {' = '}
            <b className="font-semibold text-ink">{count(calls)} calls</b>
          </>
        )}
        {!known && <span className="text-ink3"> · counted in the first run</span>}
      </p>
      {bill !== '' && <p className="flex-none text-ink3">{bill}</p>}
    </>
  );
}

const amountOf = (value: number): string =>
  Number.isInteger(value) ? count(value) : String(Math.round(value * 10) / 10);
const moneyOf = (value: number): string => ` ${value >= 10 ? count(value) : value.toFixed(2)}`;
