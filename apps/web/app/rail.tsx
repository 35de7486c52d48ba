/** Owns the rail at the left edge: the five places of the studio and the user's menu. */
import { House, KeyRound, type LucideIcon, Search, Settings, TextAlignStart, UserRound, Workflow } from 'lucide-react';
import { type KeyboardEvent, lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import { classes } from '../ui/classes.ts';
import { Mark } from '../ui/mark.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import { addressOfPlace, type Place } from './addresses.ts';
import { useApi } from './api.ts';

const loadMenu = async () => ({ default: (await import('./user-menu.tsx')).UserMenu });
const UserMenu = lazy(loadMenu);

interface Entry {
  label: string;
  href: string;
  icon: LucideIcon;
  places: readonly Place['name'][];
  keys?: string;
}

const ENTRIES: readonly Entry[] = [
  { label: 'Home', href: addressOfPlace.home(), icon: House, places: ['home'], keys: 'G H' },
  {
    label: 'Workflows',
    href: addressOfPlace.workflows(),
    icon: Workflow,
    places: ['workflows', 'editor'],
    keys: 'G W',
  },
  { label: 'Runs', href: addressOfPlace.runs(), icon: TextAlignStart, places: ['runs', 'run'], keys: 'G R' },
  { label: 'Secrets', href: addressOfPlace.secrets(), icon: KeyRound, places: ['secrets'], keys: 'G S' },
];
const SETTINGS: Entry = { label: 'Settings', href: addressOfPlace.settings(), icon: Settings, places: ['settings'] };

const TILE = 'grid size-9 place-items-center rounded-[8px] text-ink3 transition-colors hover:bg-hover hover:text-ink';

export function Rail({ place, onFind, onKeys }: { place: Place; onFind(): void; onKeys(): void }) {
  return (
    <nav aria-label="Main" className="flex flex-col items-center gap-1 border-r border-line bg-surface py-2.5">
      <Link href="/" aria-label="Rondo, home" className="mb-3 rounded-[7px]">
        <Mark size={28} />
      </Link>
      {ENTRIES.map((entry) => (
        <RailLink key={entry.label} entry={entry} place={place} />
      ))}
      <span className="flex-1" />
      <Tooltip text="Find" keys="Cmd K" side="right">
        <button type="button" aria-label="Find" className={TILE} onClick={onFind}>
          <Search size={16} strokeWidth={1.5} aria-hidden />
        </button>
      </Tooltip>
      <User onKeys={onKeys} />
      <RailLink entry={SETTINGS} place={place} />
    </nav>
  );
}

function RailLink({ entry, place }: { entry: Entry; place: Place }) {
  const { label, href, icon: Icon, places, keys } = entry;
  const here = places.includes(place.name);
  return (
    <Tooltip text={label} {...(keys === undefined ? {} : { keys })} side="right">
      <Link
        href={href}
        aria-label={label}
        aria-current={here ? 'page' : undefined}
        className={classes(TILE, here && 'bg-selected text-ink')}
      >
        <Icon size={16} strokeWidth={1.5} aria-hidden />
      </Link>
    </Tooltip>
  );
}

/** What it holds comes with the first wish for it: no screen needs it to begin with. */
function User({ onKeys }: { onKeys(): void }) {
  const { data: me } = useApi('GET /me', {}, { staleTime: Number.POSITIVE_INFINITY });
  const [wanted, setWanted] = useState(false);
  const trigger = (
    <button
      type="button"
      aria-label={`You: ${me?.name ?? ''}`}
      aria-haspopup="menu"
      className={TILE}
      onPointerEnter={() => void loadMenu()}
      onFocus={() => void loadMenu()}
      {...(wanted
        ? {}
        : {
            onClick: () => setWanted(true),
            onKeyDown: ({ key }: KeyboardEvent) => key === 'ArrowDown' && setWanted(true),
          })}
    >
      <UserRound size={16} strokeWidth={1.5} aria-hidden />
    </button>
  );
  if (!wanted) return trigger;
  return (
    <Suspense fallback={trigger}>
      <UserMenu trigger={trigger} name={me?.name ?? ''} role={me?.role ?? ''} onKeys={onKeys} />
    </Suspense>
  );
}
