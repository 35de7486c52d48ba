/**
 * Owns the mappings of If, Filter and Switch, in all their versions.
 */
import { jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { choice, flag, raw, rows, value, type Mapped, type N8nNode, type Report } from '../node.ts';
import { oldCondition, oldConditions, typedConditions } from './conditions.ts';

type Row = { [key: string]: Json };

/** An item that cannot be compared does not fit, where the node goes on after errors. */
function decided(node: N8nNode, type: 'if' | 'filter', decision: Row): Mapped {
  const goesOn = node.onError !== 'stopWorkflow';
  return {
    type,
    with: { ...decision, ...(goesOn ? { undecided: 'no' } : {}) },
    outputs: type === 'if' ? ['true', 'false'] : ['kept', 'discarded'],
    ...(goesOn ? { loop: { onError: 'stop' } } : {}),
  };
}

export function ifNode(node: N8nNode, report: Report): Mapped | null {
  if (node.typeVersion < 2) {
    const combine = choice(node, 'combineOperation', ['all', 'any'], 'all', report);
    return combine === null ? null : decided(node, 'if', oldConditions(node, combine === 'any', report));
  }
  return decided(node, 'if', typedConditions(raw(node, 'conditions', {}), 'conditions', report));
}

export function filter(node: N8nNode, report: Report): Mapped | null {
  if (node.typeVersion < 2) {
    const combine = choice(node, 'combineConditions', ['AND', 'OR'], 'AND', report);
    return combine === null ? null : decided(node, 'filter', oldConditions(node, combine === 'OR', report));
  }
  return decided(node, 'filter', typedConditions(raw(node, 'conditions', {}), 'conditions', report));
}

const EXTRA = 'extra';

export function switchNode(node: N8nNode, report: Report): Mapped | null {
  const mode = choice(node, 'mode', ['rules', 'expression'], 'rules', report);
  if (mode === null) return null;
  if (mode === 'expression') return byExpression(node, report);
  if (node.typeVersion < 3) return byOldRules(node, report);
  const given = rows(node, 'rules.values');
  const names = outputNames(given.map((row) => (row.renameOutput === true ? row.outputKey : null)));
  const rules = given.map((row, i) => ({
    ...typedConditions(row.conditions ?? {}, `rules.values.${i}.conditions`, report),
    output: names[i] as string,
  }));
  const all = flag(node, 'options.allMatchingOutputs', false, report);
  return switched(node, names, raw(node, 'options.fallbackOutput', 'none'), report, { rules, ...(all ? { all } : {}) });
}

/** A name of its own for each output: what the file calls it where that can be, else its number. */
function outputNames(keys: readonly (Json | undefined)[]): string[] {
  const taken = new Set([EXTRA, 'error', ...keys.map((_, i) => String(i))]);
  return keys.map((key, i) => {
    const wanted = typeof key === 'string' && /^[\p{L}\p{N}_ -]{1,60}$/u.test(key) ? key.trim() : '';
    if (wanted === '' || taken.has(wanted)) return String(i);
    taken.add(wanted);
    return wanted;
  });
}

interface Rules {
  rules: Row[];
  all?: boolean;
}

function switched(node: N8nNode, names: readonly string[], fallback: Json, report: Report, given: Rules): Mapped {
  const extra = fallback === EXTRA;
  const place = typeof fallback === 'number' ? fallback : Number.NaN;
  const named = Number.isInteger(place) && place >= 0 ? names[place] : undefined;
  if (!extra && named === undefined && fallback !== 'none' && fallback !== -1) {
    const path = node.typeVersion < 3 ? 'fallbackOutput' : 'options.fallbackOutput';
    report.unsupported(`there is no output ${JSON.stringify(fallback)} for items that no rule fits.`, path);
  }
  return {
    type: 'switch',
    with: {
      outputs: [...names],
      ...given,
      ...(given.rules.length === 0 ? { rules: [NO_RULE] } : {}),
      ...(extra ? { fallback: EXTRA } : named === undefined ? {} : { fallback: named }),
    },
    outputs: extra ? [...names, EXTRA] : [...names],
  };
}

const MOST_OUTPUTS = 100;

function byExpression(node: N8nNode, report: Report): Mapped {
  const path = node.typeVersion < 3 ? 'outputsAmount' : 'numberOutputs';
  const given = node.typeVersion < 2 ? 4 : raw(node, path, 4);
  const count = typeof given === 'number' && given >= 1 && given <= MOST_OUTPUTS ? Math.trunc(given) : null;
  if (count === null) report.unsupported(`the number of outputs must be written as 1 to ${MOST_OUTPUTS}.`, path);
  const names = Array.from({ length: count ?? 1 }, (_, i) => String(i));
  return {
    type: 'switch',
    with: { outputs: names, output: value(raw(node, 'output', 0)) },
    outputs: names,
  };
}

function byOldRules(node: N8nNode, report: Report): Mapped | null {
  const type = choice(node, 'dataType', ['boolean', 'dateTime', 'number', 'string'], 'number', report);
  if (type === null) return null;
  const given = rows(node, 'rules.rules');
  const first = node.typeVersion < 2;
  const names = first ? ['0', '1', '2', '3'] : outputNames(given.map((row) => row.outputKey));
  const left = raw(node, 'value1', null) ?? undefined;
  const rules = given.map((row, i) => {
    const path = `rules.rules.${i}`;
    const condition = oldCondition({ type, operation: row.operation, left, right: row.value2 }, path, report);
    const output = first ? names[typeof row.output === 'number' ? row.output : 0] : names[i];
    if (output === undefined) report.unsupported(`there is no output ${jsonText(row.output)}.`, `${path}.output`);
    return { conditions: [condition], semantics: 'n8n-0', output: output ?? '0' };
  });
  return switched(node, names, raw(node, 'fallbackOutput', -1), report, { rules });
}

/** Without rules nothing fits. */
const NO_RULE: Row = { conditions: [], combinator: 'or', output: 'never' };
