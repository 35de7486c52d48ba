/**
 * Owns conditions of n8n in the words of if, filter and switch: the typed ones with their versions, and those before
 * them. Does not know the nodes.
 */
import type { Json } from '../../../model/item.ts';
import { isRow, rows, value, type N8nNode, type Report } from '../node.ts';

type Row = { [key: string]: Json };

const ANY = ['exists', 'notExists'];
const FILLED = [...ANY, 'empty', 'notEmpty'];
const EQUAL = ['equals', 'notEquals'];
const LENGTHS = ['lengthEquals', 'lengthNotEquals', 'lengthGt', 'lengthLt', 'lengthGte', 'lengthLte'];
const ENDS = ['startsWith', 'notStartsWith', 'endsWith', 'notEndsWith'];

const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  string: [...FILLED, ...EQUAL, ...ENDS, 'contains', 'notContains', 'regex', 'notRegex'],
  number: [...FILLED, ...EQUAL, 'gt', 'lt', 'gte', 'lte'],
  dateTime: [...FILLED, ...EQUAL, 'after', 'before', 'afterOrEquals', 'beforeOrEquals'],
  boolean: [...FILLED, ...EQUAL, 'true', 'false'],
  array: [...FILLED, ...LENGTHS, 'contains', 'notContains'],
  object: FILLED,
  any: ANY,
};

const NEVER: Row = { left: false, op: 'true', type: 'boolean' };

/** `conditions` of one decision from version 2 on. */
export function typedConditions(given: Json, path: string, report: Report): Row {
  const filter = isRow(given) ? given : {};
  const options = isRow(filter.options) ? filter.options : null;
  const version = typeof options?.version === 'number' ? Math.min(3, Math.max(1, Math.trunc(options.version))) : 1;
  const ignoresCase = options !== null && options.caseSensitive !== true;
  const loose = options !== null && options.typeValidation !== 'strict';
  const list = Array.isArray(filter.conditions) ? filter.conditions : [];
  const conditions = list.map((one, i) => {
    const at = `${path}.conditions.${i}`;
    const row = isRow(one) ? one : {};
    const operator = isRow(row.operator) ? row.operator : {};
    const type = typeof operator.type === 'string' ? operator.type : 'string';
    const op = typeof operator.operation === 'string' ? operator.operation : 'equals';
    if (!(Object.hasOwn(OPERATIONS, type) && OPERATIONS[type]?.includes(op))) {
      report.differs(`there is no comparison ${op} of ${type}; the condition never holds, as in n8n.`, at);
      return NEVER;
    }
    return {
      left: value(row.leftValue),
      op,
      ...(row.rightValue === undefined ? {} : { right: value(row.rightValue) }),
      ...(type === 'any' ? {} : { type }),
      ...(ignoresCase ? { caseSensitive: false } : {}),
      ...(loose ? { loose } : {}),
    };
  });
  return {
    conditions,
    ...(filter.combinator === 'or' ? { combinator: 'or' } : {}),
    semantics: `n8n-${version}`,
  };
}

const OLD_OPERATIONS: Readonly<Record<string, string>> = {
  equal: 'equals',
  notEqual: 'notEquals',
  larger: 'gt',
  largerEqual: 'gte',
  smaller: 'lt',
  smallerEqual: 'lte',
  isEmpty: 'empty',
  isNotEmpty: 'notEmpty',
  after: 'after',
  before: 'before',
  contains: 'contains',
  notContains: 'notContains',
  startsWith: 'startsWith',
  notStartsWith: 'notStartsWith',
  endsWith: 'endsWith',
  notEndsWith: 'notEndsWith',
  regex: 'regex',
  notRegex: 'notRegex',
};

/** In the order in which they are asked: operation and values that are meant when the file has none. */
const OLD_TYPES: readonly { type: string; operation: string; value: Json }[] = [
  { type: 'boolean', operation: 'equal', value: false },
  { type: 'dateTime', operation: 'after', value: '' },
  { type: 'number', operation: 'smaller', value: 0 },
  { type: 'string', operation: 'equal', value: '' },
];

interface OldComparison {
  type: string;
  /** Undefined: the type's own. */
  operation: Json | undefined;
  left: Json | undefined;
  right: Json | undefined;
}

/** One comparison from before there were types. */
export function oldCondition(one: OldComparison, path: string, report: Report): Row {
  const rules = OLD_TYPES.find((known) => known.type === one.type);
  const operation = one.operation ?? rules?.operation ?? 'equal';
  const op =
    typeof operation === 'string' && Object.hasOwn(OLD_OPERATIONS, operation) ? OLD_OPERATIONS[operation] : undefined;
  if (op === undefined || rules === undefined) {
    report.unsupported(`there is no comparison ${JSON.stringify(operation)} of ${one.type}.`, path);
    return NEVER;
  }
  return {
    left: value(one.left ?? rules.value),
    op,
    right: value(one.right ?? rules.value),
    type: rules.type,
  };
}

/** All comparisons of an If or Filter of version 1. */
export function oldConditions(node: N8nNode, any: boolean, report: Report): Row {
  const conditions = OLD_TYPES.flatMap(({ type }) =>
    rows(node, `conditions.${type}`).map((row, i) =>
      oldCondition(
        { type, operation: row.operation, left: row.value1, right: row.value2 },
        `conditions.${type}.${i}`,
        report,
      ),
    ),
  );
  return { conditions, ...(any ? { combinator: 'or' } : {}), semantics: 'n8n-0' };
}
