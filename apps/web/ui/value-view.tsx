/**
 * Owns showing a JSON value: as a tree, a table or text; 200 lines or 64 kB at first, then the rest on request. Values
 * are text nodes and nothing else.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import { bytes, count } from './format.ts';
import { Segments } from './segments.tsx';
import {
  byteLength,
  cutText,
  MOST_LINES,
  tableOf,
  treeLines,
  type ValueKind,
  type ValueLine,
  wholeText,
} from './value-lines.ts';

export type ValueForm = 'tree' | 'table' | 'text';

export interface ValueViewProps {
  value: unknown;
  /** What it is, for screen readers: "Input of Ask model". */
  label: string;
  /** Without it the view has its own choice of form above it. */
  as?: ValueForm;
  /** A path such as `$.items[3]` to mark as the culprit. */
  marked?: string | null;
  /** Levels that are open at first. */
  openDepth?: number;
  className?: string;
}

/** After "Show the rest"; beyond it a file is the better place. */
const MOST_OF_REST = 20_000;
const LINE_PX = 18;

export function ValueView({ value, label, as, marked = null, openDepth = 2, className }: ValueViewProps) {
  const [chosen, setChosen] = useState<ValueForm>(typeof value === 'string' ? 'text' : 'tree');
  const form = as ?? chosen;
  const hasTable = Array.isArray(value);
  return (
    <div className={classes('flex min-h-0 flex-col gap-2', className)}>
      {as === undefined && (
        <Segments<ValueForm>
          label={`Form of ${label}`}
          value={form}
          onChange={setChosen}
          options={[
            { value: 'tree', label: 'JSON' },
            ...(hasTable ? [{ value: 'table' as const, label: 'Table' }] : []),
            { value: 'text', label: 'Text' },
          ]}
        />
      )}
      <div
        role="region"
        aria-label={label}
        className="min-h-0 flex-1 rounded-control border border-line bg-sunken font-mono text-meta leading-[18px]"
      >
        {form === 'tree' && <Tree value={value} marked={marked} openDepth={openDepth} />}
        {form === 'table' && <Table value={value} />}
        {form === 'text' && <Text value={value} />}
      </div>
    </div>
  );
}

function useSet(): [ReadonlySet<string>, (path: string) => void] {
  const [set, setSet] = useState<ReadonlySet<string>>(() => new Set());
  const toggle = (path: string): void =>
    setSet((before) => {
      const next = new Set(before);
      if (!next.delete(path)) next.add(path);
      return next;
    });
  return [set, toggle];
}

function Tree({ value, marked, openDepth }: { value: unknown; marked: string | null; openDepth: number }) {
  const [toggled, toggle] = useSet();
  const [whole, addWhole] = useSet();
  const [most, setMost] = useState(MOST_LINES);
  const lines = useMemo(
    () => treeLines(value, { toggled, whole, openDepth, most: most + 1 }),
    [value, toggled, whole, openDepth, most],
  );
  const isCut = lines.length > most;
  const shown = isCut ? lines.slice(0, most) : lines;
  const line = (one: ValueLine) => (
    <TreeLine
      line={one}
      marked={one.path === marked}
      onToggle={() => toggle(one.path)}
      onWhole={() => addWhole(one.path)}
    />
  );
  return (
    <>
      {most === MOST_LINES ? (
        <ul className="py-1.5">
          {shown.map((one) => (
            <li key={one.path}>{line(one)}</li>
          ))}
        </ul>
      ) : (
        <LongList count={shown.length} render={(at) => (shown[at] === undefined ? null : line(shown[at]))} />
      )}
      {isCut && most === MOST_LINES && (
        <Rest size={byteLength(wholeText(value))} onShow={() => setMost(MOST_OF_REST)} />
      )}
      {isCut && most !== MOST_LINES && <p className="px-3 py-1.5 text-ink3">First {count(MOST_OF_REST)} lines.</p>}
    </>
  );
}

const COLORS: Record<ValueKind, string> = {
  string: 'text-code-string',
  number: 'text-code-number',
  boolean: 'text-code-number',
  null: 'text-ink3',
  object: 'text-ink3',
  array: 'text-ink3',
};

interface TreeLineProps {
  line: ValueLine;
  marked: boolean;
  onToggle(): void;
  onWhole(): void;
}

