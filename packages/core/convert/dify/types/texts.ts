/** Owns the mapping of nodes that begin, end, say something or make text: start, end, answer, template, code. */
import { jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { textIn } from '../document.ts';
import { quoted, variablesIn } from '../expression.ts';
import { membersOf, objects, type Mapped, type Mapping, type Place } from '../mapping.ts';

/** Values of declared variables by name: what code and templates are called with. */
export function variablesOf({ data, names }: Place): Record<string, Json> {
  const given: Record<string, Json> = {};
  for (const one of objects(data.variables)) {
    const name = textIn(one.variable);
    if (name !== '') given[name] = names.value(one.value_selector);
  }
  return given;
}

/** What has to be made of a value that a person gives: numbers come as text, files as addresses. */
const READ: Readonly<Record<string, string>> = { 'number': '$number', 'file': '$file', 'file-list': '$file' };

/** The run's input. */
export const start: Mapping = ({ data }) => {
  const fields: Record<string, Json> = {};
  for (const one of objects(data.variables)) {
    const name = quoted(textIn(one.variable));
    const type = textIn(one.type);
    if (Object.hasOwn(READ, type)) fields[textIn(one.variable)] = `{{ ${READ[type]}($json[${name}], ${name}) }}`;
  }
  if (Object.keys(fields).length === 0) return { type: 'manual' };
  return { type: 'set', with: { fields, dotPaths: false } };
};

/** A trigger: what the server would give is what the run is given. */
export const trigger: Mapping = ({ report, node }) => {
  report.differs(`The trigger ${node.type} is not set up here: the run starts by hand, with its outputs as input.`);
  return { type: 'manual' };
};

export const end: Mapping = ({ data, names }) => {
  const fields: Record<string, Json> = {};
  for (const one of objects(data.outputs)) {
    const name = textIn(one.variable);
    if (name !== '') fields[name] = names.value(one.value_selector ?? one.variable_selector);
  }
  return { type: 'set', with: { keep: 'none', dotPaths: false, fields } };
};

export const answer: Mapping = ({ data, names }) => {
  const text = textIn(data.answer);
  const read = variablesIn(text).map((selector) => names.code(selector));
  const files = read.length === 0 ? [] : `{{ $files(${read.join(', ')}) }}`;
  return { type: 'answer', with: { text: names.markdown(text), field: 'answer', fields: { files } } };
};

export const template: Mapping = (place) => ({
  type: 'template',
  with: {
    template: textIn(place.data.template),
    values: variablesOf(place),
    field: 'output',
    keep: 'none',
    itemFields: false,
  },
});

export const code: Mapping = (place) => {
  const { data, report } = place;
  const python = data.code_language === 'python3' || data.code_language === undefined;
  if (!python && data.code_language !== 'javascript') {
    return report.unsupported(`The language ${jsonText(data.code_language)}`, 'code_language');
  }
  const outputs = Object.fromEntries(
    Object.entries(membersOf(data.outputs)).map(([name, one]) => [name, textIn(membersOf(one).type) || 'string']),
  );
  const mapped: Mapped = {
    type: python ? 'python' : 'code',
    with: { mode: 'main', code: textIn(data.code), inputs: variablesOf(place), outputs, check: 'dify' },
    errorTypes: { '': 'SandboxCodeExecutionError' },
  };
  return mapped;
};
