/** Owns the run view: one run, its loops and iterations. */
import { addressOfPlace, type RunView } from '../app/addresses.ts';
import { useApi } from '../app/api.ts';
import { Screen } from '../app/screen.tsx';
import { Empty } from '../ui/empty.tsx';

export interface RunPageProps {
  run: string;
  view: RunView;
  /** Path of the loop that is shown; null: the first that fails, else the biggest. */
  loop: string | null;
}

export function RunPage({ run }: RunPageProps) {
  const { data } = useApi('GET /runs/{id}', { params: { id: run } });
  return (
    <Screen
      title={data?.workflow ?? 'Run'}
      crumbs={[{ label: 'Runs', href: addressOfPlace.runs() }, { label: data?.workflow ?? `Run ${run}` }]}
    >
      {data !== undefined && data.loops.length === 0 && <Empty title="This run has no loops." />}
    </Screen>
  );
}
