/**
 * Owns the list of mappings of nodes that transform data.
 */
import { jsonText } from '../../json-text.ts';
import { parameter, type Mapping } from '../node.ts';
import { compareDatasets } from './compare-datasets.ts';
import { crypto, totp } from './crypto.ts';
import { dateTime } from './date-time.ts';
import { itemLists } from './item-lists.ts';
import { LIST_MAPPINGS } from './lists.ts';
import { MARKUP_MAPPINGS } from './markup.ts';
import { moveBinaryData } from './move-binary-data.ts';
import { renameKeys } from './rename-keys.ts';

/** Of n8n's courses: says what it would send. */
const customerMessenger: Mapping = (node) => {
  const [customer, message] = ['customerId', 'message'].map((name) => jsonText(parameter(node, name, '')));
  const output = `Sent message to customer ${customer}:  ${message}`;
  return { type: 'set', with: { keep: 'none', fields: { output }, keepFiles: false } };
};

export const DATA_MAPPINGS: Readonly<Record<string, Mapping>> = {
  ...LIST_MAPPINGS,
  ...MARKUP_MAPPINGS,
  'n8n-nodes-base.crypto': crypto,
  'n8n-nodes-base.totp': totp,
  'n8n-nodes-base.itemLists': itemLists,
  'n8n-nodes-base.compareDatasets': compareDatasets,
  'n8n-nodes-base.dateTime': dateTime,
  'n8n-nodes-base.moveBinaryData': moveBinaryData,
  'n8n-nodes-base.n8nTrainingCustomerMessenger': customerMessenger,
  'n8n-nodes-base.renameKeys': renameKeys,
};
