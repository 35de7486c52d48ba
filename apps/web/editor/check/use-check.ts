/**
 * Owns when the document is checked and by whom: as it lies on the server by the server, so that compiler and linter
 * need not be loaded to look at it; what was changed 400 ms after the last change, in the browser, by the same core.
 */
import type { Definition } from '@rondo/core/model/definition.ts';
import { useEffect } from 'react';
import { call } from '../../app/api.ts';
import { setView, useView } from '../canvas/view.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { useCatalog } from '../catalog/use-catalog.ts';
import { documentOf, useDocument } from '../document/store.ts';
import { checkApart } from './checker.ts';
import { filed, type Said } from './said.ts';

const NOTHING: Said = { diagnostics: [], explanations: [] };
const IDLE_MS = 400;
/** The server knows all node types and their ports: what it says of a definition stands. */
const asked = new WeakMap<Definition, Promise<Said | null>>();

export function useCheck(workflow: string): void {
  const definition = useDocument(workflow, (document) => document.definition);
  const loaded = useDocument(workflow, (document) => document.version !== null);
  const catalog = useCatalog();
  useEffect(() => {
    if (!loaded) return undefined;
    const aborter = new AbortController();
    const show = (said: Said | null): void => {
      if (said !== null && !aborter.signal.aborted) setView(filed(said, useView.getState()));
    };
    const apart = async (held: Catalog | null): Promise<void> => {
      if (held !== null) show(await checkApart(definition, held));
    };
    // An empty canvas asks a question; that it is empty is no error yet.
    if (Object.keys(definition.nodes).length === 0) show(NOTHING);
    else if (definition === documentOf(workflow).saved && documentOf(workflow).past.length === 0) {
      void askServer(definition).then((said) => (said === null ? apart(catalog) : show(said)));
    } else {
      const timer = setTimeout(() => void apart(catalog), IDLE_MS);
      aborter.signal.addEventListener('abort', () => clearTimeout(timer));
    }
    return () => aborter.abort();
  }, [workflow, definition, catalog, loaded]);
}

/** Null: it does not answer. */
function askServer(definition: Definition): Promise<Said | null> {
  let answer = asked.get(definition);
  if (answer === undefined) {
    answer = call('POST /workflows/check', {
      body: { definition: definition as unknown as Record<string, unknown> },
    }).then(
      ({ diagnostics, explanations }) => ({ diagnostics, explanations }) as Said,
      () => {
        asked.delete(definition);
        return null;
      },
    );
    asked.set(definition, answer);
  }
  return answer;
}
