/**
 * Owns the mapping of n8n's Item Lists, 1 to 3.1: the older home of Split Out, Aggregate and the others, whose rules
 * changed with its versions.
 */
import type { Mapping } from '../node.ts';
import { choice } from './data-values.ts';
import { aggregateAs, limitAs, removeDuplicatesAs, sortAs, splitOutAs, summarizeAs } from './lists.ts';

export const itemLists: Mapping = (node, report) => {
  const { typeVersion } = node;
  const operation = choice(node, report, 'operation', 'splitOutItems', {
    splitOutItems: 'split',
    aggregateItems: 'aggregate',
    concatenateItems: 'aggregate',
    removeDuplicates: 'duplicates',
    sort: 'sort',
    limit: 'limit',
    summarize: 'summarize',
  });
  switch (operation) {
    case null:
      return null;
    case 'split':
      return splitOutAs(node, report, splitRules(typeVersion));
    case 'aggregate':
      return aggregateAs(node, report, typeVersion < 2.1 ? 'n8n-1' : 'n8n-lists');
    case 'duplicates':
      return removeDuplicatesAs(node, report, typeVersion < 3.1 ? 'n8n-1' : 'n8n-lists');
    case 'sort':
      return sortAs(node, report);
    case 'limit':
      return limitAs(node, report);
    case 'summarize':
      return summarizeAs(node, report, 'n8n-lists', typeVersion < 2.1);
  }
};

function splitRules(version: number): string {
  if (version < 2) return 'n8n-1';
  if (version < 2.1) return 'n8n-2';
  return version < 2.2 ? 'n8n-2.1' : 'n8n';
}
