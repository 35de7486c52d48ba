/** Owns the output of a run: what came out, what its loops gave as files, what was sent where, what it cost, what went in. */
import { addressOf } from '@rondo/api/client.ts';
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import { Download } from 'lucide-react';
import { count, counted } from '../ui/format.ts';
import { ValueView } from '../ui/value-view.tsx';
import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/copy.ts';
import { isOver } from './controls.tsx';
import { sendersOf } from './definition.ts';

const MOST = 50;

export function OutputView({ run }: { run: Run }) {
  const { output, usage } = run;
  const nothing = output === null || output === undefined;
  const senders = sendersOf(run.definition);
  return (
    <div className="mx-auto flex w-full max-w-[960px] flex-col gap-4 p-6">
      <header className="flex items-center gap-3">
        <h2 className="flex-1 text-section">Output of the run</h2>
        {!nothing && (
          <Button small onClick={() => void copyText(JSON.stringify(output, null, 2), 'The output')}>
            Copy
          </Button>
        )}
      </header>
      {nothing ? (
        <p className="text-ink2">
          {isOver(run)
            ? 'The run gave no output.'
            : 'The run has not ended. What its loops gave so far is in their tables and downloads.'}
        </p>
      ) : (
        // As high as that what comes after it is in sight.
        <section tabIndex={0} aria-label="Value of the output" className="max-h-[440px] overflow-y-auto">
          <ValueView value={output} label="Output of the run" />
        </section>
      )}
      {usage !== null && (
        <p className="text-ink2">
          Model calls took {count(usage.tokensIn)} tokens in and {count(usage.tokensOut)} out
          {usage.cost > 0 && <>, about $ {usage.cost.toFixed(2)}</>}.
        </p>
      )}
      {run.loops.length > 0 && (
        <section aria-label="Downloads">
          <h2 className="mb-1 text-section">Downloads</h2>
          <ul>
            {run.loops.slice(0, MOST).map((loop) => (
              <Files key={loop.path} run={run} loop={loop} />
            ))}
          </ul>
        </section>
      )}
      {senders.length > 0 && (
        <section aria-label="What was sent where">
          <h2 className="mb-1 text-section">What was sent where</h2>
          <ul>
            {senders.slice(0, MOST).map(({ id, title, type, where, container, depth }) => {
              const loop = run.loops.find((one) => one.node === (container ?? id));
              return (
                <li key={id} className="flex items-baseline gap-3 border-b border-line py-1.5">
                  <b className="font-semibold">{title}</b>
                  <span className="cut min-w-0 flex-1 text-ink2">{where === '' ? type : where}</span>
                  <span className="text-meta whitespace-nowrap text-ink2">{timesWords(loop, depth)}</span>
                </li>
              );
            })}
          </ul>
        </section>
      )}
      <h2 className="text-section">Input</h2>
      <p className="font-mono text-meta break-words text-ink2">{run.input === '' ? 'none' : run.input}</p>
    </div>
  );
}

/** Inside a loop a branch may have gone another way: then it is at most as often. */
function timesWords(loop: Loop | undefined, depth: number): string {
  if (depth > 1) return loop === undefined ? 'not reached' : 'in nested loops';
  if (loop === undefined) return depth === 0 ? 'at most once' : 'not reached';
  const times = counted(loop.completed, 'time');
  return `${depth > 0 ? 'at most ' : ''}${times}${loop.failed > 0 ? `, ${count(loop.failed)} failed` : ''}`;
}

function Files({ run, loop }: { run: Run; loop: Loop }) {
  const settled = loop.completed + loop.failed + loop.skipped;
  return (
    <li className="flex items-center gap-3 border-b border-line py-1.5">
      <b className="cut min-w-0 flex-1 font-semibold">{loop.title}</b>
      <span className="text-meta text-ink2">{counted(settled, 'iteration')}</span>
      {(['ndjson', 'csv'] as const).map((format) => (
        <a
          key={format}
          download=""
          href={addressOf('/runs/{id}/loops/{path}/export', { id: run.id, path: loop.path }, { format, what: 'both' })}
          aria-label={`${loop.title} as ${format.toUpperCase()}, input and output`}
          className="inline-flex h-[26px] items-center gap-1.5 rounded-chip border border-line2 bg-surface px-[9px] text-meta font-medium hover:bg-hover"
        >
          <Download size={14} strokeWidth={1.5} aria-hidden />
          {format.toUpperCase()}
        </a>
      ))}
    </li>
  );
}
