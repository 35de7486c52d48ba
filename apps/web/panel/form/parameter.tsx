/**
 * Owns the field of one parameter: the control that its schema asks for, fixed or as an expression. Nested fields and
 * lists are nested.tsx, keys and values entries.tsx.
 */
import type { ParameterView } from '@rondo/api/schemas/node.ts';
import { Input, Select, Switch } from '../../ui/input.tsx';
import { useState } from 'react';
import { hasTemplate } from '../code/one-expression.ts';
import { CodeField } from '../code/code-field.tsx';
import type { EditorLanguage } from '../code/languages.ts';
import type { Path } from '../edits.ts';
import { Entries } from './entries.tsx';
import { type FieldIds, FormField, ModeIcon, ModeToggle } from './field.tsx';
import { Group, ListOfObjects, ListOfValues } from './nested.tsx';
import { defaultWords, EDITOR_CODES, labelOf, useNodeForm } from './node-form.ts';
import { type Named, namedBy, NamedField } from './named-field.tsx';
import { NumberInput } from './number-input.tsx';
import { ExpressionField, isLongText, useFixedOrExpression, useTextField } from './text-field.tsx';
import { useValueField, ValueField } from './value-field.tsx';

export interface ParameterProps {
  spec: ParameterView;
  value: unknown;
  path: Path;
}

export function Parameter({ spec, value, path }: ParameterProps) {
  const { type } = useNodeForm();
  // An expression that gives the name is written as text.
  const named = hasTemplate(value) ? null : namedBy(spec, type);
  if (named !== null) return <NamedParameter spec={spec} value={value} path={path} named={named} />;
  if (spec.enum === undefined && (spec.type === 'string' || spec.type === 'code'))
    return spec.type === 'code' || spec.jinja ? (
      <CodeParameter spec={spec} value={value} path={path} />
    ) : (
      <TextParameter spec={spec} value={value} path={path} />
    );
  if (spec.type === 'any' && spec.enum === undefined) return <AnyParameter spec={spec} value={value} path={path} />;
  return <FixedParameter spec={spec} value={value} path={path} />;
}

function useField({ spec, path, value }: ParameterProps, inside: boolean) {
  const form = useNodeForm();
  const isTemplated = spec.type === 'string' || spec.type === 'any';
  return {
    readOnly: form.readOnly,
    set: (next: unknown) => form.set(path, next),
    label: labelOf(spec.name),
    help: spec.description,
    required: spec.required,
    onReset: value === undefined || form.readOnly ? undefined : () => form.set(path, undefined),
    diagnostics: form
      .diagnosticsAt(path, inside)
      .filter((one) => !isTemplated || spec.jinja || !EDITOR_CODES.has(one.code)),
  };
}

function NamedParameter({ named, ...props }: ParameterProps & { named: Named }) {
  const { set, readOnly, label, ...frame } = useField(props, true);
  const [written, setWritten] = useState(false);
  return (
    <FormField
      {...frame}
      label={label}
      beside
      group={written}
      mode={
        <ModeIcon
          label={label}
          value={written ? 'second' : 'first'}
          onChange={(next) => setWritten(next === 'second')}
          disabled={readOnly}
        />
      }
    >
      {(ids) =>
        written ? (
          <ExpressionField label={label} value={undefined} onChange={set} readOnly={readOnly} />
        ) : (
          <NamedField id={ids.id} named={named} value={props.value} onChange={set} readOnly={readOnly} />
        )
      }
    </FormField>
  );
}

const said = (spec: ParameterView): string | undefined =>
  spec.default === undefined ? undefined : `default: ${defaultWords(spec.default)}`;

function TextParameter(props: ParameterProps) {
  const { spec, value, path } = props;
  const { set, readOnly, label, ...frame } = useField(props, true);
  const hint = said(spec);
  const { toggle, control } = useTextField({
    name: spec.name,
    value,
    onChange: set,
    label,
    readOnly,
    describedBy: spec.description,
    invalid: frame.diagnostics.some((one) => one.severity === 'error'),
    ...(hint === undefined ? {} : { placeholder: hint }),
    ...(spec.evaluate === 'never' || path.includes('pagination') ? { place: 'page' as const } : {}),
  });
  return (
    <FormField {...frame} label={label} mode={toggle} group loud={isLongText(spec.name, value)}>
      {() => control}
    </FormField>
  );
}

function CodeParameter(props: ParameterProps) {
  const { spec, value } = props;
  const { set, readOnly, label, ...frame } = useField(props, true);
  const form = useNodeForm();
  const language: EditorLanguage = spec.jinja
    ? 'jinja'
    : spec.name === 'sql'
      ? 'template'
      : form.type === 'python'
        ? 'python'
        : 'javascript';
  const words = { jinja: 'Jinja', python: 'Python', javascript: 'JavaScript', template: 'SQL' } as Record<
    string,
    string
  >;
  return (
    <FormField
      {...frame}
      label={label}
      mode={<span className="text-meta text-ink3">{words[language]}</span>}
      group
      loud
    >
      {() => (
        <CodeField
          label={label}
          language={language}
          lines={10}
          mistakes={false}
          readOnly={readOnly}
          value={typeof value === 'string' ? value : ''}
          onChange={(text) => set(text === '' ? undefined : text)}
        />
      )}
    </FormField>
  );
}

