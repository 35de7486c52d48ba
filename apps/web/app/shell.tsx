/**
 * Owns the frame of the studio: rail, strip when the server does not answer, the screen, what lies above every screen
 * (find, keys, import, toasts), and the keys that work everywhere.
 */
import { Component, type ErrorInfo, lazy, type ReactNode, Suspense, useEffect } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { clockTime } from '../ui/format.ts';
import { Toasts } from '../ui/toast.tsx';
import { TooltipProvider } from '../ui/tooltip.tsx';
import { closeAbove, openFind, openKeys, useAbove } from './above.ts';
import { addressOfPlace, type Place } from './addresses.ts';
import { useConnection } from './connection.ts';
import { DropTarget } from './drop-target.tsx';
import { closeImport, useImport } from './import.ts';
import { useKeys } from './keys.ts';
import { Rail } from './rail.tsx';
import { screenOf } from './routes.tsx';
import { Screen } from './screen.tsx';

const loadFind = async () => ({ default: (await import('./find-dialog.tsx')).FindDialog });
const FindDialog = lazy(loadFind);
const KeysDialog = lazy(async () => ({ default: (await import('./keys-dialog.tsx')).KeysDialog }));
const FirstSteps = lazy(async () => ({ default: (await import('../start/first-steps.tsx')).FirstSteps }));
const ConvertDialog = lazy(async () => ({ default: (await import('../convert/convert-dialog.tsx')).ConvertDialog }));

export function Shell({ place }: { place: Place }) {
  const above = useAbove((state) => state.above);
  const source = useImport((state) => state.source);
  useKeys('everywhere', [
    { keys: 'Cmd K', does: 'Find a workflow, a run, a node, a setting', run: openFind },
    { keys: 'G H', does: 'Home', run: () => navigate(addressOfPlace.home()) },
    { keys: 'G W', does: 'Workflows', run: () => navigate(addressOfPlace.workflows()) },
    { keys: 'G R', does: 'Runs', run: () => navigate(addressOfPlace.runs()) },
    { keys: 'G S', does: 'Secrets', run: () => navigate(addressOfPlace.secrets()) },
    { keys: '?', does: 'Keys of this screen', run: openKeys },
  ]);
  // Who types right after the key must not lose letters to a chunk that is still on its way.
  useEffect(() => {
    const timer = setTimeout(() => void loadFind(), 1_000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <TooltipProvider>
      <div className="grid h-full grid-cols-[var(--rail)_minmax(0,1fr)]">
        <a
          href="#screen"
          className="absolute top-2 left-14 z-50 -translate-y-20 rounded-control border border-line2 bg-surface px-3 py-1 focus:translate-y-0"
        >
          Skip to the content
        </a>
        <Rail place={place} onFind={openFind} onKeys={openKeys} />
        <div className="flex min-h-0 min-w-0 flex-col">
          <NotConnected />
          <div id="screen" className="min-h-0 flex-1">
            <Boundary key={place.name}>
              <Suspense fallback={<Screen title="Rondo" crumbs={[]} />}>{screenOf(place)}</Suspense>
            </Boundary>
          </div>
          <Suspense fallback={null}>
            <FirstSteps place={place} />
          </Suspense>
        </div>
      </div>
      <DropTarget />
      <Suspense fallback={null}>
        {above === 'find' && <FindDialog onClose={closeAbove} />}
        {above === 'keys' && <KeysDialog onClose={closeAbove} />}
        {source !== null && <ConvertDialog source={source} onClose={closeImport} />}
      </Suspense>
      <Toasts />
    </TooltipProvider>
  );
}

function NotConnected() {
  const lostAt = useConnection((state) => state.lostAt);
  if (lostAt === null) return null;
  return (
    <p role="status" className="bg-warn-soft px-4 py-1 text-meta text-warn">
      Not connected since {clockTime(lostAt)}. What you see is from then.
    </p>
  );
}

/** A screen that breaks does not take the others with it. */
class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };
  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }
  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }
  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <Screen title="Error" crumbs={[{ label: 'Error' }]}>
        <Empty
          title="This screen stopped working."
          action={<Button onClick={() => location.reload()}>Load it again</Button>}
        >
          {error.message} Runs are not affected: they are driven by the server.
        </Empty>
      </Screen>
    );
  }
}
