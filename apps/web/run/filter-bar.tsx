/**
 * Owns the bar above the table: which iterations, of which cause, with which text; what is new since they were asked
 * for; and what can be done with those that are selected, or with all that the filter lets through.
 */
import type { Cause, Loop, Rerun as RerunFact } from '@rondo/api/schemas/run.ts';
import { RotateCw, Search, X } from 'lucide-react';
import { type RefObject, useEffect, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { count, counted, duration } from '../ui/format.ts';
import { Segments } from '../ui/segments.tsx';
import { type Filter, NO_FILTER, type RunQuery, type SetQuery } from './address.ts';
import type { Rerun } from './rerun.ts';
import type { RowsState } from './row-window.ts';

export interface FilterBarProps {
  loop: Loop;
  query: RunQuery;
  setQuery: SetQuery;
  cause: Cause | null;
  /** Of the loop, newest first. */
  reruns: readonly RerunFact[];
  state: RowsState;
  rerun: Rerun;
  /** Failed iterations that came after the rows were asked for. */
  fresh: number;
  search: RefObject<HTMLInputElement | null>;
  onFresh(): void;
  onStop(): void;
}

type Shown = Filter | 'all';
const SEARCH_MS = 250;

export function FilterBar({
  loop,
  query,
  setQuery,
  cause,
  reruns,
  state,
  rerun,
  fresh,
  search,
  onFresh,
  onStop,
}: FilterBarProps) {
  const set = (status: Shown): void =>
    setQuery({
      status: status === 'all' ? null : status,
      it: null,
      with: null,
      ...(status === 'failed' ? {} : { cause: null }),
    });
  return (
    <div className="flex h-11 flex-none items-center gap-2 px-4">
      <Segments<Shown>
        label="Which iterations"
        value={query.status ?? 'all'}
        onChange={set}
        options={[
          { value: 'all', label: 'All' },
          { value: 'failed', label: <>Failed {count(loop.failed)}</> },
          { value: 'running', label: <>In flight {count(loop.inFlight)}</> },
          { value: 'completed', label: 'Completed' },
        ]}
      />
      {query.cause !== null && (
        <span className="max-w-[200px] min-w-0">
          <Chip kind="failed" remove={{ label: 'Remove the filter by cause', run: () => setQuery({ cause: null }) }}>
            {cause?.message ?? 'one cause'}
          </Chip>
        </span>
      )}
      {(query.min !== null || query.max !== null) && (
        <Chip
          remove={{ label: 'Remove the filter by duration', run: () => setQuery({ min: null, max: null, it: null }) }}
        >
          {durationRange(query.min, query.max)}
        </Chip>
      )}
      <Redone query={query} setQuery={setQuery} reruns={reruns} />
      <SearchField key={loop.path} query={query} setQuery={setQuery} field={search} />
      {fresh > 0 && (
        <Button small onClick={onFresh}>
          {counted(fresh, 'new failed', 'new failed')}, show
        </Button>
      )}
      <Searched state={state} onStop={onStop} />
      {cause !== null && (
        <Button
          small
          icon={<RotateCw size={14} aria-hidden />}
          unless={rerun.unless}
          busy={rerun.busy}
          onClick={() => rerun.start({ loop: loop.path, cause: cause.id })}
        >
          Re-run these {count(cause.count)}
        </Button>
      )}
    </div>
  );
}

/** `1.2 s to 4 s`; one end may be open. */
export function durationRange(min: number | null, max: number | null): string {
  if (max === null) return `${duration(min ?? 0)} or longer`;
  return min === null ? `at most ${duration(max)}` : `${duration(min)} to ${duration(max)}`;
}

/** `Re-run 2: 311 completed, 7 failed again`. */
export function redoneWords({ number, count: all, now }: RerunFact): string {
  if (now === null) return `Re-run ${number}: ${count(all)}`;
  const parts = [
    now.completed > 0 && `${count(now.completed)} completed`,
    now.failed > 0 && `${count(now.failed)} failed again`,
    now.other > 0 && `${count(now.other)} to come`,
  ].filter(Boolean);
  return `Re-run ${number}: ${parts.join(', ')}`;
}

function Redone({ query, setQuery, reruns }: Pick<FilterBarProps, 'query' | 'setQuery' | 'reruns'>) {
  const [newest] = reruns;
  if (query.rerun !== null) {
    const shown = reruns.find((one) => one.number === query.rerun);
    return (
      <span className="max-w-[260px] min-w-0">
        <Chip remove={{ label: 'Show not only what a re-run did', run: () => setQuery({ rerun: null, it: null }) }}>
          {shown === undefined ? `re-run ${query.rerun}` : redoneWords(shown)}
        </Chip>
      </span>
    );
  }
  if (newest === undefined || query.status !== null || query.q !== '') return null;
  return (
    <Button
      small
      kind="ghost"
      title={redoneWords(newest)}
      onClick={() => setQuery({ ...NO_FILTER, rerun: newest.number, it: null, with: null })}
    >
      Changed by re-run
    </Button>
  );
}

interface SearchFieldProps {
  query: RunQuery;
  setQuery: SetQuery;
  field: RefObject<HTMLInputElement | null>;
}

function SearchField({ query: { q }, setQuery, field }: SearchFieldProps) {
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  useEffect(() => {
    if (text.trim() === q) return undefined;
    const timer = setTimeout(
      () => setQuery({ q: text.trim(), it: null, with: null }, { replace: q !== '' }),
      SEARCH_MS,
    );
    return () => clearTimeout(timer);
  }, [text, q, setQuery]);
  return (
    <label className="ring-within flex h-[30px] min-w-0 flex-1 items-center gap-[7px] rounded-control border border-line2 bg-surface px-[9px]">
      <Search size={16} strokeWidth={1.5} aria-hidden className="flex-none" />
      <span className="sr-only">Search input, output and error</span>
      <input
        ref={field}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && (text === '' ? event.currentTarget.blur() : setText(''))}
        placeholder="Search input, output and error"
        className="min-w-0 flex-1 bg-transparent outline-none"
      />
      {text !== '' && (
        <button type="button" aria-label="Clear the search" onClick={() => setText('')}>
          <X size={14} aria-hidden />
        </button>
      )}
    </label>
  );
}

