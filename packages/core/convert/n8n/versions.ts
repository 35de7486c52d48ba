/**
 * Owns the newest version of each n8n node type that its mapping was written for. A file of a newer n8n may mean
 * something else by the same parameters, so that is said. Does not map.
 */
const NEWEST: Readonly<Record<string, number>> = {
  aggregate: 1,
  code: 2,
  compareDatasets: 2.3,
  crypto: 1,
  dateTime: 2,
  executeWorkflow: 1.4,
  executeWorkflowTrigger: 1.2,
  filter: 2.3,
  html: 1.2,
  httpRequest: 4.5,
  if: 2.3,
  itemLists: 3.1,
  limit: 1,
  markdown: 1,
  merge: 3.2,
  removeDuplicates: 2,
  renameKeys: 1,
  respondToWebhook: 1.5,
  scheduleTrigger: 1.3,
  set: 3.5,
  sort: 1,
  splitInBatches: 3,
  splitOut: 1,
  stopAndError: 1,
  summarize: 1.1,
  switch: 3.4,
  wait: 1.1,
  webhook: 2.1,
  xml: 1,
};

/** Null: known, or nothing is known about the versions of this type. */
export function newerThanKnown(type: string, version: number): number | null {
  const name = type.replace(/^n8n-nodes-base\./, '');
  const newest = Object.hasOwn(NEWEST, name) ? NEWEST[name] : undefined;
  return newest !== undefined && version > newest ? newest : null;
}
