/** Owns the list of what a conversion does, in order of harm; what is kept is folded. Long lists show a part at first. */
import { Check, Wrench } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { messageOf } from '../app/api.ts';
import { Button } from '../ui/button.tsx';
import { classes } from '../ui/classes.ts';
import { Switch } from '../ui/input.tsx';
import { ChangedShape, StatusShape } from '../ui/status.tsx';
import type { Finding, Findings } from './findings.ts';
import type { Simplifications } from './use-simplifications.ts';

const FIRST = 60;
const CHIPS = 9;

export interface FindingsListProps {
  findings: Findings;
  error: Error | null;
  chosen: string | null;
  text: string;
  simplifications: Simplifications;
  onChoose(node: string | null): void;
}

export function FindingsList({ findings, error, chosen, text, simplifications, onChoose }: FindingsListProps) {
  const { unsupported, changed, repaired, kept } = findings;
  const [more, setMore] = useState(false);
  const [hints, setHints] = useState(false);
  return (
    <div className="min-h-0 overflow-y-auto py-1" aria-label="What is converted" role="region">
      {error !== null && <p className="px-[22px] py-4 text-failed">{messageOf(error)}</p>}
      {unsupported.length > 0 && (
        <Group
          tone="failed"
          icon={<StatusShape status="failed" size={12} />}
          title="Not supported"
          count={unsupported.length}
        >
          <Rows rows={unsupported} chosen={chosen} text={text} onChoose={onChoose} />
        </Group>
      )}
      {changed.length > 0 && (
        <Group tone="warn" icon={<ChangedShape />} title="Changed" count={changed.length}>
          <Rows rows={changed} chosen={chosen} text={text} onChoose={onChoose} />
        </Group>
      )}
      {simplifications.all.length > 0 && (
        <Group
          tone="plain"
          icon={<Wrench size={13} strokeWidth={1.5} aria-hidden />}
          title="Can be simpler"
          count={simplifications.all.length}
        >
          {simplifications.all.map((one) => (
            <div key={one.key} className="px-4 pt-2 pb-2.5 pl-[46px]">
              <b className="font-semibold">{one.node}</b>
              <p className="mt-0.5 text-meta text-ink2">{one.message}</p>
              <div className="mt-1.5 flex items-center gap-2 text-meta">
                <Switch
                  label={`Simplify ${one.node}`}
                  checked={simplifications.on.includes(one)}
                  onChange={() => simplifications.toggle(one.key)}
                />
                Simplify
              </div>
            </div>
          ))}
        </Group>
      )}
      {repaired.length > 0 && (
        <Group
          tone="plain"
          icon={<Check size={14} strokeWidth={1.5} aria-hidden />}
          title="Repaired or to be set up"
          count={repaired.length}
        >
          {hints ? (
            <Rows rows={repaired} chosen={chosen} text={text} onChoose={onChoose} />
          ) : (
            <p className="pl-[46px]">
              <Button small kind="ghost" onClick={() => setHints(true)}>
                Show them
              </Button>
            </p>
          )}
        </Group>
      )}
      {kept.length > 0 && (
        <Group
          tone="plain"
          icon={<Check size={14} strokeWidth={1.5} aria-hidden />}
          title="Kept as they are"
          count={kept.length}
        >
          <div className="flex flex-wrap gap-1.5 pt-0.5 pr-[22px] pl-[46px]">
            {(more ? kept : kept.slice(0, CHIPS)).map((name, index) => (
              <button
                key={`${index} ${name}`}
                type="button"
                aria-pressed={chosen === name}
                onClick={() => onChoose(chosen === name ? null : name)}
                className="cut h-6 max-w-48 rounded-chip border border-line2 bg-surface px-2 text-meta text-ink2 aria-pressed:border-ink aria-pressed:text-ink"
              >
                {name}
              </button>
            ))}
            {!more && kept.length > CHIPS && (
              <Button small onClick={() => setMore(true)}>
                {kept.length - CHIPS} more
              </Button>
            )}
          </div>
        </Group>
      )}
    </div>
  );
}

const TONES = { failed: 'text-failed', warn: 'text-warn', plain: 'text-ink2' } as const;

function Group({
  tone,
  icon,
  title,
  count,
  children,
}: {
  tone: keyof typeof TONES;
  icon: ReactNode;
  title: string;
  count: number;
  children: ReactNode;
}) {
  return (
    <section aria-label={title}>
      <h3 className={classes('flex items-center gap-2 px-[22px] pt-3.5 pb-1.5', TONES[tone])}>
        {icon}
        {title} <span className="font-normal text-ink3">{count}</span>
      </h3>
      {children}
    </section>
  );
}

function Rows({
  rows,
  chosen,
  text,
  onChoose,
}: {
  rows: readonly Finding[];
  chosen: string | null;
  text: string;
  onChoose(node: string | null): void;
}) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, FIRST);
  return (
    <>
      {shown.map((row) => (
        <Row
          key={row.key}
          row={row}
          isChosen={row.node !== null && row.node === chosen}
          text={text}
          onChoose={onChoose}
        />
      ))}
      {shown.length < rows.length && (
        <p className="pl-[46px]">
          <Button small kind="ghost" onClick={() => setAll(true)}>
            {rows.length - shown.length} more
          </Button>
        </p>
      )}
    </>
  );
}

const AROUND = 3;

function Row({
  row,
  isChosen,
  text,
  onChoose,
}: {
  row: Finding;
  isChosen: boolean;
  text: string;
  onChoose(node: string | null): void;
}) {
  const [source, setSource] = useState(false);
  const { node, messages, fix, line } = row;
  return (
    <div
      className={classes('relative py-[9px] pr-4 pl-[46px]', isChosen && 'bg-hover shadow-[inset_3px_0_0_var(--ink)]')}
    >
      <button
        type="button"
        aria-pressed={isChosen}
        className="block w-full text-left"
        onClick={() => onChoose(isChosen ? null : node)}
      >
        <b className="font-semibold">{node ?? 'The file'}</b>
        {messages.map((message) => (
          <span key={message} className="mt-0.5 block text-meta break-words text-ink2">
            {message}
          </span>
        ))}
      </button>
      {fix !== null && <p className="mt-1 text-meta text-ink3">To do: {fix}</p>}
      {line !== null && (
        <Button small kind="ghost" className="mt-1 -ml-2" aria-expanded={source} onClick={() => setSource(!source)}>
          {source ? 'Hide the file' : `Show in file, line ${line}`}
        </Button>
      )}
      {source && line !== null && (
        <pre className="mt-1 overflow-x-auto rounded-chip bg-sunken p-2 text-[11px] leading-4">
          {text
            .split('\n')
            .slice(Math.max(0, line - 1 - AROUND), line + AROUND)
            .join('\n')
            .slice(0, 4_000)}
        </pre>
      )}
    </div>
  );
}
