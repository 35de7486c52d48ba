/** Owns the thread that checks: started with the first change, asked one question at a time; the newest one counts. */
import type { Definition } from '@rondo/core/model/definition.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Said } from './said.ts';
import type { Question, Reply } from './worker.ts';

let worker: Worker | null = null;
/** What it has been told of node types. */
let told: Catalog | null = null;
let number = 0;
const open = new Map<number, (said: Said | null) => void>();

/** Null: the checker does not work, or was asked something newer. */
export function checkApart(definition: Definition, catalog: Catalog): Promise<Said | null> {
  worker ??= start();
  for (const [older, answer] of open) {
    open.delete(older);
    answer(null);
  }
  number += 1;
  const question: Question = { number, definition, ...(told === catalog ? {} : { catalog: catalog.parts() }) };
  told = catalog;
  const { promise, resolve } = Promise.withResolvers<Said | null>();
  open.set(number, resolve);
  worker.postMessage(question, []);
  return promise;
}

function start(): Worker {
  const started = new Worker(new URL('worker.ts', import.meta.url), { type: 'module', name: 'check' });
  started.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    open.get(data.number)?.(data.said);
    open.delete(data.number);
  });
  started.addEventListener('error', () => {
    for (const answer of open.values()) answer(null);
    open.clear();
    // The next change tries again.
    worker = null;
    told = null;
  });
  return started;
}
