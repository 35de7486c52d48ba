/**
 * Owns the mapping of Merge, in all its versions.
 */
import { jsonNumber } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { parseSelect } from '../../../select/parse.ts';
import { SelectError } from '../../../select/syntax.ts';
import {
  choice,
  flag,
  isExpression,
  parameter,
  raw,
  rows,
  value,
  type Mapped,
  type N8nNode,
  type Report,
} from '../node.ts';

type Row = { [key: string]: Json };

const MOST = 10;

const inputs = (count: number): string[] => Array.from({ length: count }, (_, i) => `input${i + 1}`);

const merged = (given: Row, count = 2): Mapped => ({
  type: 'merge',
  with: { ...(count === 2 ? {} : { inputs: count }), ...given },
  inputs: inputs(count),
});

export function merge(node: N8nNode, report: Report): Mapped | null {
  if (node.typeVersion < 2) return first(node, report);
  return node.typeVersion < 3 ? second(node, report) : third(node, report);
}

function third(node: N8nNode, report: Report): Mapped | null {
  const modes = ['append', 'combine', 'chooseBranch', 'combineBySql'] as const;
  const mode = choice(node, 'mode', modes, 'append', report);
  if (mode === null) return null;
  const given = raw(node, 'numberInputs', 2);
  const count = jsonNumber(given);
  if (!Number.isInteger(count) || count < 2 || count > MOST) {
    report.unsupported(`the number of inputs must be from 2 to ${MOST}.`, 'numberInputs');
    return null;
  }
  switch (mode) {
    case 'append':
      return merged({ semantics: 'n8n' }, count);
    case 'combineBySql':
      return bySql(node, count, report);
    case 'chooseBranch': {
      const output = choice(node, 'output', ['specifiedInput', 'empty'], 'specifiedInput', report);
      if (output === null) return null;
      const take = parameter(node, 'useDataOfInput', 1);
      return merged({ mode: 'choose', ...(output === 'empty' ? { empty: true } : { take: asNumber(take) }) }, count);
    }
    case 'combine': {
      const kinds = ['combineByFields', 'combineByPosition', 'combineAll'] as const;
      const kind = choice(node, 'combineBy', kinds, 'combineByFields', report);
      if (kind === 'combineByFields') return byFields(node, keysOf(node, report), 'n8n', report);
      if (kind === 'combineAll') return merged({ mode: 'cross', ...clash(node, report), semantics: 'n8n' });
      return kind === null ? null : byPosition(node, 'n8n', count, report);
    }
  }
}

const asNumber = (json: Json): Json => (typeof json === 'string' && /^\d+$/.test(json.trim()) ? Number(json) : json);

function second(node: N8nNode, report: Report): Mapped | null {
  const mode = choice(node, 'mode', ['append', 'combine', 'chooseBranch'], 'append', report);
  if (mode === null) return null;
  if (mode === 'append') return merged({ semantics: 'n8n' });
  if (mode === 'chooseBranch') {
    const output = choice(node, 'output', ['input1', 'input2', 'empty'], 'input1', report);
    if (output === null) return null;
    return merged({
      mode: 'choose',
      ...(output === 'empty' ? { empty: true } : { take: output === 'input1' ? 1 : 2 }),
    });
  }
  const rules = node.typeVersion < 2.1 ? 'n8n-2' : 'n8n-2.1';
  const kinds = ['mergeByFields', 'mergeByPosition', 'multiplex'] as const;
  const kind = choice(node, 'combinationMode', kinds, 'mergeByFields', report);
  if (kind === 'mergeByFields') return byFields(node, pairs(node), rules, report);
  if (kind === 'multiplex') return merged({ mode: 'cross', ...clash(node, report), semantics: 'n8n' });
  return kind === null ? null : byPosition(node, rules, 2, report);
}

/** Fields of equal names as one text, or pairs of names. */
function keysOf(node: N8nNode, report: Report): Json {
  if (!flag(node, 'advanced', false, report)) return parameter(node, 'fieldsToMatchString', '');
  return pairs(node);
}

const pairs = (node: N8nNode): Json =>
  rows(node, 'mergeByFields.values').map((row) => ({ left: value(row.field1 ?? ''), right: value(row.field2 ?? '') }));

const JOINS = {
  keepMatches: 'inner',
  keepNonMatches: 'anti',
  keepEverything: 'outer',
  enrichInput1: 'left',
  enrichInput2: 'right',
} as const;

