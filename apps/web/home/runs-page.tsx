/** Owns the list of runs, of all workflows or of one. */
import { Screen } from '../app/screen.tsx';

export function RunsPage({ workflow }: { workflow: string | null }) {
  return <Screen title="Runs" crumbs={[{ label: workflow ?? 'Runs' }]} />;
}
