/**
 * Owns the way from the parsed YAML of a Dify file to a native definition. Its steps are beside it: the document and
 * its levels are read, each level becomes nodes, their ends and answers become the output.
 */
import type { Diagnostic } from '../../errors.ts';
import type { Definition, InputField } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Converter } from '../converted.ts';
import { isWrapped } from './containers.ts';
import { readDocument, textIn, type DifyDocument } from './document.ts';
import { Names } from './expression.ts';
import { isContainer, readLevels, type Level } from './graph.ts';
import { integerIn, objects } from './mapping.ts';
import { convertLevel, type Conversion } from './region.ts';
import { responsesCode } from './responses.ts';

export const convertDify: Converter = (value, options) => {
  const out: Diagnostic[] = [];
  const document = readDocument(value, options.file, out);
  const top = document === null ? null : readLevels(document, out);
  if (document === null || top === null) return { definition: null, diagnostics: out };
  const levels = allLevels(top);
  const containers = levels.flatMap((level) => level.nodes).filter(isContainer);
  const known = { exposed: new Map(), wrapped: new Set(containers.filter(isWrapped).map((node) => node.id)) };
  const c: Conversion = {
    document,
    options,
    known,
    conversation: new Map(document.conversation.map((variable) => [variable.name, variable])),
    out,
    finish: [],
    taken: new Set(
      levels
        .flatMap((level) => [...level.nodes, ...(level.start === null ? [] : [level.start])])
        .map((node) => node.id),
    ),
  };
  const { nodes } = convertLevel(c, top);
  const responses = responsesCode(top, new Names(top, known));
  for (const finish of c.finish) finish();
  if (out.some((one) => one.severity === 'error')) return { definition: null, diagnostics: out };
  const conversation = Object.fromEntries(
    document.conversation.map((one) => [one.name, { default: one.value, ...described(one.description) }]),
  );
  const definition: Definition = {
    rondo: 1,
    name: document.name,
    ...described(document.description),
    inputs: inputsOf(document, top),
    ...(document.conversation.length > 0 ? { conversation } : {}),
    settings: {
      dialect: 'dify',
      ...(options.strict ? { strict: true } : {}),
      // What a node gives is one object there, however long its lists are.
      limits: { 'item.bytes': LIMITS['item.bytes'].cap },
    },
    nodes,
    output: responses === null ? '{{ ({}) }}' : `{{ ${responses} }}`,
    layout: layoutOf(levels),
  };
  return { definition, diagnostics: out };
};

function described(text: string): { description?: string } {
  return text.trim() === '' ? {} : { description: text };
}

const allLevels = (level: Level): Level[] => [level, ...[...level.inner.values()].flatMap(allLevels)];

function layoutOf(levels: readonly Level[]): NonNullable<Definition['layout']> {
  const places = levels.flatMap((level) =>
    level.nodes.flatMap((node) => (node.position === null ? [] : [[node.id, node.position] as const])),
  );
  return Object.fromEntries(places);
}

const TYPES: Readonly<Record<string, NonNullable<InputField['type']>>> = {
  'text-input': 'string',
  'paragraph': 'string',
  'select': 'string',
  'checkbox': 'boolean',
  'file': 'object',
  'file-list': 'array',
  'json_object': 'object',
};

/** Start variables, the variables of the system that a person may give, and those of the environment. */
function inputsOf(document: DifyDocument, top: Level): Record<string, InputField> {
  const inputs: Record<string, InputField> = {};
  const declared = top.start === null ? [] : objects(top.start.data.variables);
  for (const one of declared) {
    const name = textIn(one.variable);
    if (name !== '') inputs[name] = inputOf(one);
  }
  if (document.chat) inputs['sys.query'] = { type: 'string', default: '' };
  inputs['sys.files'] = { type: 'array', default: [] };
  if (document.chat) inputs['sys.dialogue_count'] = { type: 'integer', default: 1 };
  for (const one of document.environment) {
    inputs[`env.${one.name}`] = { default: one.value, ...described(one.description) };
  }
  return inputs;
}

function inputOf(one: { [key: string]: Json }): InputField {
  const kind = textIn(one.type) || 'text-input';
  const type = Object.hasOwn(TYPES, kind) ? TYPES[kind] : undefined;
  const options = kind === 'select' && Array.isArray(one.options) ? one.options : [];
  const most = type === 'string' && kind !== 'select' ? integerIn(one.max_length) : null;
  const label = textIn(one.label);
  const given = one.default;
  const hasDefault = given !== undefined && given !== null && given !== '';
  return {
    ...(type === undefined ? {} : { type }),
    ...(one.required === true && !hasDefault ? { required: true } : { default: hasDefault ? given : null }),
    ...(most !== null && most > 0 ? { maxLength: most } : {}),
    ...(options.length > 0 ? { enum: options } : {}),
    ...described(textIn(one.description) || label),
  };
}
