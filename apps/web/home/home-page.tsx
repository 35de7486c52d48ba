/** Owns Home: what runs, what needs a look, where the workflows are. */
import { Screen } from '../app/screen.tsx';

export function HomePage({ only }: { only?: 'workflows' }) {
  return <Screen title="Rondo" crumbs={[{ label: only === 'workflows' ? 'Workflows' : 'Home' }]} />;
}
