/** Owns the rail at the left edge: the five places of the studio and the user's menu. */
import { House, KeyRound, type LucideIcon, Search, Settings, TextAlignStart, UserRound, Workflow } from 'lucide-react';
import { Link } from 'wouter';
import { classes } from '../ui/classes.ts';
import { Mark } from '../ui/mark.tsx';
import { Menu, MenuItem, MenuLabel, MenuLine, MenuRadio } from '../ui/menu.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import { addressOfPlace, type Place } from './addresses.ts';
import { useApi } from './api.ts';
import { setTheme, type Theme, usePreferences } from './preferences.ts';
import { signOut } from './session.ts';

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
      <UserMenu onKeys={onKeys} />
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

function UserMenu({ onKeys }: { onKeys(): void }) {
  const { data: me } = useApi('GET /me', {}, { staleTime: Number.POSITIVE_INFINITY });
  const theme = usePreferences((state) => state.theme);
  const name = me?.name ?? '';
  return (
    <Menu
      side="right"
      align="end"
      trigger={
        <button type="button" aria-label={`You: ${name}`} className={TILE}>
          <UserRound size={16} strokeWidth={1.5} aria-hidden />
        </button>
      }
    >
      <MenuLabel>
        {name}, {me?.role}
      </MenuLabel>
      <MenuLine />
      <MenuRadio
        label="Theme"
        value={theme}
        options={[
          ['system', 'As the system'],
          ['light', 'Light'],
          ['dark', 'Dark'],
        ]}
        onChange={(value) => setTheme(value as Theme)}
      />
      <MenuLine />
      <MenuItem keys="?" onSelect={onKeys}>
        Keys of this screen
      </MenuItem>
      <MenuItem onSelect={() => void signOut()}>Sign out</MenuItem>
    </Menu>
  );
}
