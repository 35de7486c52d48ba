/**
 * Owns the preview below an expression: what it gives in four iterations of the last run. The server evaluates; here
 * is only asking, not too often, and showing. Says when it cannot.
 */
import { keepPreviousData } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { messageOf, useApi } from '../../app/api.ts';
import { useConnection } from '../../app/connection.ts';
import { useMay } from '../../app/session.ts';
import { classes } from '../../ui/classes.ts';
import { count } from '../../ui/format.ts';
import { WarningShape } from '../../ui/status.tsx';
import type { Dialect } from '@rondo/core/model/definition.ts';
import { shortValue } from './scope.ts';

export interface PreviewPlace {
  run: string;
  /** Path of the loop whose iterations are meant. */
  loop: string;
  node: string;
  /** From 0: the held one, the first, one unlike it, any. */
  indices: readonly number[];
}

/** At most four a second. */
const ASK_AFTER_MS = 250;
const MOST_TEXT = 240;

export function Preview({
  template,
  place,
  dialect,
}: {
  template: string;
  place: PreviewPlace | null;
  dialect: Dialect;
}) {
  const [asked, setAsked] = useState(template);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(template), ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [template]);
  const lost = useConnection((state) => state.lostAt !== null);
  const may = useMay('workflow:write');
  const indices = place?.indices ?? [];
  const [held] = indices;
  const { data, error, isPlaceholderData } = useApi(
    'POST /expressions/preview',
    {
      body: {
        template: asked,
        dialect,
        ...(place === null
          ? {}
          : { run: { id: place.run, loop: place.loop, node: place.node, indices: [...indices] } }),
      },
    },
    {
      enabled: place !== null && indices.length > 0 && asked.includes('{{') && may.allowed,
      // Of the same iterations only: never a value from another one than the row says.
      placeholderData: (before, query) =>
        sameIndices(query?.queryKey, indices) ? keepPreviousData(before) : undefined,
      retry: false,
      staleTime: 30_000,
    },
  );
  if (place === null) return <Note>The preview needs data: run the workflow once, or up to here.</Note>;
  if (!may.allowed) return <Note>{may.why}</Note>;
  return (
    <section aria-label="Preview" className="flex flex-col gap-1.5">
      <div className="flex items-center gap-2 text-meta">
        <h4 className="flex-1 font-semibold text-ink2">
          {indices.length === 1 ? 'Preview on 1 iteration' : `Preview on ${indices.length} iterations`}
        </h4>
        <span className="text-ink3">{lost ? 'needs the server' : isPlaceholderData ? '…' : ''}</span>
      </div>
      {error !== null && data === undefined ? (
        <Note>{lost ? 'The preview needs the server.' : messageOf(error)}</Note>
      ) : (
        <ul className="overflow-hidden rounded-[8px] border border-line bg-surface">
          {indices.map((index, at) => (
            <Row key={index} index={index} held={index === held} result={data?.results[at]} template={asked} />
          ))}
        </ul>
      )}
    </section>
  );
}

function sameIndices(key: unknown, indices: readonly number[]): boolean {
  const given = (key as readonly [string, { body?: { run?: { indices?: number[] } } }] | undefined)?.[1];
  const before = given?.body?.run?.indices ?? [];
  return before.length === indices.length && before.every((one, at) => one === indices[at]);
}

interface Result {
  value?: unknown;
  failure: { message: string } | null;
}

function Row({
  index,
  held,
  result,
  template,
}: {
  index: number;
  held: boolean;
  result: Result | undefined;
  template: string;
}) {
  const value = result?.value;
  // Text whose expressions gave nothing is as empty as a value that is not there.
  const rest = template.replaceAll(/\{\{.*?\}\}/gs, '');
  const empty =
    result !== undefined &&
    (value === null ||
      value === undefined ||
      value === '' ||
      value === rest ||
      (Array.isArray(value) && value.length === 0));
  const warns = empty || (result !== undefined && result.failure !== null);
  return (
    <li
      className={classes(
        'grid min-h-[26px] grid-cols-[88px_minmax(0,1fr)] items-center gap-2 border-b border-line px-3 py-[3px] text-meta last:border-b-0',
        warns && 'bg-warn-soft',
      )}
    >
      <span className={classes('inline-flex items-center gap-1.5', held && 'font-semibold', warns && 'text-warn')}>
        {warns && <WarningShape size={14} />}
        {count(index + 1)}
      </span>
      <span
        className={classes('cut', warns ? 'text-warn' : 'text-ink2')}
        title={result === undefined ? '' : textOf(result)}
      >
        {result === undefined ? (
          ''
        ) : empty && result.failure === null ? (
          <>
            <span className="text-ink2">{rest.trim() === '' ? '' : `${rest.trim()} `}</span>empty
          </>
        ) : (
          textOf(result)
        )}
      </span>
    </li>
  );
}

function textOf({ value, failure }: Result): string {
  // Which expression it is one sees above.
  if (failure !== null) return failure.message.split(' failed: ').at(-1) ?? failure.message;
  if (typeof value !== 'string') {
    const json = JSON.stringify(value) ?? '';
    return json.length > MOST_TEXT ? shortValue(value) : json;
  }
  const text = value.replaceAll(/\s*\n\s*/g, ' ⏎ ');
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}

function Note({ children }: { children: string }) {
  return <p className="text-meta text-ink3">{children}</p>;
}
