/**
 * Owns the mappings of the nodes of n8n that work on lists: Split Out, Aggregate, Limit, Sort, Remove Duplicates,
 * Summarize. The node Item Lists, which was all of them, is in item-lists.ts.
 */
import type { Json } from '../../../model/item.ts';
import { parameter, raw, value, type Mapped, type Mapping, type N8nNode, type Report } from '../node.ts';
import { choice, flag, flagOrTemplate, names, number, passingOnError, rows } from './data-values.ts';

export function splitOutAs(node: N8nNode, report: Report, semantics: string): Mapped | null {
  const include = choice(node, report, 'include', 'noOtherFields', {
    noOtherFields: 'none',
    allOtherFields: 'all',
    selectedOtherFields: 'selected',
  });
  const literalNames = flag(node, report, 'options.disableDotNotation');
  if (include === null || literalNames === null) return null;
  return {
    type: 'split-out',
    with: {
      field: parameter(node, 'fieldToSplitOut', ''),
      ...(include === 'none' ? {} : { include }),
      ...(include === 'selected' ? { names: names(node, 'fieldsToInclude') } : {}),
      ...given('destination', parameter(node, 'options.destinationFieldName', ''), ''),
      ...given('dotPaths', !literalNames, true),
      ...given('keepFiles', flagOrTemplate(node, 'options.includeBinary'), false),
      semantics,
    },
    ...passingOnError(node),
  };
}

export function aggregateAs(node: N8nNode, report: Report, semantics: string): Mapped | null {
  const what = choice(node, report, 'aggregate', 'aggregateIndividualFields', {
    aggregateIndividualFields: 'fields',
    aggregateAllItemData: 'items',
  });
  const literalNames = flag(node, report, 'options.disableDotNotation');
  if (what === null || literalNames === null) return null;
  const common = {
    ...given('by', names(node, 'options.groupByFields'), []),
    ...given('keepFiles', flagOrTemplate(node, 'options.includeBinaries'), false),
    ...given('uniqueFiles', flagOrTemplate(node, 'options.keepOnlyUnique'), false),
    semantics,
  };
  if (what === 'items') {
    const include = choice(node, report, 'include', 'allFields', {
      allFields: 'all',
      specifiedFields: 'selected',
      allFieldsExcept: 'except',
    });
    if (include === null) return null;
    const list = include === 'selected' ? 'fieldsToInclude' : 'fieldsToExclude';
    const filter = include === 'all' ? {} : { include, names: names(node, list) };
    const into = parameter(node, 'destinationFieldName', 'data');
    return { type: 'aggregate', with: { into, ...filter, ...common }, ...passingOnError(node) };
  }
  const fields = rowsOr(node, 'fieldsToAggregate.fieldToAggregate', [{ fieldToAggregate: '' }]).map((row) => ({
    field: value(row.fieldToAggregate ?? ''),
    ...(row.renameField === true || row.renameField === undefined ? given('name', text(row.outputFieldName), '') : {}),
  }));
  return {
    type: 'aggregate',
    with: {
      fields,
      ...given('keepMissing', flagOrTemplate(node, 'options.keepMissing'), false),
      ...given('flatten', flagOrTemplate(node, 'options.mergeLists'), false),
      ...given('dotPaths', !literalNames, true),
      ...common,
    },
    ...passingOnError(node),
  };
}

export function limitAs(node: N8nNode, report: Report): Mapped | null {
  const keep = choice(node, report, 'keep', 'firstItems', { firstItems: 'first', lastItems: 'last' });
  if (keep === null) return null;
  const max = number(node, 'maxItems', 1);
  return { type: 'limit', with: { max, ...given('keep', keep, 'first') }, ...passingOnError(node) };
}