function Searched({ state: { searched, loading }, onStop }: { state: RowsState; onStop(): void }) {
  if (searched === null) return null;
  const of = searched.of === null ? '' : ` of ${count(searched.of)}`;
  return (
    <p role="status" className="flex flex-none items-center gap-2 text-meta whitespace-nowrap text-ink2">
      Searched {count(searched.rows)}
      {of}, {count(searched.found)} found
      {loading && (
        <Button small onClick={onStop}>
          Stop
        </Button>
      )}
    </p>
  );
}

export interface SelectionBarProps {
  loop: Loop;
  selected: ReadonlySet<number>;
  rerun: Rerun;
  onCompare(first: number, second: number): void;
  onDownload(): void;
  onClear(): void;
}

export function SelectionBar({ loop, selected, rerun, onCompare, onDownload, onClear }: SelectionBarProps) {
  const indices = [...selected].sort((a, b) => a - b);
  const [first, second] = indices;
  return (
    <div
      role="toolbar"
      aria-label="Selected iterations"
      className="flex h-11 flex-none items-center gap-2 border-t border-line bg-surface px-4"
    >
      <b className="flex-1 font-semibold">{count(selected.size)} selected</b>
      <Button
        small
        icon={<RotateCw size={14} aria-hidden />}
        unless={rerun.unless}
        busy={rerun.busy}
        onClick={() => rerun.start({ loop: loop.path, indices })}
      >
        Re-run {count(selected.size)}
      </Button>
      <Button small onClick={onDownload}>
        Download
      </Button>
      <Button
        small
        unless={indices.length === 2 ? '' : 'Select two iterations to compare them.'}
        onClick={() => first !== undefined && second !== undefined && onCompare(first, second)}
      >
        Compare
      </Button>
      <Button small kind="ghost" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
