/** Owns what stands where rows would be: nothing fits, nothing has begun, the rows could not be read. */
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import { messageOf } from '../app/api.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { isFiltered, type RunQuery } from './address.ts';
import { isOver } from './controls.tsx';

interface NoRowsProps {
  run: Run;
  loop: Loop;
  query: RunQuery;
  loading: boolean;
  rows: number;
  error: Error | null;
  onAgain(): void;
}

export function NoRows({ run, loop, query, loading, rows, error, onAgain }: NoRowsProps) {
  if (error !== null) {
    return (
      <div role="alert" className="flex flex-none items-center gap-3 border-t border-line px-4 py-2">
        <p className="flex-1">The rows could not be read. {messageOf(error)}</p>
        <Button small onClick={onAgain}>
          Try again
        </Button>
      </div>
    );
  }
  if (loading || rows > 0) return null;
  const filtered = isFiltered(query);
  return (
    <div className="absolute top-20 left-0">
      <Empty title={filtered ? 'No iteration is like this.' : 'No iteration has started yet.'}>
        {query.q !== ''
          ? 'The text is in no input, output or error.'
          : filtered
            ? `Nothing ${query.status === 'failed' ? 'has failed' : query.status === 'running' ? 'is in flight' : 'fits'}${isOver(run) ? '' : ' so far'}.`
            : loop.status === 'waiting'
              ? 'The loop waits.'
              : 'They appear here as soon as they begin.'}
      </Empty>
    </div>
  );
}
