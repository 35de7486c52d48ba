/** Owns what the linter would write more simply in a converted workflow: switches, all off until somebody wants them. */
import type { TextEdit } from '@rondo/core/errors.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { useEffect, useMemo, useState } from 'react';
import { useCatalog } from '../editor/catalog/use-catalog.ts';

export interface Simplification {
  key: string;
  node: string;
  message: string;
  text: string;
  edits: readonly TextEdit[];
}

export interface Simplifications {
  all: readonly Simplification[];
  on: readonly Simplification[];
  toggle(key: string): void;
}

const NONE: readonly Simplification[] = [];

export function useSimplifications(definition: Definition | null): Simplifications {
  const catalog = useCatalog();
  const [all, setAll] = useState(NONE);
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (definition === null || catalog === null) return undefined;
    let current = true;
    void (async () => {
      const { lint } = await import('@rondo/core/lint/lint.ts');
      if (!current) return;
      setAll(
        lint(definition, catalog).flatMap(({ node, message, fix, code }) =>
          node === null || fix?.edits === undefined
            ? []
            : [{ key: `${code} ${node}`, node, message, text: fix.text, edits: fix.edits }],
        ),
      );
    })();
    return () => {
      current = false;
    };
  }, [definition, catalog]);
  return useMemo(
    () => ({
      all,
      on: all.filter((one) => keys.has(one.key)),
      toggle: (key) =>
        setKeys((now) => {
          const next = new Set(now);
          if (!next.delete(key)) next.add(key);
          return next;
        }),
    }),
    [all, keys],
  );
}
