/** Owns which component shows which address, each in its own chunk. Addresses are in addresses.ts. */
import { lazy, type ReactNode } from 'react';
import type { Place } from './addresses.ts';
import { NotFound } from './not-found.tsx';

const HomePage = lazy(async () => ({ default: (await import('../home/home-page.tsx')).HomePage }));
const RunsPage = lazy(async () => ({ default: (await import('../home/runs-page.tsx')).RunsPage }));
const EditorPage = lazy(async () => ({ default: (await import('../editor/editor-page.tsx')).EditorPage }));
const RunPage = lazy(async () => ({ default: (await import('../run/run-page.tsx')).RunPage }));
const SecretsPage = lazy(async () => ({ default: (await import('../settings/secrets-page.tsx')).SecretsPage }));
const SettingsPage = lazy(async () => ({ default: (await import('../settings/settings-page.tsx')).SettingsPage }));

/** Signed in. Start screens (start/) are shown by gate.tsx. */
export function screenOf(place: Place): ReactNode {
  switch (place.name) {
    case 'home':
      return <HomePage />;
    case 'workflows':
      return <HomePage only="workflows" />;
    case 'runs':
      return <RunsPage key={place.workflow} workflow={place.workflow} />;
    case 'editor':
      // The panel is a part of the editor: the canvas stays when a node opens.
      return <EditorPage key={place.workflow} workflow={place.workflow} node={place.node} />;
    case 'run':
      return <RunPage key={place.run} run={place.run} view={place.view} loop={place.loop} />;
    case 'secrets':
      return <SecretsPage />;
    case 'settings':
      return <SettingsPage tab={place.tab} />;
    case 'sign-in':
    case 'set-up':
    case 'unknown':
      return <NotFound />;
  }
}
