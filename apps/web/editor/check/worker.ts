/** Owns checking beside the page: compiler and linter in a thread of their own, so that no key waits for them. */
import type { Definition } from '@rondo/core/model/definition.ts';
import { Catalog, type CatalogParts } from '../catalog/catalog.ts';
import { check } from './check.ts';
import type { Said } from './said.ts';

export interface Question {
  number: number;
  definition: Definition;
  /** Absent: as before. */
  catalog?: CatalogParts;
}

export interface Reply {
  number: number;
  /** Null: the checker itself failed. */
  said: Said | null;
}

let catalog: Catalog | null = null;

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  if (data.catalog !== undefined) catalog = new Catalog(data.catalog.views, data.catalog.facts);
  const reply: Reply = { number: data.number, said: null };
  try {
    if (catalog !== null) reply.said = check(data.definition, catalog);
  } finally {
    postMessage(reply);
  }
});
