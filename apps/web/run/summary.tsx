/**
 * Owns the row of numbers above the Score: completed, failed, in flight, per second, time left; and the dials. Always
 * in this order, always with words. Numbers are set, not rolled.
 */
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import { memo, type ReactNode } from 'react';
import { call, messageOf } from '../app/api.ts';
import { useMay } from '../app/session.ts';
import { classes } from '../ui/classes.ts';
import { clockTime, count, duration, percent, rate, shortCount } from '../ui/format.ts';
import { StatusShape } from '../ui/status.tsx';
import { useNow } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';
import { type Tolerance, toleranceOf } from './definition.ts';
import { Dial } from './dial.tsx';
import { liveKey, setLoops, useLive } from './live.ts';

export const Summary = memo(function Summary({
  run,
  loop,
  durations,
}: {
  run: Run;
  loop: Loop;
  durations: string | null;
}) {
  const now = useNow();
  const { total, completed, failed, skipped, inFlight, rate: perSecond, leftMs } = loop;
  const settled = completed + failed + skipped;
  const moving = inFlight > 0 || perSecond !== null;
  const paused = run.control === 'pause';
  return (
    <section
      aria-label="Numbers of this loop"
      className="flex h-[74px] flex-none items-stretch overflow-hidden border-b border-line bg-surface px-4"
    >
      <Stat
        value={count(completed)}
        words={total === null ? 'completed' : `of ${count(total)} completed`}
        below={`${total === null ? 'the end is open' : percent(completed, total)} · ${count(skipped)} skipped`}
      />
      <Stat
        tone={failed > 0 ? 'failed' : undefined}
        value={
          <>
            {failed > 0 && <StatusShape status="failed" size={16} className="self-center" />}
            {count(failed)}
          </>
        }
        words="failed"
        below={failedWords(failed, settled, toleranceOf(run.definition, loop.node))}
      />
      <Stat
        tone={inFlight > 0 ? 'accent' : undefined}
        value={count(inFlight)}
        words="in flight"
        below={
          paused
            ? inFlight > 0
              ? 'these finish, nothing starts'
              : 'paused'
            : bounded(loop.parallel) === null
              ? 'no limit'
              : `of ${count(loop.parallel)} allowed`
        }
      />
      {moving ? (
        <>
          <Stat
            value={
              perSecond === null ? '0' : perSecond >= 10 ? count(perSecond) : perSecond.toFixed(perSecond < 1 ? 2 : 1)
            }
            words="per second"
            after={<Spark run={run.id} path={loop.path} />}
            below={durations ?? (loop.perSecond === null ? 'no rate limit' : `of ${count(loop.perSecond)} allowed`)}
          />
          <Stat
            value={leftMs === null || paused ? 'unknown' : duration(leftMs)}
            words={leftMs === null || paused ? '' : 'left'}
            below={
              paused
                ? 'paused'
                : leftMs === null
                  ? total === null
                    ? 'until the last page'
                    : 'too early to say'
                  : `completes about ${clockTime(now + leftMs)}`
            }
          />
        </>
      ) : (
        <Stat
          value={duration(loop.durationMs)}
          words="in all"
          below={durations ?? paceWords(settled, loop.durationMs)}
        />
      )}
      {run.usage !== null && (
        // While there are dials, there is room for it on wide screens only; the output of the run has it, too.
        <div className={classes('contents', moving && 'max-[1680px]:hidden')}>
          <Cost usage={run.usage} />
        </div>
      )}
      <span className="flex-1" />
      {moving && <Dials run={run} loop={loop} />}
    </section>
  );
});

interface StatProps {
  value: ReactNode;
  words: string;
  below: string;
  after?: ReactNode;
  tone?: 'failed' | 'accent' | undefined;
}

function Stat({ value, words, below, after, tone }: StatProps) {
  return (
    <div className="mr-[22px] flex-none border-r border-line py-3 pr-[22px] whitespace-nowrap last-of-type:border-0">
      <p
        className={classes(
          'flex items-baseline gap-1.5 text-number font-semibold tracking-[-0.3px]',
          tone === 'failed' && 'text-failed',
          tone === 'accent' && 'text-accent',
        )}
      >
        {value}
        <span className="text-body font-normal tracking-normal text-ink3">{words}</span>
        {after}
      </p>
      <p className="text-meta leading-[18px] text-ink3">{below}</p>
    </div>
  );
}

