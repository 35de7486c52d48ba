/**
 * Owns the form of a node's parameters, made of their schemas: which are shown at once, which behind "more", which the
 * type does not know (they are kept). A field of its own kind is parameter.tsx.
 */
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useSearch } from 'wouter/use-browser-location';
import type { ParameterView } from '@rondo/api/schemas/node.ts';
import { Button } from '../../ui/button.tsx';
import { Input } from '../../ui/input.tsx';
import type { Path } from '../edits.ts';
import { Decision } from './conditions.tsx';
import { FormField } from './field.tsx';
import { labelOf, useNodeForm } from './node-form.ts';
import { Parameter } from './parameter.tsx';
import { ValueField } from './value-field.tsx';

export interface ParametersProps {
  specs: readonly ParameterView[];
  value: Record<string, unknown>;
  path: Path;
  /** Names that examples of the type use: shown although they are not set. */
  common?: ReadonlySet<string>;
}

/** Written as one control. */
const DECISION: ReadonlySet<string> = new Set(['when', 'conditions', 'combinator']);
/** So few are never folded away. */
const FEW = 6;

export function Parameters({ specs, value, path, common = new Set() }: ParametersProps) {
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState('');
  const names = new Set(specs.map((one) => one.name));
  const decides = names.has('when') && names.has('conditions');
  const rest = decides ? specs.filter((one) => !DECISION.has(one.name)) : specs;
  const guilty = useGuilty(path);
  const isFirst = (one: ParameterView): boolean =>
    one.required || common.has(one.name) || Object.hasOwn(value, one.name) || one.name === guilty;
  // What was put in first place stays there, also when its value is taken away.
  const [firsts] = useState(() => new Set(rest.filter(isFirst).map((one) => one.name)));
  const first = rest.length <= FEW ? rest : rest.filter((one) => firsts.has(one.name) || isFirst(one));
  const more = rest.filter((one) => !first.includes(one));
  const wanted = search.trim().toLowerCase();
  const found = more.filter(
    (one) => wanted === '' || `${one.name} ${labelOf(one.name)} ${one.description}`.toLowerCase().includes(wanted),
  );
  const unknown = Object.keys(value).filter((name) => !names.has(name));
  const fieldOf = (spec: ParameterView) => {
    const own = Object.hasOwn(value, spec.name) ? value[spec.name] : undefined;
    const field = <Parameter key={spec.name} spec={spec} path={[...path, spec.name]} value={own} />;
    return spec.name === guilty ? <Guilty key={spec.name}>{field}</Guilty> : field;
  };
  return (
    <div className="flex flex-col gap-3">
      {decides && <Decision specs={specs} value={value} path={path} />}
      {first.map(fieldOf)}
      {unknown.map((name) => (
        <Unknown key={name} name={name} value={value[name]} path={[...path, name]} />
      ))}
      {more.length > 0 && (
        <div className="flex flex-col gap-3">
          <div className="flex items-center gap-2">
            <Button
              small
              kind="ghost"
              className="-ml-2"
              aria-expanded={open}
              icon={open ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
              onClick={() => setOpen(!open)}
            >
              {more.length === 1 ? '1 more field' : `${more.length} more fields`}
            </Button>
            {open && more.length > FEW && (
              <span className="w-[180px]">
                <Input
                  type="search"
                  aria-label="Find a field"
                  placeholder="Find a field"
                  value={search}
                  onChange={(event) => setSearch(event.target.value)}
                />
              </span>
            )}
          </div>
          {open && found.map(fieldOf)}
          {open && found.length === 0 && <p className="text-meta text-ink3">No field is called or does that.</p>}
        </div>
      )}
    </div>
  );
}

/** Whoever comes from a failure is led to the field that it names: `?field=url`. */
function useGuilty(path: Path): string | null {
  const search = useSearch();
  return path.length === 1 ? new URLSearchParams(search).get('field') : null;
}

function Guilty({ children }: { children: ReactNode }) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    frame.current?.scrollIntoView({ block: 'center' });
    frame.current?.querySelector<HTMLElement>('input, textarea, [contenteditable="true"]')?.focus();
  }, []);
  return (
    <div ref={frame} data-part="guilty-field" className="rounded-chip outline outline-offset-4 outline-failed-line">
      {children}
    </div>
  );
}

function Unknown({ name, value, path }: { name: string; value: unknown; path: Path }) {
  const form = useNodeForm();
  return (
    <FormField
      label={name}
      help="The node type has no such field. It stays in the file until you take it away."
      onReset={form.readOnly ? undefined : () => form.set(path, undefined)}
      diagnostics={form.diagnosticsAt(path, true)}
      group
    >
      {() => (
        <ValueField label={name} value={value} onChange={(next) => form.set(path, next)} readOnly={form.readOnly} />
      )}
    </FormField>
  );
}
