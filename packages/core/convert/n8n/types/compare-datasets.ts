/**
 * Owns the mapping of n8n's Compare Datasets, 1 to 2.3.
 */
import type { Json } from '../../../model/item.ts';
import { value, type Mapping } from '../node.ts';
import { choice, flag, flagOrTemplate, names, passingOnError, rows } from './data-values.ts';

export const compareDatasets: Mapping = (node, report) => {
  const { typeVersion } = node;
  const resolve = choice(node, report, 'resolve', typeVersion < 2.1 ? 'preferInput2' : 'includeBoth', {
    preferInput1: 'a',
    preferInput2: 'b',
    mix: 'mix',
    includeBoth: 'both',
  });
  const preferred = choice(node, report, 'preferWhenMix', 'input1', { input1: 'a', input2: 'b' });
  const matches = choice(node, report, 'options.multipleMatches', 'first', { first: 'first', all: 'all' });
  const literalNames = flag(node, report, 'options.disableDotNotation');
  if (resolve === null || preferred === null || matches === null || literalNames === null) return null;
  const keys = rows(node, 'mergeByFields.values').map((row) => ({
    a: value(row.field1 ?? ''),
    b: value(row.field2 ?? ''),
  }));
  const skip = names(node, 'options.skipFields');
  const loose = flagOrTemplate(node, typeVersion < 2 ? 'options.fuzzyCompare' : 'fuzzyCompare');
  const settings: Record<string, Json> = {
    keys: keys.length === 0 ? [{ a: '', b: '' }] : keys,
    version: resolve === 'mix' ? preferred : resolve,
    ...(resolve === 'mix' ? { except: names(node, 'exceptWhenMix') } : {}),
    ...(Array.isArray(skip) && skip.length === 0 ? {} : { skip }),
    ...(loose === false ? {} : { loose }),
    ...(matches === 'first' ? {} : { matches }),
    ...(literalNames ? { dotPaths: false } : {}),
    semantics: rulesOf(typeVersion),
  };
  return {
    type: 'compare-datasets',
    with: settings,
    inputs: ['a', 'b'],
    outputs: ['onlyA', 'same', 'different', 'onlyB'],
    ...passingOnError(node),
  };
};

function rulesOf(version: number): string {
  if (version < 2) return 'n8n-1';
  if (version < 2.1) return 'n8n-2';
  return version < 2.2 ? 'n8n-2.1' : 'n8n';
}
