/** Owns fetching node types once, and asking the server for ports that parameters decide. Canvas and panel share it. */
import type { Definition } from '@rondo/core/model/definition.ts';
import { useEffect } from 'react';
import { create } from 'zustand';
import { call, useApi } from '../../app/api.ts';
import { Catalog } from './catalog.ts';

const HOUR = 3_600_000;
const ASK_MS = 150;
/** Of one question. */
const MOST_NODES = 500;

const useHeld = create<{ catalog: Catalog | null }>(() => ({ catalog: null }));

/** Null until the server has answered. */
export function useCatalog(): Catalog | null {
  const { data } = useApi('GET /nodes', {}, { staleTime: HOUR, gcTime: HOUR });
  useEffect(() => {
    if (data !== undefined && useHeld.getState().catalog === null)
      useHeld.setState({ catalog: new Catalog(data.nodes) });
  }, [data]);
  return useHeld((state) => state.catalog);
}

/** Learns the ports of the definition's nodes while it is edited. */
export function usePorts(definition: Definition): void {
  const catalog = useHeld((state) => state.catalog);
  useEffect(() => {
    if (catalog === null) return undefined;
    const nodes = Object.fromEntries(Object.entries(catalog.unknownOf(definition)).slice(0, MOST_NODES));
    if (Object.keys(nodes).length === 0) return undefined;
    const aborter = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const answer = await call('POST /nodes/ports', { body: { nodes }, signal: aborter.signal });
        useHeld.setState(({ catalog: held }) => ({ catalog: held?.with(nodes, answer.nodes) ?? null }));
      } catch {
        // The defaults are drawn; the next edit asks again.
      }
    }, ASK_MS);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [catalog, definition]);
}