export function sortAs(node: N8nNode, report: Report): Mapped | null {
  const type = choice(node, report, 'type', 'simple', { simple: 'simple', random: 'random', code: 'code' });
  if (type === null) return null;
  if (type === 'random') return { type: 'sort', with: { shuffle: true }, ...passingOnError(node) };
  if (type === 'code') return sortByCode(node, report);
  const literalNames = flag(node, report, 'options.disableDotNotation');
  if (literalNames === null) return null;
  const fields = rows(node, 'sortFieldsUi.sortField').map((row) => {
    const order = row.order ?? 'ascending';
    return { field: value(row.fieldName ?? ''), order: order === 'ascending' ? 'ascending' : value(order) };
  });
  return {
    type: 'sort',
    with: { fields, ...given('dotPaths', !literalNames, true), semantics: 'n8n' },
    ...passingOnError(node),
  };
}

/** What stands in the form when nobody changed it. */
const DEFAULT_COMPARISON = [
  "fieldName = 'myField';",
  'if (a.json[fieldName] < b.json[fieldName]) return -1;',
  'if (a.json[fieldName] > b.json[fieldName]) return 1;',
  'return 0;',
].join('\n');

function sortByCode(node: N8nNode, report: Report): Mapped | null {
  const code = raw(node, 'code', DEFAULT_COMPARISON);
  if (typeof code !== 'string' || code.startsWith('=')) {
    report.unsupported('code must be a text that is not computed.', 'code');
    return null;
  }
  if (!/\breturn\b/.test(code)) {
    report.unsupported("Sort code doesn't return. Please add a 'return' statement to your code.", 'code');
    return null;
  }
  return { type: 'sort-by-code', with: { code: declared(code) }, ...passingOnError(node) };
}

/** Code that sets names it never declared, as the default of the form does, is given those names. */
function declared(code: string): string {
  const set = new Set([...code.matchAll(/^[ \t]*([A-Za-z_$][\w$]*)[ \t]*=(?![=>])/gm)].map((match) => match[1] ?? ''));
  for (const match of code.matchAll(/\b(?:const|let|var|function|class)\s+([A-Za-z_$][\w$]*)/g)) {
    set.delete(match[1] ?? '');
  }
  set.delete('a');
  set.delete('b');
  return set.size === 0 ? code : `let ${[...set].join(', ')}; ${code}`;
}

export function removeDuplicatesAs(node: N8nNode, report: Report, semantics: string): Mapped | null {
  const compare = choice(node, report, 'compare', 'allFields', {
    allFields: 'all',
    allFieldsExcept: 'except',
    selectedFields: 'selected',
  });
  const literalNames = flag(node, report, 'options.disableDotNotation');
  if (compare === null || literalNames === null) return null;
  const list = compare === 'except' ? 'fieldsToExclude' : 'fieldsToCompare';
  return {
    type: 'remove-duplicates',
    with: {
      ...(compare === 'all' ? {} : { compare, names: names(node, list) }),
      ...given('onlyCompared', flagOrTemplate(node, 'options.removeOtherFields'), false),
      ...given('dotPaths', !literalNames, true),
      semantics,
    },
    outputs: ['kept'],
    ...passingOnError(node),
  };
}

const OPERATIONS: Readonly<Record<string, string>> = {
  append: 'list',
  average: 'average',
  concatenate: 'concat',
  count: 'count',
  countUnique: 'countUnique',
  max: 'max',
  min: 'min',
  sum: 'sum',
};

export function summarizeAs(node: N8nNode, report: Report, semantics: string, mustExist: boolean): Mapped | null {
  const literalNames = flag(node, report, 'options.disableDotNotation');
  const shape = choice(node, report, 'options.outputFormat', 'separateItems', {
    separateItems: 'items',
    singleItem: 'object',
  });
  if (literalNames === null || shape === null) return null;
  const fields: Json[] = [];
  for (const row of rowsOr(node, 'fieldsToSummarize.values', [{ field: '' }])) {
    const { aggregation = 'count', separateBy = ',', customSeparator = '', includeEmpty = false } = row;
    const op = typeof aggregation === 'string' && Object.hasOwn(OPERATIONS, aggregation) ? OPERATIONS[aggregation] : '';
    if (op === undefined || op === '') {
      report.unsupported(`aggregation ${JSON.stringify(aggregation)} is not known.`, 'fieldsToSummarize.values');
      return null;
    }
    const separator = value(separateBy === 'other' ? customSeparator : separateBy);
    fields.push({
      field: value(row.field ?? ''),
      op,
      ...(op === 'concat' ? { separator } : {}),
      ...(includeEmpty === false ? {} : { includeEmpty: value(includeEmpty) }),
    });
  }
  return {
    type: 'summarize',
    with: {
      fields,
      ...given('by', names(node, 'fieldsToSplitBy'), []),
      ...given('shape', shape, 'items'),
      ...(mustExist ? { missing: 'fail' } : {}),
      ...given('skipEmptyKeys', flagOrTemplate(node, 'options.skipEmptySplitFields'), false),
      ...given('dotPaths', !literalNames, true),
      semantics,
    },
    ...passingOnError(node),
  };
}

