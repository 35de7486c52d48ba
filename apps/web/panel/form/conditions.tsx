/**
 * Owns the question that If, Filter and the rules of Switch ask: typed conditions joined by and / or, or one
 * expression. What was written the other way comes back with it.
 */
import { Plus, X } from 'lucide-react';
import { Fragment, useRef, useState } from 'react';
import type { ParameterView } from '@rondo/api/schemas/node.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Checkbox, Select } from '../../ui/input.tsx';
import { Popover } from '../../ui/popover.tsx';
import { CodeField } from '../code/code-field.tsx';
import type { Path } from '../edits.ts';
import { FormField, ModeToggle } from './field.tsx';
import { EDITOR_CODES, labelOf, useNodeForm } from './node-form.ts';
import { ExpressionField } from './text-field.tsx';
import { ValueField } from './value-field.tsx';

const WORDS: Readonly<Record<string, string>> = {
  equals: 'is',
  notEquals: 'is not',
  gt: 'is greater than',
  gte: 'is at least',
  lt: 'is less than',
  lte: 'is at most',
  exists: 'exists',
  notExists: 'does not exist',
  empty: 'is empty',
  notEmpty: 'is not empty',
  true: 'is true',
  false: 'is not true',
  contains: 'contains',
  notContains: 'does not contain',
  startsWith: 'starts with',
  notStartsWith: 'does not start with',
  endsWith: 'ends with',
  notEndsWith: 'does not end with',
  regex: 'matches',
  notRegex: 'does not match',
  after: 'is after',
  before: 'is before',
  afterOrEquals: 'is at or after',
  beforeOrEquals: 'is at or before',
  lengthEquals: 'has the length',
  lengthNotEquals: 'has not the length',
  lengthGt: 'is longer than',
  lengthLt: 'is shorter than',
  lengthGte: 'has at least the length',
  lengthLte: 'has at most the length',
};
const ALONE: ReadonlySet<string> = new Set(['exists', 'notExists', 'empty', 'notEmpty', 'true', 'false']);

interface Condition {
  left?: unknown;
  op?: string;
  right?: unknown;
  type?: string;
  caseSensitive?: boolean;
  loose?: boolean;
}

export interface DecisionProps {
  specs: readonly ParameterView[];
  value: Record<string, unknown>;
  path: Path;
}

export function Decision({ specs, value, path }: DecisionProps) {
  const form = useNodeForm();
  const { readOnly } = form;
  const [chosen, setChosen] = useState<'first' | 'second'>(value['when'] === undefined ? 'first' : 'second');
  const kept = useRef<Record<string, unknown>>({});
  // Where only one of them is written, that one is shown.
  const mode = value['when'] !== undefined && value['conditions'] === undefined ? 'second' : chosen;
  const spec = specs.find((one) => one.name === 'conditions');
  const put = (name: string, next: unknown): void => form.set([...path, name], next);
  const setMode = (next: 'first' | 'second'): void => {
    setChosen(next);
    const [away, back] = next === 'second' ? ['conditions', 'when'] : ['when', 'conditions'];
    if (value[away] !== undefined) {
      kept.current[away] = value[away];
      put(away, undefined);
    }
    if (kept.current[back] !== undefined) put(back, kept.current[back]);
  };
  const diagnostics = ['when', 'conditions', 'combinator']
    .flatMap((name) => form.diagnosticsAt([...path, name], true))
    .filter((one) => !EDITOR_CODES.has(one.code));
  return (
    <FormField
      label={mode === 'second' ? 'When' : 'Conditions'}
      group
      loud
      diagnostics={diagnostics}
      mode={
        <ModeToggle
          label="How the question is written"
          first="Conditions"
          second="one expression"
          value={mode}
          onChange={setMode}
          disabled={readOnly}
        />
      }
    >
      {() =>
        mode === 'second' ? (
          <ExpressionField
            label="When"
            placeholder="$json.price > 10"
            value={value['when']}
            onChange={(next) => put('when', next)}
            readOnly={readOnly}
          />
        ) : (
          <Conditions
            list={Array.isArray(value['conditions']) ? (value['conditions'] as Condition[]) : []}
            fields={spec?.fields ?? []}
            combinator={value['combinator'] === 'or' ? 'or' : 'and'}
            onCombinator={(next) => put('combinator', next === 'and' ? undefined : next)}
            onChange={(next) => put('conditions', next.length === 0 ? undefined : next)}
            readOnly={readOnly}
          />
        )
      }
    </FormField>
  );
}

interface ConditionsProps {
  list: readonly Condition[];
  fields: readonly ParameterView[];
  combinator: 'and' | 'or';
  onCombinator(next: 'and' | 'or'): void;
  onChange(next: Condition[]): void;
  readOnly: boolean;
}

