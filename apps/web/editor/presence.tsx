/**
 * Owns who else has the workflow open: a dot for each, and noticing that one of them saved. Asks now and then, while the
 * page is seen. What becomes of two versions is document/store.ts.
 */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { call, keyOf, queryClient } from '../app/api.ts';
import { shortTime } from '../ui/format.ts';
import { useDocument } from './document/store.ts';

const EVERY_MS = 10_000;
const MOST_DOTS = 4;

export function Presence({ workflow }: { workflow: string }) {
  const version = useDocument(workflow, (document) => document.version);
  const { data } = useQuery({
    queryKey: ['presence', workflow],
    queryFn: () => call('PUT /workflows/{id}/presence', { params: { id: workflow }, body: {} }),
    refetchInterval: EVERY_MS,
  });
  const isOlder = data !== undefined && version !== null && data.version > version;
  useEffect(() => {
    if (isOlder) {
      void queryClient.invalidateQueries({ queryKey: keyOf('GET /workflows/{id}', { params: { id: workflow } }) });
    }
  }, [isOlder, workflow]);
  const people = data?.people ?? [];
  if (people.length === 0) return null;
  const names = people.map(({ name }) => name).join(', ');
  return (
    <ul aria-label={`Also open for ${names}`} className="flex items-center gap-1">
      {people.slice(0, MOST_DOTS).map(({ name, since }) => (
        <li
          key={name}
          title={`${name} has it open, since ${shortTime(since, Date.now())}`}
          className="grid size-[22px] place-items-center rounded-full border border-line2 bg-selected text-axis font-semibold text-ink2"
        >
          {name.slice(0, 1).toUpperCase()}
        </li>
      ))}
      {people.length > MOST_DOTS && <li className="text-meta text-ink3">and {people.length - MOST_DOTS} more</li>}
    </ul>
  );
}
