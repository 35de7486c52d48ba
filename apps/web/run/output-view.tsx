/** Owns the output of a run: what came out, what it cost, what went in. */
import type { Run } from '@rondo/api/schemas/run.ts';
import { count } from '../ui/format.ts';
import { ValueView } from '../ui/value-view.tsx';
import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/copy.ts';
import { isOver } from './controls.tsx';

export function OutputView({ run }: { run: Run }) {
  const { output, usage } = run;
  const nothing = output === null || output === undefined;
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
        <ValueView value={output} label="Output of the run" />
      )}
      {usage !== null && (
        <p className="text-ink2">
          Model calls took {count(usage.tokensIn)} tokens in and {count(usage.tokensOut)} out
          {usage.cost > 0 && <>, about $ {usage.cost.toFixed(2)}</>}.
        </p>
      )}
      <h2 className="text-section">Input</h2>
      <p className="font-mono text-meta break-words text-ink2">{run.input === '' ? 'none' : run.input}</p>
    </div>
  );
}