function AnyParameter(props: ParameterProps) {
  const { spec, value } = props;
  const { set, readOnly, label, ...frame } = useField(props, true);
  const hint = said(spec);
  const { control, kind } = useValueField({
    label,
    value,
    onChange: set,
    readOnly,
    lines: isLongText(spec.name, value) ? 3 : 1,
    ...(hint === undefined ? {} : { placeholder: hint }),
  });
  return (
    <FormField {...frame} label={label} mode={kind} group>
      {() => control}
    </FormField>
  );
}

function FixedParameter(props: ParameterProps) {
  const { spec, value, path } = props;
  const nested = spec.type === 'object' || spec.type === 'list';
  const { set, readOnly, label, ...frame } = useField(props, !(nested && spec.fields !== undefined));
  const { mode, setMode } = useFixedOrExpression(value, set);
  const toggle = nested ? (
    <ModeToggle
      label={`How ${label} is written`}
      first="Fixed"
      second="expression"
      value={mode}
      onChange={setMode}
      disabled={readOnly}
    />
  ) : (
    <ModeIcon label={label} value={mode} onChange={setMode} disabled={readOnly} />
  );
  const written = mode === 'second';
  return (
    <FormField {...frame} label={label} beside={!nested} mode={toggle} group={nested || written} loud={written}>
      {(ids) =>
        written ? (
          <ExpressionField label={label} value={value} onChange={set} readOnly={readOnly} />
        ) : (
          <FixedControl spec={spec} value={value} path={path} ids={ids} label={label} set={set} readOnly={readOnly} />
        )
      }
    </FormField>
  );
}

interface ControlProps extends ParameterProps {
  ids: FieldIds;
  label: string;
  set(value: unknown): void;
  readOnly: boolean;
}

function FixedControl({ spec, value, path, ids, label, set, readOnly }: ControlProps) {
  if (spec.enum !== undefined) {
    const { enum: allowed, default: fallback } = spec;
    const current = value === undefined ? '' : String(value);
    const known = allowed.some((one) => String(one) === current);
    const options: [string, string][] = allowed.map((one) => [String(one), String(one)]);
    if (value === undefined || !spec.required)
      options.unshift([
        '',
        fallback === undefined ? (spec.required ? 'choose one' : 'not set') : `${String(fallback)} (default)`,
      ]);
    if (!known && current !== '') options.push([current, `${current} (not known)`]);
    return (
      <span className="grid">
        <Select
          id={ids.id}
          value={current}
          options={options}
          disabled={readOnly}
          onChange={(next) => set(next === '' ? undefined : allowed.find((one) => String(one) === next))}
        />
      </span>
    );
  }
  switch (spec.type) {
    case 'number':
    case 'integer':
      if (value !== undefined && typeof value !== 'number')
        return <ValueField label={label} value={value} onChange={set} readOnly={readOnly} />;
      return (
        <NumberInput
          id={ids.id}
          label={label}
          describedBy={ids['aria-describedby']}
          invalid={ids['aria-invalid']}
          whole={spec.type === 'integer'}
          min={spec.min}
          max={spec.max}
          value={typeof value === 'number' ? value : undefined}
          onChange={set}
          readOnly={readOnly}
          placeholder={said(spec) ?? ''}
        />
      );
    case 'boolean': {
      const on = (value ?? spec.default) === true;
      return (
        <span className="flex h-8 items-center gap-2">
          <Switch id={ids.id} label={label} checked={on} onChange={set} disabled={readOnly} />
          <span className="text-meta text-ink3">
            {on ? 'yes' : 'no'}
            {value === undefined ? ' (default)' : ''}
          </span>
        </span>
      );
    }
    case 'duration':
      return (
        <Input
          id={ids.id}
          aria-describedby={ids['aria-describedby']}
          aria-invalid={ids['aria-invalid']}
          value={value === undefined ? '' : String(value)}
          placeholder={said(spec) ?? '30s, 5m, 2h'}
          readOnly={readOnly}
          onChange={({ target }) => {
            const text = target.value;
            set(text === '' ? undefined : /^\d+$/.test(text) ? Number(text) : text);
          }}
        />
      );
    case 'object':
      return spec.fields === undefined ? (
        <Entries label={label} value={value} path={path} set={set} />
      ) : (
        <Group specs={spec.fields} value={value} path={path} />
      );
    case 'list':
      return spec.fields === undefined ? (
        <ListOfValues label={label} value={value} path={path} set={set} />
      ) : (
        <ListOfObjects label={label} specs={spec.fields} value={value} path={path} set={set} />
      );
    default:
      return <ValueField label={label} value={value} onChange={set} readOnly={readOnly} />;
  }
}
