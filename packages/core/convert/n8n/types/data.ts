/**
 * Owns the list of mappings of nodes that transform data.
 */
import type { Mapping } from '../node.ts';
import { compareDatasets } from './compare-datasets.ts';
import { dateTime } from './date-time.ts';
import { itemLists } from './item-lists.ts';
import { LIST_MAPPINGS } from './lists.ts';
import { renameKeys } from './rename-keys.ts';

export const DATA_MAPPINGS: Readonly<Record<string, Mapping>> = {
  ...LIST_MAPPINGS,
  'n8n-nodes-base.itemLists': itemLists,
  'n8n-nodes-base.compareDatasets': compareDatasets,
  'n8n-nodes-base.dateTime': dateTime,
  'n8n-nodes-base.renameKeys': renameKeys,
};
