/**
 * Owns finding: workflows and runs by name (asked of the server), nodes of the workflow that is open, places and
 * settings. Arrows choose, Enter opens, Esc closes. Values inside iterations are searched in the run view.
 */
import {
  House,
  KeyRound,
  type LucideIcon,
  Search,
  Settings,
  SquareDashedMousePointer,
  TextAlignStart,
  Workflow,
} from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from 'react';
import { navigate, usePathname } from 'wouter/use-browser-location';
import { classes } from '../ui/classes.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Status } from '../ui/status.tsx';
import { When } from '../ui/time.tsx';
import { addressOfPlace, placeOf } from './addresses.ts';
import { useApi } from './api.ts';
import { type Found, nodesOf, PLACES, rank } from './find-places.ts';

const TYPING_MS = 120;
const MOST_OF_KIND = 6;

const ICONS: Record<Found['kind'], LucideIcon> = {
  workflow: Workflow,
  run: TextAlignStart,
  node: SquareDashedMousePointer,
  setting: Settings,
  place: House,
  secret: KeyRound,
};

export function FindDialog({ onClose }: { onClose(): void }) {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const asked = useLate(typed.trim());
  const place = placeOf(usePathname());
  const workflow = place.name === 'editor' ? place.workflow : null;
  const search = asked === '' ? {} : { search: asked };
  const workflows = useApi('GET /workflows', { query: { limit: MOST_OF_KIND, ...search } }, { staleTime: 10_000 });
  const runs = useApi('GET /runs', { query: { limit: MOST_OF_KIND, ...search } }, { staleTime: 5_000 });
  const open = useApi(
    'GET /workflows/{id}',
    { params: { id: workflow ?? '' }, query: {} },
    { enabled: workflow !== null, staleTime: 30_000 },
  );
  const found = useMemo((): Found[] => {
    const query = typed.trim();
    const nodes = workflow === null ? [] : nodesOf(workflow, open.data?.definition ?? null);
    return [
      ...rank(nodes, query).slice(0, MOST_OF_KIND),
      ...rank(
        (workflows.data?.items ?? []).map((one) => ({
          kind: 'workflow' as const,
          title: one.name,
          note: one.file,
          href: addressOfPlace.workflow(one.id),
        })),
        query,
      ),
      ...(runs.data?.items ?? []).map((run) => ({
        kind: 'run' as const,
        title: run.workflow,
        note: run.input,
        href: addressOfPlace.run(run.id),
        run,
      })),
      ...(query === '' ? [] : rank(PLACES, query).slice(0, MOST_OF_KIND)),
    ];
  }, [typed, workflow, open.data, workflows.data, runs.data]);
  const list = useId();
  const chosen = Math.min(at, found.length - 1);
  const go = (one: Found | undefined): void => {
    if (one === undefined) return;
    onClose();
    navigate(one.href);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(found.length - 1, chosen + step)));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      go(found[chosen]);
    }
  };
  const isDone = workflows.data !== undefined && runs.data !== undefined;
  return (
    <Dialog title="Find" bare width="find" onClose={onClose}>
      <label className="flex h-12 items-center gap-3 border-b border-line px-4">
        <Search size={16} strokeWidth={1.5} aria-hidden />
        <span className="sr-only">Find a workflow, a run, a node or a setting</span>
        <input
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={found.length === 0 ? undefined : `${list}-${chosen}`}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          placeholder="Find a workflow, a run, a node or a setting"
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
          className="min-w-0 flex-1 bg-transparent text-section outline-none"
        />
      </label>
      <ul id={list} role="listbox" aria-label="Found" className="max-h-[420px] overflow-y-auto p-2">
        {found.map((one, index) => (
          <Row
            key={`${one.kind} ${one.href}`}
            id={`${list}-${index}`}
            found={one}
            first={found[index - 1]?.kind !== one.kind}
            chosen={index === chosen}
            onChoose={() => setAt(index)}
            onGo={() => go(one)}
          />
        ))}
      </ul>
      {found.length === 0 && isDone && <p className="px-4 pb-4 text-ink2">Nothing has this name.</p>}
    </Dialog>
  );
}

const HEADINGS: Record<Found['kind'], string> = {
  workflow: 'Workflows',
  run: 'Runs',
  node: 'Nodes of this workflow',
  setting: 'Settings',
  place: 'Places',
  secret: 'Secrets',
};

interface RowProps {
  id: string;
  found: Found;
  first: boolean;
  chosen: boolean;
  onChoose(): void;
  onGo(): void;
}

function Row({ id, found, first, chosen, onChoose, onGo }: RowProps) {
  const Icon = ICONS[found.kind];
  useEffect(() => {
    if (chosen) document.getElementById(id)?.scrollIntoView({ block: 'nearest' });
  }, [chosen, id]);
  return (
    <>
      {first && (
        <li role="presentation" className="px-2 pt-2 pb-1 text-meta text-ink3">
          {HEADINGS[found.kind]}
        </li>
      )}
      <li
        id={id}
        role="option"
        aria-selected={chosen}
        onPointerMove={onChoose}
        onClick={onGo}
        className={classes('flex h-9 cursor-pointer items-center gap-3 rounded-control px-2', chosen && 'bg-selected')}
      >
        <Icon size={16} strokeWidth={1.5} aria-hidden className="flex-none text-ink3" />
        <span className="cut font-medium">{found.title}</span>
        <span className={classes('cut min-w-0 flex-1 text-meta', chosen ? 'text-ink2' : 'text-ink3')}>
          {found.note}
        </span>
        {found.run !== undefined && (
          <span className={classes('flex flex-none items-center gap-2 text-meta', chosen ? 'text-ink2' : 'text-ink3')}>
            <Status status={found.run.status} />
            <When at={found.run.startedAt ?? found.run.createdAt} />
          </span>
        )}
      </li>
    </>
  );
}

/** The value once nobody has typed for a moment. */
function useLate(value: string): string {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return late;
}