function Conditions({ list, fields, combinator, onCombinator, onChange, readOnly }: ConditionsProps) {
  const ops = fields.find((one) => one.name === 'op')?.enum?.map(String) ?? [];
  const types = fields.find((one) => one.name === 'type')?.enum?.map(String) ?? [];
  const change = (at: number, fresh: Partial<Condition>): void =>
    onChange(
      list.map((one, index) =>
        index === at
          ? (Object.fromEntries(
              Object.entries({ ...one, ...fresh }).filter(([, inner]) => inner !== undefined),
            ) as Condition)
          : one,
      ),
    );
  return (
    <div className="flex flex-col gap-1.5">
      {list.map((one, at) => (
        <Fragment key={at}>
          {at === 1 && (
            <span className="w-[76px]">
              <Select
                small
                label="Joined by"
                value={combinator}
                onChange={(next) => onCombinator(next as 'and' | 'or')}
                options={[
                  ['and', 'and'],
                  ['or', 'or'],
                ]}
                disabled={readOnly}
              />
            </span>
          )}
          {at > 1 && <span className="px-2.5 text-meta text-ink3">{combinator}</span>}
          <div
            role="group"
            aria-label={`Condition ${at + 1}`}
            className="flex flex-col gap-1.5 rounded-[8px] border border-line bg-sunken p-1.5"
          >
            <div className="flex items-start gap-1.5">
              <div className="min-w-0 flex-1">
                <CodeField
                  label={`Condition ${at + 1}: value`}
                  language="template"
                  placeholder="{{ $json.field }}"
                  readOnly={readOnly}
                  value={
                    typeof one.left === 'string' ? one.left : one.left === undefined ? '' : JSON.stringify(one.left)
                  }
                  onChange={(left) => change(at, { left })}
                />
              </div>
              <span className="grid w-[168px] flex-none">
                <Select
                  label={`Condition ${at + 1}: test`}
                  value={one.op ?? ''}
                  onChange={(op) => change(at, { op, ...(ALONE.has(op) ? { right: undefined } : {}) })}
                  options={[
                    ...(one.op === undefined ? [['', 'choose a test'] as const] : []),
                    ...ops.map((op) => [op, WORDS[op] ?? labelOf(op).toLowerCase()] as const),
                  ]}
                  disabled={readOnly}
                />
              </span>
              <More at={at} condition={one} types={types} onChange={(fresh) => change(at, fresh)} readOnly={readOnly} />
              {!readOnly && (
                <span className="pt-[3px]">
                  <IconButton
                    small
                    label={`Remove condition ${at + 1}`}
                    icon={<X size={14} aria-hidden />}
                    onClick={() => onChange(list.filter((_, index) => index !== at))}
                  />
                </span>
              )}
            </div>
            {!ALONE.has(one.op ?? '') && (
              <ValueField
                label={`Condition ${at + 1}: compare with`}
                value={one.right}
                onChange={(right) => change(at, { right })}
                readOnly={readOnly}
                placeholder="compare with"
              />
            )}
          </div>
        </Fragment>
      ))}
      {!readOnly && (
        <span>
          <Button
            small
            icon={<Plus size={14} aria-hidden />}
            onClick={() => onChange([...list, { left: '', op: 'equals', right: '' }])}
          >
            Add a condition
          </Button>
        </span>
      )}
    </div>
  );
}

interface MoreProps {
  at: number;
  condition: Condition;
  types: readonly string[];
  onChange(fresh: Partial<Condition>): void;
  readOnly: boolean;
}

/** How strict it compares; what is not the default is said on the button. */
function More({ at, condition, types, onChange, readOnly }: MoreProps) {
  const { type, caseSensitive = true, loose = false } = condition;
  const said = [type, caseSensitive ? '' : 'any case', loose ? 'loose' : ''].filter(Boolean).join(', ');
  return (
    <Popover
      label={`How condition ${at + 1} compares`}
      align="end"
      trigger={
        <Button kind="ghost" className="!px-2 text-meta" aria-label={`How condition ${at + 1} compares`}>
          {said === '' ? '…' : said}
        </Button>
      }
    >
      <div className="flex w-[220px] flex-col gap-2">
        <Select
          label="Type"
          value={type ?? ''}
          onChange={(next) => onChange({ type: next === '' ? undefined : next } as Partial<Condition>)}
          options={[['', 'type of the test'], ...types.map((one) => [one, labelOf(one)] as const)]}
          disabled={readOnly}
        />
        <Checkbox
          shown
          label="Upper and lower case differ"
          checked={caseSensitive}
          onChange={(on) => onChange({ caseSensitive: on ? undefined : false } as Partial<Condition>)}
          disabled={readOnly}
        />
        <Checkbox
          shown
          label="Convert types, so that text 5 is 5"
          checked={loose}
          onChange={(on) => onChange({ loose: on ? true : undefined } as Partial<Condition>)}
          disabled={readOnly}
        />
      </div>
    </Popover>
  );
}
