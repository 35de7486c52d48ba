/**
 * Owns what comes before the studio: nobody is signed in, nobody owns the installation, the server does not answer.
 * Behind it is the shell with the screen of the address.
 */
import { lazy, Suspense } from 'react';
import { usePathname, useSearch } from 'wouter/use-browser-location';
import { Button } from '../ui/button.tsx';
import { Mark } from '../ui/mark.tsx';
import { placeOf } from './addresses.ts';
import { messageOf, queryClient } from './api.ts';
import { useSession } from './session.ts';
import { Shell } from './shell.tsx';

const SignIn = lazy(async () => ({ default: (await import('../start/sign-in.tsx')).SignIn }));
const SetUp = lazy(async () => ({ default: (await import('../start/set-up.tsx')).SetUp }));

export function Gate() {
  const session = useSession();
  const place = placeOf(usePathname());
  const search = useSearch();
  switch (session.kind) {
    case 'loading':
      return null;
    case 'unreachable':
      return <Unreachable error={session.error} />;
    case 'setup':
    case 'signed-out':
      return (
        <Suspense fallback={null}>
          {/* Signed out, the link gives the owner a new password. */}
          {session.kind === 'setup' || place.name === 'set-up' ? (
            <SetUp token={new URLSearchParams(search).get('token') ?? ''} />
          ) : (
            <SignIn />
          )}
        </Suspense>
      );
    case 'signed-in':
      return <Shell place={place} />;
  }
}

function Unreachable({ error }: { error: Error }) {
  return (
    <main className="grid h-full place-items-center bg-bg">
      <div className="flex max-w-[420px] flex-col items-start gap-3">
        <Mark size={28} />
        <h1 className="text-page">No answer from the server</h1>
        <p className="text-ink2">{messageOf(error)}</p>
        <Button onClick={() => void queryClient.invalidateQueries()}>Try again</Button>
      </div>
    </main>
  );
}
