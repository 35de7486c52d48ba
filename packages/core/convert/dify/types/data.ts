/** Owns the mapping of nodes that work on values: Variable Aggregator, Assigner, List Operator, Document Extractor. */
import { jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { textIn, type Members } from '../document.ts';
import { isSelector, literalOf, plain, quoted, type Names } from '../expression.ts';
import type { Level } from '../graph.ts';
import { membersOf, objects, type Mapping, type Place } from '../mapping.ts';

/** Those of the selectors that are there; a stored null is. */
function found(list: Json | undefined, names: Names): string {
  const codes = (Array.isArray(list) ? list : []).filter(isSelector).map((selector) => names.code(selector));
  return `{{ $found(${codes.join(', ')}) }}`;
}

export const aggregator: Mapping = ({ data, names }) => {
  const settings = membersOf(data.advanced_settings);
  const groups: Record<string, Json> = {};
  if (settings.group_enabled === true) {
    for (const group of objects(settings.groups)) {
      groups[`${textIn(group.group_name)}.output`] = found(group.variables, names);
    }
  } else groups['output'] = found(data.variables, names);
  return { type: 'variable-aggregate', with: { groups, accept: 'present', missing: 'omit' } };
};

interface Target {
  scope: 'conversation' | 'loop';
  name: string;
  type: string;
  loop?: string;
}

/** What is written to; null: there is no such variable. */
function targetOf(selector: readonly string[], { names, conversation }: Place): Target | null {
  const [head = '', name = ''] = selector;
  if (head === 'conversation') {
    const variable = conversation.get(name);
    return variable === undefined ? null : { scope: 'conversation', name, type: variable.type };
  }
  for (let at: Level | null = names.level; at !== null; at = at.parent) {
    if (at.container?.id !== head || at.container.type !== 'loop') continue;
    const variable = objects(at.container.data.loop_variables).find((one) => one.label === name);
    return variable === undefined
      ? null
      : { scope: 'loop', name, type: textIn(variable.var_type) || 'string', loop: head };
  }
  return null;
}

/** Where the value comes from: another variable that the same node may have written before is read when its turn comes. */
function sourceOf(selector: readonly string[], place: Place, written: readonly Target[]): { [key: string]: Json } {
  const target = targetOf(selector, place);
  const again =
    target === null
      ? undefined
      : written.find((one) => one.scope === target.scope && one.name === target.name && one.loop === target.loop);
  if (again !== undefined) {
    const { scope, name, loop } = again;
    return { from: { scope, name, ...(loop === undefined ? {} : { loop }), path: selector.slice(2) } };
  }
  return { value: `{{ $need(${place.names.code(selector)}, ${quoted(selector.join('.'))}) }}` };
}

const WRITE_MODES: Readonly<Record<string, string>> = {
  'over-write': 'over-write',
  'append': 'append',
  'clear': 'clear',
};

export const assigner: Mapping = (place) => {
  const { data } = place;
  const isSecond = data.items !== undefined || jsonText(data.version ?? '') === '2';
  const items = isSecond
    ? objects(data.items)
    : [
        {
          variable_selector: data.assigned_variable_selector ?? null,
          operation: WRITE_MODES[textIn(data.write_mode)] ?? 'over-write',
          input_type: 'variable',
          value: data.input_variable_selector ?? null,
        },
      ];
  const operations: Json[] = [];
  const written: Target[] = [];
  for (const item of items) {
    const selector = isSelector(item.variable_selector) ? item.variable_selector : [];
    const target = targetOf(selector, place);
    const name = selector.join('.');
    if (target === null) {
      operations.push({ scope: 'none', name, operation: textIn(item.operation) });
      continue;
    }
    const input = item.input_type === 'constant' ? 'constant' : 'variable';
    operations.push({
      ...target,
      operation: textIn(item.operation),
      input,
      ...(input === 'variable' && isSelector(item.value)
        ? sourceOf(item.value, place, written)
        : { value: input === 'constant' ? plain(item.value ?? null) : null }),
    });
    written.push(target);
  }
  return { type: 'assign', with: { operations }, errorTypes: { '': 'VariableOperatorNodeError' } };
};

const ORDERS: Readonly<Record<string, string>> = { asc: 'ascending', desc: 'descending' };

export const listOperator: Mapping = ({ data, names }) => {
  const filter = membersOf(data.filter_by);
  const extract = membersOf(data.extract_by);
  const order = membersOf(data.order_by);
  const limit = membersOf(data.limit);
  const conditions =
    filter.enabled === true ? objects(filter.conditions).map((raw) => elementCondition(raw, names)) : [];
  const variable = isSelector(data.variable) ? data.variable : [];
  return {
    type: 'list-operator',
    with: {
      list: `{{ $elements(${variable.length === 0 ? 'undefined' : names.code(variable)}, ${quoted(variable.join('.'))}${conditions.length === 0 ? '' : `, [${conditions.join(', ')}]`}) }}`,
      ...(extract.enabled === true
        ? { extract: `{{ $serial(${names.textCode(jsonText(extract.serial ?? '1'))}) }}` }
        : {}),
      ...(order.enabled === true
        ? { order: ORDERS[textIn(order.value)] ?? 'ascending', sortBy: fileKey(textIn(order.key)) }
        : {}),
      ...(limit.enabled === true && typeof limit.size === 'number' ? { limit: limit.size } : {}),
      firstField: 'first_record',
      lastField: 'last_record',
      keep: 'none',
    },
  };
};

/** Attributes of files have other names inside them. */
const FILE_KEYS: Readonly<Record<string, string>> = { name: 'filename' };
const fileKey = (key: string): string => (Object.hasOwn(FILE_KEYS, key) ? (FILE_KEYS[key] as string) : key);

function elementCondition({ key, comparison_operator: operator, value }: Members, names: Names): string {
  const side = (one: Json): string => (typeof one === 'string' ? names.textCode(one) : literalOf(one));
  const right = Array.isArray(value) ? `[${value.map(side).join(', ')}]` : side(value ?? null);
  return `{ key: ${quoted(textIn(key))}, operator: ${quoted(textIn(operator))}, value: ${right} }`;
}
