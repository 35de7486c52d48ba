/** Owns asking why iterations of the shown run failed: once a loop, for all nodes of it. Draws nothing. */
import { useEffect } from 'react';
import { useApi } from '../../app/api.ts';
import { causesKey, setView, useView } from './view.ts';

export function Causes() {
  const run = useView((view) => view.run);
  const facts = useView((view) => view.facts);
  if (run === null || run === '') return null;
  return [...facts.values()]
    .filter((one) => one.failed > 0)
    .map(({ path }) => <CausesOf key={path} run={run} path={path} />);
}

function CausesOf({ run, path }: { run: string; path: string }) {
  const { data } = useApi('GET /runs/{id}/loops/{path}/causes', { params: { id: run, path } }, { staleTime: 5_000 });
  useEffect(() => {
    if (data === undefined) return;
    const { causes } = useView.getState();
    setView({ causes: new Map([...causes, [causesKey(run, path), data.causes]]) });
  }, [data, run, path]);
  return null;
}
