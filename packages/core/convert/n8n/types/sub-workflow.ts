/**
 * Owns the mapping of Execute Sub-workflow.
 */
import type { Json } from '../../../model/item.ts';
import { choice, flag, isRow, raw, value, type Mapped, type N8nNode, type Report } from '../node.ts';

type Row = { [key: string]: Json };

export function executeWorkflow(node: N8nNode, report: Report): Mapped | null {
  const source = raw(node, 'source', 'database');
  if (source !== 'database') {
    report.unsupported(
      `the workflow comes from ${JSON.stringify(source)}. Save it as a file beside this one and choose it by its id.`,
      'source',
    );
    return null;
  }
  const mode = choice(node, 'mode', ['once', 'each'], 'once', report);
  const workflow = workflowOf(node, report);
  if (mode === null || workflow === null) return null;
  const waits = flag(node, 'options.waitForSubWorkflow', true, report);
  return {
    type: 'sub-workflow',
    with: {
      workflow,
      ...(mode === 'each' ? { mode } : {}),
      ...(waits ? {} : { wait: false }),
      ...inputs(node),
      ...(mode === 'each' && node.onError === 'stopWorkflow'
        ? { message: 'Error executing workflow with item at index {{ $itemIndex }}' }
        : {}),
    },
  };
}

function workflowOf(node: N8nNode, report: Report): Json | null {
  const found = raw(node, 'workflowId', '');
  const id = isRow(found) ? (found.value ?? '') : found;
  if (typeof id === 'number') return String(id);
  if (typeof id === 'string' && id !== '') return value(id);
  report.unsupported('no workflow is chosen.', 'workflowId');
  return null;
}

/** Values that are set over the fields of each item, of which only the declared ones are handed over. */
function inputs(node: N8nNode): Row {
  if (node.typeVersion < 1.2) return {};
  const values = raw(node, 'workflowInputs.value', {});
  const schema = raw(node, 'workflowInputs.schema', []);
  const fields = isRow(values) ? value(values) : {};
  const names = (Array.isArray(schema) ? schema : []).flatMap((one) =>
    isRow(one) && typeof one.id === 'string' ? [one.id] : [],
  );
  return {
    ...(isRow(fields) && Object.keys(fields).length > 0 ? { fields } : {}),
    ...(names.length > 0 ? { only: names } : {}),
  };
}
