/** Owns when the document is checked: 400 ms after the last change, in the browser, by the same core as on the server. */
import type { Diagnostic } from '@rondo/core/errors.ts';
import { useEffect } from 'react';
import { useCatalog } from '../catalog/use-catalog.ts';
import { useDocument } from '../document/store.ts';
import { setView } from '../canvas/view.ts';

const NOTHING = { diagnostics: [], explanations: [] } as const;
const IDLE_MS = 400;
let isFirst = true;

export function useCheck(workflow: string): void {
  const definition = useDocument(workflow, (document) => document.definition);
  const loaded = useDocument(workflow, (document) => document.version !== null);
  const catalog = useCatalog();
  useEffect(() => {
    if (catalog === null || !loaded) return undefined;
    let current = true;
    const timer = setTimeout(
      async () => {
        const { check } = await import('./check.ts');
        if (!current) return;
        // An empty canvas asks a question; that it is empty is no error yet.
        const isEmpty = Object.keys(definition.nodes).length === 0;
        const { diagnostics, explanations } = isEmpty ? NOTHING : check(definition, catalog);
        const byNode = new Map<string, Diagnostic[]>();
        const general: Diagnostic[] = [];
        for (const one of diagnostics) {
          if (one.node === null) general.push(one);
          else byNode.set(one.node, [...(byNode.get(one.node) ?? []), one]);
        }
        setView({
          diagnostics: byNode,
          general,
          explanations: new Map(explanations.map((one) => [one.node, one])),
        });
      },
      isFirst ? 0 : IDLE_MS,
    );
    isFirst = false;
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [definition, catalog, loaded]);
}
