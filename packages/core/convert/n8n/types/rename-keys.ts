/**
 * Owns the mapping of n8n's Rename Keys.
 */
import type { Json } from '../../../model/item.ts';
import { raw, value, type Mapping } from '../node.ts';
import { passingOnError, rows } from './data-values.ts';

export const renameKeys: Mapping = (node, report) => {
  const keys = rows(node, 'keys.key').map((row) => ({
    from: value(row.currentKey ?? ''),
    to: value(row.newKey ?? ''),
  }));
  const patterns: Json[] = [];
  const path = 'additionalOptions.regexReplacement.replacements';
  for (const [i, row] of rows(node, path).entries()) {
    const options = { ...node, parameters: { options: row.options ?? {} } };
    const depth = raw(options, 'options.depth', -1);
    const caseInsensitive = raw(options, 'options.caseInsensitive', false);
    if (typeof depth !== 'number' || typeof caseInsensitive !== 'boolean') {
      report.unsupported('the options of a replacement cannot be computed by expressions.', `${path}.${i}.options`);
      return null;
    }
    patterns.push({
      search: value(row.searchRegex ?? ''),
      replace: value(row.replaceRegex ?? ''),
      ...(caseInsensitive ? { caseSensitive: false } : {}),
      ...(depth >= 0 ? { depth } : {}),
    });
  }
  return {
    type: 'rename-keys',
    with: { keys, ...(patterns.length === 0 ? {} : { patterns }), semantics: 'n8n' },
    ...passingOnError(node),
  };
};
