/** Owns conditions of If/Else and of loops as native conditions with Dify's semantics. Evaluates nothing. */
import { DIFY_OPERATORS } from '../../dify/conditions.ts';
import type { Json } from '../../model/item.ts';
import { textIn, type Members } from './document.ts';
import { isSelector, plain, quoted, type Names } from './expression.ts';
import { membersOf, objects, type Report } from './mapping.ts';

export const combinatorOf = (value: Json | undefined): 'and' | 'or' => (value === 'or' ? 'or' : 'and');

/** Null, with an error, where one has an operator that Dify does not know. */
export function nativeConditions(
  list: Json | undefined,
  names: Names,
  report: Report,
  parameter: string,
): Json[] | null {
  const made: Json[] = [];
  for (const [i, raw] of objects(list).entries()) {
    const operator = textIn(raw.comparison_operator);
    const known = Object.hasOwn(DIFY_OPERATORS, operator) ? DIFY_OPERATORS[operator] : undefined;
    if (known === undefined) {
      report.invalid(`There is no operator ${JSON.stringify(operator)}.`, `${parameter}.${i}.comparison_operator`);
      return null;
    }
    const where = ofFiles(raw);
    made.push({
      left: `{{ ${leftOf(raw, names)} }}`,
      ...known,
      ...(where === null ? rightOf(raw.value, names) : { where }),
    });
  }
  return made;
}

/** A variable that is not there is an error only when it is looked at. */
function leftOf(raw: Members, names: Names): string {
  if (!isSelector(raw.variable_selector)) return 'null';
  return `$maybe(${names.code(raw.variable_selector)}, ${quoted(raw.variable_selector.join('.'))})`;
}

function rightOf(value: Json | undefined, names: Names): { right?: Json } {
  if (value === undefined || value === null) return {};
  if (typeof value === 'string') return { right: names.text(value) };
  if (Array.isArray(value))
    return { right: value.map((one) => (typeof one === 'string' ? names.text(one) : plain(one))) };
  return { right: plain(value) };
}

/** Conditions over attributes of files. */
function ofFiles(raw: Members): { [key: string]: Json } | null {
  const sub = membersOf(raw.sub_variable_condition);
  const conditions = objects(sub.conditions).flatMap((one): Json[] => {
    const operator = textIn(one.comparison_operator);
    const known = Object.hasOwn(DIFY_OPERATORS, operator) ? DIFY_OPERATORS[operator] : undefined;
    return known === undefined
      ? []
      : [{ key: textIn(one.key), ...known, ...(one.value === undefined ? {} : { right: plain(one.value) }) }];
  });
  if (conditions.length === 0) return null;
  return { combinator: combinatorOf(sub.logical_operator), conditions };
}

/** The same as code, for a loop's own conditions. */
export function conditionsCode(list: Json | undefined, names: Names, report: Report, parameter: string): string | null {
  const parts: string[] = [];
  for (const [i, raw] of objects(list).entries()) {
    const operator = textIn(raw.comparison_operator);
    const known = Object.hasOwn(DIFY_OPERATORS, operator) ? DIFY_OPERATORS[operator] : undefined;
    if (known === undefined) {
      report.invalid(`There is no operator ${JSON.stringify(operator)}.`, `${parameter}.${i}.comparison_operator`);
      return null;
    }
    const { value } = raw;
    const side = (one: Json): string => (typeof one === 'string' ? names.textCode(one) : JSON.stringify(one));
    const right =
      value === undefined || value === null
        ? 'null'
        : Array.isArray(value)
          ? `[${value.map(side).join(', ')}]`
          : side(value);
    const type = known.type === undefined ? '' : `, type: ${quoted(known.type)}`;
    parts.push(`{ left: ${leftOf(raw, names)}, op: ${quoted(known.op)}, right: ${right}${type} }`);
  }
  return `[${parts.join(', ')}]`;
}
