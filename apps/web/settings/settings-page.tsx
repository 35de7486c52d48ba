/** Owns the settings: tabs at the left, one form at the right. What the tabs hold is in their own files. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { addressOfPlace } from '../app/addresses.ts';
import { Screen } from '../app/screen.tsx';
import { useMay } from '../app/session.ts';
import { classes } from '../ui/classes.ts';
import { Empty } from '../ui/empty.tsx';
import { About } from './about.tsx';
import { General } from './general.tsx';
import { People } from './people.tsx';
import { Models } from './notes.tsx';
import { Retention } from './retention.tsx';
import { SettingsOf } from './setting-rows.tsx';
import { Tokens } from './tokens.tsx';

interface Tab {
  id: string;
  label: string;
  /** Everybody has General and About. */
  open?: boolean;
  content(): ReactNode;
}

const TABS: readonly Tab[] = [
  { id: 'general', label: 'General', open: true, content: () => <General /> },
  { id: 'models', label: 'Models', content: () => <Models /> },
  { id: 'retention', label: 'Retention', content: () => <Retention /> },
  {
    id: 'limits',
    label: 'Limits',
    content: () => (
      <SettingsOf group="limits">How much may happen at once, over all runs. Workflows can ask for less.</SettingsOf>
    ),
  },
  { id: 'tokens', label: 'Tokens', content: () => <Tokens /> },
  { id: 'people', label: 'People', content: () => <People /> },
  {
    id: 'database',
    label: 'Database',
    content: () => <SettingsOf group="database">Where runs, loops and iterations are kept.</SettingsOf>,
  },
  { id: 'about', label: 'About', open: true, content: () => <About /> },
];

export function SettingsPage({ tab }: { tab: string }) {
  const mayAdmin = useMay('admin');
  const shown = TABS.find((one) => one.id === tab);
  const closed = shown?.open !== true && !mayAdmin.allowed;
  return (
    <Screen
      title={shown?.label ?? 'Settings'}
      crumbs={[{ label: 'Settings', href: addressOfPlace.settings() }, { label: shown?.label ?? 'Not found' }]}
    >
      <div className="grid grid-cols-[196px_minmax(0,640px)] gap-8 px-8 py-6 min-[1500px]:grid-cols-[196px_minmax(0,760px)]">
        <nav aria-label="Settings" className="flex flex-col gap-0.5">
          {TABS.map((one) => (
            <Link
              key={one.id}
              href={addressOfPlace.settings(one.id)}
              aria-current={one.id === tab ? 'page' : undefined}
              className={classes(
                'flex h-8 items-center rounded-control px-3 font-medium',
                one.id === tab ? 'bg-selected text-ink' : 'text-ink2 hover:bg-hover',
              )}
            >
              {one.label}
            </Link>
          ))}
        </nav>
        <div className="min-w-0">
          {shown === undefined && <Empty title="There is no such tab.">Choose one at the left.</Empty>}
          {shown !== undefined && closed && <Empty title="Not for your role.">{mayAdmin.why}</Empty>}
          {shown !== undefined && !closed && shown.content()}
        </div>
      </div>
    </Screen>
  );
}
