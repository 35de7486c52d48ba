/**
 * Owns the mapping of RSS Read. Version 1 reads one feed, whatever the number of items.
 */
import { jsonText } from '../../json-text.ts';
import { isExpression, parameter, raw, type Mapping } from '../node.ts';
import { flag } from './data-values.ts';

export const rssFeedRead: Mapping = (node, report) => {
  const custom = raw(node, 'options.customFields', '');
  if (isExpression(custom)) {
    report.unsupported('further fields must be a plain list of names.', 'options.customFields');
    return null;
  }
  const extra = jsonText(custom)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return {
    type: 'rss',
    with: {
      url: parameter(node, 'url', ''),
      entries: 'elements',
      ...(extra.length === 0 ? {} : { extra }),
      ...(flag(node, report, 'options.ignoreSSL') === true ? { insecure: true } : {}),
    },
    ...(node.typeVersion < 1.1 ? { executeOnce: true } : {}),
  };
};
