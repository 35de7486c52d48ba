/**
 * Owns the comparison in the Output pane: this node in the shown iteration beside the nearest completed one, what went
 * in and what came out, differences first, equal fields counted. The whole comparison is a screen of the run.
 */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { addressOfPlace } from '../../app/addresses.ts';
import { useApi } from '../../app/api.ts';
import { contentOf, type Difference, differencesOf, inline } from '../../run/differences.ts';
import { nearestCompleted } from '../../run/nearest.ts';
import { count, counted } from '../../ui/format.ts';
import type { NodePlace } from '../place.ts';
import { type NodeData, nodeDataOf } from './node-data.ts';

export interface ComparePlace {
  run: string;
  path: string;
  /** From 0. */
  index: number;
  place: NodePlace;
  own: boolean;
}

export function Compared({ data, at }: { data: NodeData; at: ComparePlace }) {
  const { run, path, index, place, own } = at;
  const { data: nearest } = useQuery({
    queryKey: ['nearest completed', run, path, index],
    queryFn: () => nearestCompleted(run, path, index),
    staleTime: 30_000,
  });
  const { data: other } = useApi(
    'GET /runs/{id}/loops/{path}/iterations/{index}',
    { params: { id: run, path, index: nearest ?? 0 }, query: {} },
    { enabled: nearest != null, staleTime: 30_000 },
  );
  if (nearest === null) return <Note>No other iteration of this loop is completed.</Note>;
  if (nearest === undefined || other === undefined) return <Note>The nearest completed iteration is looked up.</Note>;
  const theirs = nodeDataOf(other, place, own);
  if (theirs === null) return <Note>It did not run in iteration {count(nearest + 1)}, the nearest completed one.</Note>;
  const parts = [
    { name: 'Input', found: differencesOf(valueOf(data.input), valueOf(theirs.input)) },
    { name: 'Output', found: differencesOf(valueOf(data.output ?? []), valueOf(theirs.output ?? [])) },
  ];
  const equal = parts.reduce((sum, { found }) => sum + found.equal.length, 0);
  return (
    <section aria-label="Comparison" className="flex flex-col gap-2 border-b border-line px-3.5 pt-3 pb-3.5">
      <p className="flex items-baseline gap-2 text-meta text-ink2">
        <span className="flex-1">
          This iteration · <b className="font-semibold text-ink">{count(nearest + 1)}</b>, the nearest completed one
        </span>
        <Link
          href={addressOfPlace.loop(run, path, { it: String(index + 1), with: String(nearest + 1) })}
          className="flex-none font-semibold underline underline-offset-3"
        >
          All of it
        </Link>
      </p>
      {parts.map(({ name, found }) => (
        <Part key={name} name={name} different={found.different} cut={found.cut} />
      ))}
      <p className="text-meta text-ink3">{equal === 0 ? 'No field is equal.' : `${counted(equal, 'field')} equal.`}</p>
    </section>
  );
}

/** One item as itself, several as a list, none as nothing. */
function valueOf(ports: readonly { items: readonly unknown[] }[]): unknown {
  const items = ports.flatMap((one) => one.items).map(contentOf);
  return items.length < 2 ? (items[0] ?? {}) : items;
}

const MOST = 40;

function Part({ name, different, cut }: { name: string; different: readonly Difference[]; cut: boolean }) {
  if (different.length === 0) return <p className="text-meta text-ink3">{name}: nothing differs.</p>;
  return (
    <div>
      <h4 className="text-meta font-semibold text-ink2">
        {name} <span className="font-normal text-ink3">{counted(different.length, 'difference')}</span>
      </h4>
      <dl className="mt-1 overflow-hidden rounded-[8px] border border-line bg-surface font-mono text-meta">
        {different.slice(0, MOST).map(({ path, left, right, only }) => (
          <div key={path} className="border-b border-line px-2.5 py-1 last:border-b-0">
            <dt className="cut text-ink2">{path === '' ? 'value' : path}</dt>
            <dd className="break-words">
              <mark className="border-b-2 border-warn bg-warn-soft px-px text-inherit">
                {only === 'right' ? 'nothing' : inline(left)}
              </mark>
              <span className="text-ink3"> · </span>
              <span className="text-ink2">{only === 'left' ? 'nothing' : inline(right)}</span>
            </dd>
          </div>
        ))}
      </dl>
      {(different.length > MOST || cut) && (
        <p className="mt-1 text-meta text-ink3">More are in the whole comparison.</p>
      )}
    </div>
  );
}

function Note({ children }: { children: ReactNode }) {
  return <p className="border-b border-line px-3.5 py-3 text-meta text-ink3">{children}</p>;
}