const text = (json: Json | undefined): Json => value(json ?? '');

/** A parameter that is left out where it is what it is by default. */
function given(name: string, json: Json, otherwise: Json): Record<string, Json> {
  return JSON.stringify(json) === JSON.stringify(otherwise) ? {} : { [name]: json };
}

function rowsOr(node: N8nNode, path: string, otherwise: { [key: string]: Json }[]): { [key: string]: Json }[] {
  return raw(node, path, null) === null ? otherwise : rows(node, path);
}

const summarize: Mapping = (node, report) => {
  if (node.typeVersion >= 1.1) return summarizeAs(node, report, 'n8n', false);
  const goesOn = flag(node, report, 'options.continueIfFieldNotFound');
  return goesOn === null ? null : summarizeAs(node, report, 'n8n-1', !goesOn);
};

const removeDuplicates: Mapping = (node, report) => {
  const within = 'removeDuplicateInputItems';
  const operation = choice(node, report, 'operation', within, {
    removeDuplicateInputItems: 'within',
    removeItemsSeenInPreviousExecutions: 'seen',
    clearDeduplicationHistory: 'clear',
  });
  if (operation === null) return null;
  if (operation === 'within') return removeDuplicatesAs(node, report, node.typeVersion > 1 ? 'n8n' : 'n8n-1');
  return removeSeen(node, report, operation === 'clear');
};

function removeSeen(node: N8nNode, report: Report, clear: boolean): Mapped | null {
  const scope = choice(node, report, 'options.scope', 'node', { node: 'node', workflow: 'workflow' });
  if (scope === null) return null;
  const shared: Record<string, Json> = scope === 'node' ? {} : { scope: '{{ $workflow.id || $workflow.name }}' };
  if (clear) {
    return { type: 'remove-seen', with: { mode: 'forget', ...shared }, outputs: ['new'], ...passingOnError(node) };
  }
  const mode = choice(node, report, 'logic', 'removeItemsWithAlreadySeenKeyValues', {
    removeItemsWithAlreadySeenKeyValues: 'new',
    removeItemsUpToStoredIncrementalKey: 'greater',
    removeItemsUpToStoredDate: 'later',
  });
  if (mode === null) return null;
  const source = { new: 'dedupeValue', greater: 'incrementalDedupeValue', later: 'dateDedupeValue' }[mode];
  if (mode === 'new') {
    report.differs(
      'of items with the same value in one run only the first is new, and values beyond the size of the history are forgotten.',
      'options.historySize',
    );
  }
  return {
    type: 'remove-seen',
    with: {
      mode,
      value: parameter(node, source, ''),
      ...shared,
      ...(mode === 'new' ? { history: number(node, 'options.historySize', 10_000) } : {}),
    },
    outputs: ['new', 'seen'],
    ...passingOnError(node),
  };
}

export const LIST_MAPPINGS: Readonly<Record<string, Mapping>> = {
  'n8n-nodes-base.splitOut': (node, report) => splitOutAs(node, report, 'n8n'),
  'n8n-nodes-base.aggregate': (node, report) => aggregateAs(node, report, 'n8n'),
  'n8n-nodes-base.limit': limitAs,
  'n8n-nodes-base.sort': sortAs,
  'n8n-nodes-base.removeDuplicates': removeDuplicates,
  'n8n-nodes-base.summarize': summarize,
};