/** What the model calls of the whole run cost so far; tokens where no price is known. */
function Cost({ usage: { tokensIn, tokensOut, cost } }: { usage: NonNullable<Run['usage']> }) {
  const tokens = `${shortCount(tokensIn)} in, ${shortCount(tokensOut)} out`;
  return cost > 0 ? (
    <Stat
      value={`$ ${cost < 0.1 ? cost.toFixed(4) : cost.toFixed(2)}`}
      words="for models"
      below={`tokens: ${tokens}`}
    />
  ) : (
    <Stat value={shortCount(tokensIn + tokensOut)} words="tokens" below={tokens} />
  );
}

/** 0.16 % · stops at 5 % */
export function failedWords(failed: number, settled: number, tolerance: Tolerance | null): string {
  const share = settled === 0 ? '' : percent(failed, settled);
  const stops =
    tolerance === null
      ? ''
      : `stops at ${tolerance.share === null ? count(tolerance.count ?? 0) : percent(tolerance.share, 1)}`;
  return [share, stops].filter((part) => part !== '').join(' · ');
}

/** 71/s over all; nothing where it would be a fraction of one a minute. */
function paceWords(settled: number, durationMs: number): string {
  const perSecond = durationMs === 0 ? 0 : settled / (durationMs / 1_000);
  return perSecond * 60 < 0.5 ? '' : `${rate(perSecond)} over all`;
}

const NO_RATES: readonly { at: number; rate: number }[] = [];
const SPARK = { width: 64, height: 18 };

/** The last 60 s. */
function Spark({ run, path }: { run: string; path: string }) {
  const rates = useLive((state) => state.rates[liveKey(run, path)] ?? NO_RATES);
  if (rates.length < 3) return null;
  const most = Math.max(...rates.map(({ rate }) => rate), 1);
  const last = rates.at(-1)?.at ?? 0;
  const points = rates.map(
    ({ at, rate }) =>
      `${(SPARK.width - ((last - at) / 60_000) * SPARK.width).toFixed(1)},${(SPARK.height - 2 - (rate / most) * (SPARK.height - 4)).toFixed(1)}`,
  );
  return (
    <svg width={SPARK.width} height={SPARK.height} aria-hidden className="self-center">
      <polyline points={points.join(' ')} fill="none" className="stroke-accent" strokeWidth="1.5" />
    </svg>
  );
}

function Dials({ run, loop }: { run: Run; loop: Loop }) {
  const may = useMay('run:start');
  const unless = may.allowed ? '' : may.why;
  const set = async (body: { parallel?: number | null; perSecond?: number | null }, words: string): Promise<void> => {
    try {
      const changed = await call('PATCH /runs/{id}/loops/{path}', { params: { id: run.id, path: loop.path }, body });
      setLoops(run.id, [changed]);
      // Until a runner has confirmed it, the dial says that it is set.
      if (changed.asked !== undefined) return;
      const { inFlight } = changed;
      toast(
        `${words} is now ${body.parallel === undefined ? rateWords(changed.perSecond) : count(changed.parallel)}.${inFlight > 0 ? ` ${count(inFlight)} in flight finish first.` : ''}`,
      );
    } catch (error) {
      toast(messageOf(error));
      throw error;
    }
  };
  const { defined } = loop;
  const parallelChanged = defined !== null && defined.parallel !== loop.parallel;
  const rateChanged = defined !== null && defined.perSecond !== loop.perSecond;
  return (
    <div className="flex flex-none items-center gap-5">
      <Dial
        label="Parallel"
        value={bounded(loop.asked?.parallel ?? loop.parallel)}
        pending={loop.asked !== undefined}
        defined={parallelChanged ? defined.parallel : undefined}
        most={Math.max(256, bounded(loop.parallel) ?? 0)}
        unless={unless}
        onSet={(parallel) => set({ parallel }, 'Parallel')}
      />
      <Dial
        label="Rate limit"
        value={loop.asked === undefined ? loop.perSecond : loop.asked.perSecond}
        pending={loop.asked !== undefined}
        defined={rateChanged ? defined.perSecond : undefined}
        most={Math.max(500, loop.perSecond ?? 0)}
        unit=" / s"
        present={loop.rate}
        unless={unless}
        onSet={(perSecond) => set({ perSecond }, 'The rate limit')}
      />
    </div>
  );
}

/** The API writes a loop without a bound as a very large number. */
const UNBOUNDED = 1_000_000;
const bounded = (parallel: number): number | null => (parallel >= UNBOUNDED ? null : parallel);

const rateWords = (value: number | null): string => (value === null ? 'off' : `${count(value)} a second`);
