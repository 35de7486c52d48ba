/** Owns the list of runs, of all workflows or of one: filters in the address, pages by key, two runs side by side. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { addressOfPlace } from '../app/addresses.ts';
import { type Answer, call, keyOf, messageOf, useApi } from '../app/api.ts';
import { useKeys } from '../app/keys.ts';
import { Screen } from '../app/screen.tsx';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { counted } from '../ui/format.ts';
import { Input, Select } from '../ui/input.tsx';
import { Segments } from '../ui/segments.tsx';
import { CompareRuns } from './compare-runs.tsx';
import { RunRow, RUN_COLUMNS } from './run-row.tsx';

const PAGE = 60;
const NEW_MS = 10_000;
const TYPING_MS = 250;

type Show = 'all' | 'failures' | 'live';
const SHOWS: Record<Show, { status?: string; failed?: 'true' }> = {
  all: {},
  failures: { failed: 'true' },
  live: { status: 'running,queued,waiting' },
};

const STATUSES = [
  ['', 'Any status'],
  ['completed', 'Completed'],
  ['failed', 'Failed'],
  ['cancelled', 'Cancelled'],
  ['waiting', 'Waiting'],
] as const;

const TRIGGERS = [
  ['', 'Any trigger'],
  ['manual', 'By hand'],
  ['schedule', 'Schedule'],
  ['webhook', 'Webhook'],
  ['form', 'Form'],
] as const;

export function RunsPage({ workflow }: { workflow: string | null }) {
  const [search, setSearch] = useSearchParams();
  const set = (name: string, value: string): void =>
    setSearch((before) => {
      const next = new URLSearchParams(before);
      if (value === '') next.delete(name);
      else next.set(name, value);
      return next;
    });
  const text = search.get('q') ?? '';
  const show = (search.get('show') ?? 'all') as Show;
  const status = search.get('status') ?? '';
  const trigger = search.get('trigger') ?? '';
  const chosen = search.get('workflow') ?? '';
  const of = workflow ?? (chosen === '' ? null : chosen);
  const query = {
    limit: PAGE,
    ...SHOWS[show],
    ...(status === '' ? {} : { status }),
    ...(trigger === '' ? {} : { trigger }),
    ...(of === null ? {} : { workflow: of }),
    ...(text === '' ? {} : { search: text }),
  };
  const workflows = useApi('GET /workflows', { query: { limit: PAGE } }, { staleTime: 30_000 });
  const name = workflows.data?.items.find((one) => one.id === workflow)?.name ?? workflow;
  const list = useInfiniteQuery({
    queryKey: [...keyOf('GET /runs', { query }), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      call('GET /runs', { query: { ...query, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Answer<'GET /runs'>) => last.next,
    // What is read stays as it is; what is new is counted.
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const runs = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? null, [list.data]);
  const fresh = useFresh(query, runs);
  const [selected, setSelected] = useState<readonly string[]>([]);
  const toggle = (id: string): void =>
    setSelected((before) => (before.includes(id) ? before.filter((one) => one !== id) : [...before, id].slice(-2)));
  useKeys('runs', [
    { keys: 'S', does: 'Search', run: () => document.querySelector<HTMLInputElement>('#search-runs')?.focus() },
    { keys: 'Esc', does: 'End comparing', run: () => setSelected([]) },
  ]);
  const isFiltered = text + status + trigger + chosen !== '' || show !== 'all';
  const compared = selected.map((id) => runs?.find((run) => run.id === id)).filter((run) => run !== undefined);
  return (
    <Screen
      title={workflow === null ? 'Runs' : `Runs of ${name}`}
      crumbs={
        workflow === null
          ? [{ label: 'Runs' }]
          : [
              { label: 'Workflows', href: addressOfPlace.workflows() },
              { label: name ?? '', href: addressOfPlace.workflow(workflow) },
              { label: 'Runs' },
            ]
      }
      scroll="parts"
    >
      <div className="flex flex-none flex-wrap items-center gap-2 px-4 py-3">
        <Segments<Show>
          label="Which runs"
          value={show}
          onChange={(value) => set('show', value === 'all' ? '' : value)}
          options={[
            { value: 'all', label: 'All' },
            { value: 'failures', label: 'With failures' },
            { value: 'live', label: 'Running' },
          ]}
        />
        <Select small label="Status" value={status} onChange={(value) => set('status', value)} options={STATUSES} />
        <Select small label="Trigger" value={trigger} onChange={(value) => set('trigger', value)} options={TRIGGERS} />
        {workflow === null && (
          <Select
            small
            label="Workflow"
            value={chosen}
            onChange={(value) => set('workflow', value)}
            options={[['', 'Any workflow'], ...(workflows.data?.items ?? []).map((one) => [one.id, one.name] as const)]}
          />
        )}
        <SearchField value={text} onChange={(value) => set('q', value)} />
        <span className="flex-1" />
        {fresh > 0 && (
          <Button small onClick={() => void list.refetch()}>
            {counted(fresh, 'new run')}, show
          </Button>
        )}
      </div>
      <div
        role="table"
        aria-label="Runs"
        aria-busy={runs === null}
        className="flex min-h-0 flex-1 flex-col border-t border-line bg-surface"
      >
        <div role="row" className={`${RUN_COLUMNS} h-8 flex-none border-b border-line bg-sunken text-meta text-ink3`}>
          <span role="columnheader">
            <span className="sr-only">Compare</span>
          </span>
          <span role="columnheader">Status</span>
          <span role="columnheader">{workflow === null ? 'Workflow' : 'Version'}</span>
          <span role="columnheader">Input</span>
          <span role="columnheader">Score</span>
          <span role="columnheader" className="text-right">
            Completed
          </span>
          <span role="columnheader" className="text-right">
            Failed
          </span>
          <span role="columnheader" className="text-right">
            Duration
          </span>
          <span role="columnheader">When</span>
          <span role="columnheader">Started by</span>
        </div>
        <div role="rowgroup" className="min-h-0 flex-1 overflow-y-auto">
          {runs?.map((run) => (
            <RunRow
              key={run.id}
              run={run}
              of={workflow}
              selected={selected.includes(run.id)}
              onSelect={() => toggle(run.id)}
            />
          ))}
          {runs?.length === 0 && (
            <Empty title={isFiltered ? 'No run fits the filter.' : 'Nothing has run yet.'}>
              {isFiltered
                ? 'Take a filter away to see more.'
                : 'Start a workflow from Home, by its schedule, or by its webhook.'}
            </Empty>
          )}
          {list.error !== null && (
            <Empty
              title="The runs could not be read."
              action={<Button onClick={() => void list.refetch()}>Try again</Button>}
            >
              {messageOf(list.error)}
            </Empty>
          )}
          {list.hasNextPage && (
            <div className="p-3">
              <Button small busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                Show {PAGE} more
              </Button>
            </div>
          )}
        </div>
      </div>
      {compared.length === 2 && <CompareRuns runs={compared} onClose={() => setSelected([])} />}
    </Screen>
  );
}

/** How many runs are newer than the first of the list. */
function useFresh(query: Record<string, unknown>, runs: Answer<'GET /runs'>['items'] | null): number {
  const { data } = useApi(
    'GET /runs',
    { query: { ...query, limit: 20 } },
    { refetchInterval: NEW_MS, enabled: runs !== null },
  );
  const newest = runs?.[0]?.createdAt;
  if (runs === null || data === undefined) return 0;
  const known = new Set(runs.map((run) => run.id));
  return data.items.filter((run) => !known.has(run.id) && (newest === undefined || run.createdAt >= newest)).length;
}

function SearchField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => onChange(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <label className="relative w-64">
      <span className="sr-only">Search runs</span>
      <Search size={14} aria-hidden className="absolute top-1/2 left-2.5 -translate-y-1/2 text-ink3" />
      <Input
        id="search-runs"
        type="search"
        className="h-7! pl-8! text-meta"
        placeholder="Search name and input"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </label>
  );
}