function TreeLine({ line, marked, onToggle, onWhole }: TreeLineProps) {
  const { depth, key, index, kind, text, inside, open, cut } = line;
  const isBranch = inside !== null && inside > 0;
  const name = key ?? (index === null ? null : String(index));
  return (
    <div
      className={classes('flex items-start gap-1 pr-3', marked && 'bg-failed-soft')}
      style={{ paddingLeft: 8 + depth * 14 }}
    >
      {isBranch ? (
        <button
          type="button"
          aria-expanded={open}
          aria-label={`${open ? 'Close' : 'Open'} ${name ?? 'the value'}`}
          onClick={onToggle}
          className="mt-[3px] grid size-3 flex-none place-items-center text-ink3 hover:text-ink"
        >
          {open ? <ChevronDown size={12} aria-hidden /> : <ChevronRight size={12} aria-hidden />}
        </button>
      ) : (
        <span className="w-3 flex-none" />
      )}
      <span className="min-w-0 break-words whitespace-pre-wrap">
        {name !== null && (
          <>
            <span className={key === null ? 'text-ink3' : 'text-code-key'}>{name}</span>
            <span className="text-ink3">: </span>
          </>
        )}
        <span className={COLORS[kind]}>{inside === null ? text : sizeOf(kind, inside)}</span>
        {cut !== null && (
          <button type="button" onClick={onWhole} className="ml-1 text-ink2 underline underline-offset-3">
            … show all {count(cut)} characters
          </button>
        )}
      </span>
    </div>
  );
}

function sizeOf(kind: ValueKind, inside: number): string {
  if (kind === 'array') return inside === 0 ? '[]' : `[${count(inside)}]`;
  return inside === 0 ? '{}' : `{${count(inside)}}`;
}

function Rest({ size, onShow }: { size: number; onShow(): void }) {
  return (
    <div className="border-t border-line px-2 py-1.5 font-sans">
      <Button small onClick={onShow}>
        Show the rest ({bytes(size)})
      </Button>
    </div>
  );
}

/** Thousands of lines: only those in sight exist. */
function LongList({ count: total, render }: { count: number; render(at: number): React.ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
  });
  return (
    <div ref={box} className="max-h-[60vh] overflow-y-auto py-1.5" tabIndex={0} role="group" aria-label="Lines">
      <div className="relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map((item) => (
          <div
            key={item.key}
            ref={list.measureElement}
            data-index={item.index}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${item.start}px)` }}
          >
            {render(item.index)}
          </div>
        ))}
      </div>
    </div>
  );
}

function Table({ value }: { value: unknown }) {
  const table = useMemo(() => tableOf(value), [value]);
  if (table === null) return <p className="px-3 py-2 text-ink3">Not a list, so there is no table.</p>;
  if (table.total === 0) return <p className="px-3 py-2 text-ink3">The list is empty.</p>;
  const { columns, moreColumns, rows, total } = table;
  return (
    <div className="max-h-[60vh] overflow-auto" tabIndex={0} role="group" aria-label="Table">
      <table className="w-full border-collapse">
        <thead className="sticky top-0 bg-sunken">
          <tr>
            <th scope="col" className="px-2 py-1 text-left font-normal text-ink3">
              #
            </th>
            {columns.map((name) => (
              <th key={name} scope="col" className="px-2 py-1 text-left font-medium whitespace-nowrap">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at} className="border-t border-line">
              <td className="px-2 py-1 text-ink3">{count(at + 1)}</td>
              {row.map((cell, column) => (
                <td key={columns[column]} className="max-w-[280px] cut px-2 py-1" title={cell}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {(total > rows.length || moreColumns > 0) && (
        <p className="border-t border-line px-2 py-1 font-sans text-ink3">
          {total > rows.length && `First ${count(rows.length)} of ${count(total)} rows. `}
          {moreColumns > 0 && `${count(moreColumns)} more columns are in the tree.`}
        </p>
      )}
    </div>
  );
}

function Text({ value }: { value: unknown }) {
  const [all, setAll] = useState(false);
  const text = useMemo(() => wholeText(value), [value]);
  const { text: shown, cutOf } = useMemo(() => (all ? { text, cutOf: null } : cutText(text)), [text, all]);
  return (
    <>
      <pre className="max-h-[60vh] overflow-auto px-3 py-1.5 break-words whitespace-pre-wrap" tabIndex={0}>
        {shown}
      </pre>
      {cutOf !== null && <Rest size={cutOf} onShow={() => setAll(true)} />}
    </>
  );
}
