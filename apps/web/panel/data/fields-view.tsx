/**
 * Owns the Fields view of data: one line per field with its value in a few words, to be dragged into the form or put in
 * by Enter where the caret last was. Shows as much as is useful at a glance; the whole value is under JSON.
 */
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { classes } from '../../ui/classes.ts';
import { useCaret } from '../code/code-field.tsx';
import { carryCode } from '../code/dragging.ts';
import { factAt, type RunFacts } from '../code/run-facts.ts';
import { type DataRoot, factOf, memberCode, shortValue } from '../code/scope.ts';

const MOST_FIELDS = 60;

export function FieldsView({ roots }: { roots: readonly DataRoot[] }) {
  return (
    <div className="flex flex-col gap-2 px-3.5 py-2 font-mono text-meta">
      {roots
        .filter((root) => root.hidden !== true)
        .map((root) => (
          <RootFields key={root.code} root={root} />
        ))}
    </div>
  );
}

const isBranch = (value: unknown): value is object => value !== null && typeof value === 'object';

function RootFields({ root }: { root: DataRoot }) {
  const { code, label, value, note, samples = [], facts } = root;
  const known = value !== undefined;
  return (
    <div role="group" aria-label={label}>
      <FieldRow
        code={code}
        name={label}
        strong
        value={known ? (isBranch(value) ? note : shortValue(value)) : note === '' ? 'no data' : note}
        faint={!known}
      />
      {isBranch(value) && <Members code={code} keys={[]} value={value} samples={samples} facts={facts} />}
    </div>
  );
}

interface MembersProps {
  code: string;
  /** From the root; as many as the lines are indented. */
  keys: readonly (string | number)[];
  value: object;
  samples: readonly unknown[];
  facts: RunFacts | undefined;
}

function Members({ code, keys, value, samples, facts }: MembersProps) {
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.slice(0, MOST_FIELDS).map((one, at) => [at, one])
    : Object.entries(value).slice(0, MOST_FIELDS);
  const more = (Array.isArray(value) ? value.length : Object.keys(value).length) - entries.length;
  return (
    <ul>
      {entries.map(([key, inner]) => (
        <Member
          key={key}
          code={memberCode(code, key)}
          name={String(key)}
          value={inner}
          keys={[...keys, key]}
          facts={facts}
          samples={samples.map((one) => (isBranch(one) ? (one as Record<string | number, unknown>)[key] : undefined))}
        />
      ))}
      {more > 0 && <li className="pl-3 font-sans text-ink3">{more} more under JSON</li>}
    </ul>
  );
}

interface MemberProps extends Omit<MembersProps, 'value'> {
  name: string;
  value: unknown;
}

function Member({ code, name, keys, value, samples, facts }: MemberProps) {
  const [open, setOpen] = useState(false);
  const branch = isBranch(value) && Object.keys(value).length > 0;
  const fact = factAt(facts, keys) ?? factOf(samples);
  return (
    <li>
      <FieldRow
        code={code}
        name={name}
        value={shortValue(value)}
        depth={keys.length}
        fact={fact?.warn === true ? fact.text : ''}
        {...(branch ? { open, onToggle: () => setOpen(!open) } : {})}
      />
      {branch && open && <Members code={code} keys={keys} value={value} samples={samples} facts={facts} />}
    </li>
  );
}

interface RowProps {
  code: string;
  name: string;
  value: string;
  depth?: number;
  strong?: boolean;
  faint?: boolean;
  fact?: string;
  open?: boolean;
  onToggle?(): void;
}

function FieldRow({
  code,
  name,
  value,
  depth = 0,
  strong = false,
  faint = false,
  fact = '',
  open,
  onToggle,
}: RowProps) {
  const canInsert = useCaret((caret) => caret.insert !== null);
  return (
    <div className="group/row flex min-w-0 items-center" style={{ paddingLeft: Math.max(0, depth - 1) * 12 }}>
      {onToggle === undefined ? (
        <span className={classes('flex-none', depth > 0 && 'w-3')} />
      ) : (
        <button
          type="button"
          aria-expanded={open}
          aria-label={`${open === true ? 'Close' : 'Open'} ${name}`}
          onClick={onToggle}
          className="grid w-3 flex-none place-items-center text-ink3 hover:text-ink"
        >
          {open === true ? <ChevronDown size={11} aria-hidden /> : <ChevronRight size={11} aria-hidden />}
        </button>
      )}
      <button
        type="button"
        draggable
        onDragStart={(event) => carryCode(event.dataTransfer, code)}
        onClick={() => useCaret.getState().insert?.(code)}
        title={`${code}${value === '' ? '' : `\n${value}`}${canInsert ? '\nClick to insert, or drag' : '\nDrag into the form'}`}
        className="flex min-w-0 flex-1 cursor-grab items-center gap-2 rounded-chip px-1 text-left leading-[21px] hover:bg-hover"
      >
        <span className={classes('flex-none', strong ? 'font-medium text-ink' : 'min-w-[68px] font-medium text-ink')}>
          {name}
        </span>
        <span className={classes('cut text-ink3', faint && 'font-sans')}>{value}</span>
        {fact !== '' && <span className="ml-auto flex-none font-sans text-axis text-warn">{fact}</span>}
      </button>
    </div>
  );
}