function byFields(node: N8nNode, keys: Json, semantics: string, report: Report): Mapped | null {
  const joins = Object.keys(JOINS) as (keyof typeof JOINS)[];
  const join = choice(node, 'joinMode', joins, 'keepMatches', report);
  const from = choice(node, 'outputDataFrom', ['both', 'input1', 'input2'], 'both', report);
  if (join === null || from === null) return null;
  const sided = join === 'keepMatches' || join === 'keepNonMatches';
  const matches = choice(node, 'options.multipleMatches', ['all', 'first'], 'all', report);
  return merged({
    mode: 'key',
    keys,
    join: JOINS[join],
    ...(sided && from !== 'both' ? { side: from } : {}),
    ...(matches === 'first' ? { matches } : {}),
    ...(flag(node, 'options.fuzzyCompare', false, report) ? { loose: true } : {}),
    ...(flag(node, 'options.disableDotNotation', false, report) ? { dotPaths: false } : {}),
    ...clash(node, report),
    semantics,
  });
}

const EXAMPLE = 'SELECT * FROM input1 LEFT JOIN input2 ON input1.name = input2.id';

/** A query that is written in the file is read before anything runs. */
function bySql(node: N8nNode, count: number, report: Report): Mapped | null {
  const query = raw(node, 'query', EXAMPLE);
  if (typeof query === 'string' && !isExpression(query)) {
    try {
      parseSelect(query);
    } catch (error) {
      if (!(error instanceof SelectError)) throw error;
      report.unsupported(`the query cannot be run: ${error.message}`, 'query');
      return null;
    }
  }
  const tells = node.typeVersion < 3.2 || raw(node, 'options.emptyQueryResult', 'empty') === 'success';
  return merged({ mode: 'sql', query: value(query), ...(tells ? { success: true } : {}) }, count);
}

function byPosition(node: N8nNode, semantics: string, count: number, report: Report): Mapped {
  const resolve = raw(node, `${CLASH}.resolveClash`, null);
  const preferred = typeof resolve === 'string' ? /^preferInput(\d+)$/.exec(resolve)?.[1] : undefined;
  const unpaired = flag(node, 'options.includeUnpaired', false, report);
  return merged(
    {
      mode: 'position',
      ...(unpaired ? { unpaired } : {}),
      ...clash(node, report),
      ...(semantics === 'n8n' && preferred !== undefined ? { prefer: Number(preferred) } : {}),
      semantics,
    },
    count,
  );
}

const CLASH = 'options.clashHandling.values';

function clash(node: N8nNode, report: Report): Row {
  const resolve = raw(node, `${CLASH}.resolveClash`, null);
  const words: Record<string, string> = {
    preferInput1: 'first',
    preferInput2: 'last',
    preferLast: 'last',
    addSuffix: 'suffix-all',
  };
  const known = typeof resolve === 'string' && Object.hasOwn(words, resolve) ? words[resolve] : undefined;
  const deep = choice(node, `${CLASH}.mergeMode`, ['deepMerge', 'shallowMerge'], 'deepMerge', report);
  return {
    ...(known === undefined ? {} : { clash: known }),
    ...(deep === 'shallowMerge' ? { deep: false } : {}),
    ...(flag(node, `${CLASH}.overrideEmpty`, false, report) ? { keepFilled: true } : {}),
  };
}

function first(node: N8nNode, report: Report): Mapped | null {
  const modes = [
    ...(['append', 'keepKeyMatches', 'mergeByIndex', 'mergeByKey', 'multiplex'] as const),
    ...(['passThrough', 'removeKeyMatches', 'wait'] as const),
  ];
  const mode = choice(node, 'mode', modes, 'append', report);
  const key = { left: parameter(node, 'propertyName1', ''), right: parameter(node, 'propertyName2', '') };
  switch (mode) {
    case null:
      return null;
    case 'append':
      return merged({ semantics: 'n8n' });
    case 'multiplex':
      return merged({ mode: 'cross', deep: false, semantics: 'n8n' });
    case 'passThrough': {
      const output = choice(node, 'output', ['input1', 'input2'], 'input1', report);
      return merged({ mode: 'choose', take: output === 'input2' ? 2 : 1 });
    }
    case 'wait':
      return merged({ mode: 'choose', empty: true });
    case 'keepKeyMatches':
      return merged({ mode: 'key', keys: [key], side: 'input1', semantics: 'n8n' });
    case 'removeKeyMatches':
      return merged({ mode: 'key', keys: [key], join: 'anti', side: 'input1' });
    case 'mergeByKey': {
      const overwrite = choice(node, 'overwrite', ['always', 'blank', 'undefined'], 'always', report);
      // Of several with the same key n8n takes the last one; here the first.
      report.differs('of several items with one key the first is taken.', 'propertyName2');
      const keep = overwrite === 'always' ? {} : { clash: 'first', keepFilled: overwrite === 'blank' };
      return merged({ mode: 'key', keys: [key], join: 'left', matches: 'first', ...keep });
    }
    case 'mergeByIndex': {
      const join = choice(node, 'join', ['inner', 'left', 'outer'], 'left', report);
      if (join === null) return null;
      if (join === 'left') report.unsupported('joining by index along the first input. Choose inner or outer.', 'join');
      return merged({
        mode: 'position',
        deep: false,
        ...(join === 'outer' ? { unpaired: true } : {}),
        semantics: 'n8n-2',
      });
    }
  }
}
