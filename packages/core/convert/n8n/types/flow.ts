/**
 * Owns the list of mappings of triggers and of nodes that steer the flow, and those that are a line long.
 */
import { jsonNumber, jsonText } from '../../json-text.ts';
import {
  choice,
  isExpression,
  parameter,
  raw,
  value,
  type Mapped,
  type Mapping,
  type N8nNode,
  type Report,
} from '../node.ts';
import { code, functionItem, functionNode } from './code.ts';
import { filter, ifNode, switchNode } from './decisions.ts';
import { merge } from './merge.ts';
import { respondToWebhook } from './respond.ts';
import { cron, interval, schedule } from './schedule.ts';
import { set } from './set.ts';
import { executeWorkflow } from './sub-workflow.ts';
import { errorTrigger, executeWorkflowTrigger, formTrigger, manual, webhook } from './triggers.ts';

const UNITS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;

/** Waits once for all items, by what the first one says. */
function wait(node: N8nNode, report: Report): Mapped | null {
  const first = node.typeVersion < 1.1;
  const resume = choice(node, 'resume', ['timeInterval', 'specificTime', 'webhook', 'form'], 'timeInterval', report);
  if (resume === null) return null;
  if (resume === 'specificTime') {
    return { type: 'wait', with: { until: parameter(node, 'dateTime', '') }, loop: { size: 'all' } };
  }
  if (resume !== 'timeInterval') {
    report.unsupported('waiting for a call or a form inside a workflow.', 'resume');
    return null;
  }
  const unit = choice(node, 'unit', ['seconds', 'minutes', 'hours', 'days'], first ? 'hours' : 'seconds', report);
  if (unit === null) return null;
  const amount = raw(node, 'amount', first ? 1 : 5);
  const all = { loop: { size: 'all' as const } };
  if (isExpression(amount))
    return { type: 'wait', with: { for: `${jsonText(value(amount))}${unit.charAt(0)}` }, ...all };
  const ms = Math.round(jsonNumber(amount) * UNITS[unit] * 1000);
  if (!(ms >= 0)) report.unsupported(`${JSON.stringify(amount)} is no time.`, 'amount');
  return { type: 'wait', with: { for: ms }, ...all };
}

/** An error that the node itself throws is none of an item: where the run goes on, its items do, unchanged. */
function stopAndError(node: N8nNode, report: Report): Mapped | null {
  const type = choice(node, 'errorType', ['errorMessage', 'errorObject'], 'errorMessage', report);
  if (type === null) return null;
  const given =
    type === 'errorMessage'
      ? { message: parameter(node, 'errorMessage', '') }
      : { object: parameter(node, 'errorObject', '') };
  return {
    type: 'stop-and-error',
    with: given,
    ...(node.onError === 'stopWorkflow' ? {} : { loop: { onError: 'pass' } }),
  };
}

/** `loop` and `done` have changed places between the versions. */
function splitInBatches(node: N8nNode, report: Report): Mapped {
  const version = node.typeVersion < 2 ? 1 : node.typeVersion < 3 ? 2 : 3;
  const size = raw(node, 'batchSize', version < 3 ? 10 : 1);
  const fixed = typeof size === 'number' ? size : Number.NaN;
  if (!isExpression(size) && !(fixed >= 1)) report.unsupported('the batch size must be at least 1.', 'batchSize');
  const reset = raw(node, 'options.reset', false);
  const outputs = { 1: ['loop'], 2: ['loop', 'done'], 3: ['done', 'loop'] };
  return {
    type: 'loop-over-items',
    with: {
      ...(isExpression(size) ? { size: value(size) } : {}),
      ...(reset === false ? {} : { reset: value(reset) }),
      ...(version === 3 ? {} : { version }),
    },
    ...(isExpression(size) ? {} : { loop: { size: Math.max(1, Math.trunc(fixed) || 1) } }),
    outputs: outputs[version],
  };
}

/** Saves facts about the run, which nothing of the run reads; its items go on. */
function executionData(_node: N8nNode, report: Report): Mapped {
  report.changed('what it saves about the run is not kept; items pass on unchanged.');
  return { type: 'no-op' };
}

/** For tests of workflows: only what gives the same each time. */
function debugHelper(node: N8nNode, report: Report): Mapped | null {
  const category = raw(node, 'category', 'throwError');
  if (category === 'doNothing') return { type: 'no-op' };
  if (category === 'throwError') {
    return {
      type: 'stop-and-error',
      with: { message: parameter(node, 'throwErrorMessage', 'Node has thrown an error') },
    };
  }
  report.unsupported(`the test data of ${JSON.stringify(category)}. Pin its items.`, 'category');
  return null;
}

function trainingData(_node: N8nNode, report: Report): null {
  report.unsupported('the rows of this data set are not there. Pin its items.');
  return null;
}

/** It only says that it has sent something. */
const trainingMessage = (node: N8nNode): Mapped => ({
  type: 'set',
  with: {
    keep: 'none',
    fields: { output: `Sent message to customer ID:  ${jsonText(parameter(node, 'customerId', ''))}` },
  },
});

const passes = (): Mapped => ({ type: 'no-op' });

/** A trigger of a chat is started with what was said: chatInput, sessionId. */
const chat = (_node: N8nNode, report: Report): Mapped => {
  report.changed('give the message as the input of the run: { "chatInput": "..." }.');
  return manual();
};

export const FLOW_MAPPINGS: Readonly<Record<string, Mapping>> = {
  'n8n-nodes-base.manualTrigger': manual,
  'n8n-nodes-base.start': manual,
  'n8n-nodes-base.scheduleTrigger': schedule,
  'n8n-nodes-base.cron': cron,
  'n8n-nodes-base.interval': interval,
  'n8n-nodes-base.webhook': webhook,
  'n8n-nodes-base.formTrigger': formTrigger,
  'n8n-nodes-base.errorTrigger': errorTrigger,
  'n8n-nodes-base.executeWorkflowTrigger': executeWorkflowTrigger,
  '@n8n/n8n-nodes-langchain.chatTrigger': chat,
  '@n8n/n8n-nodes-langchain.manualChatTrigger': chat,
  'n8n-nodes-base.set': set,
  'n8n-nodes-base.if': ifNode,
  'n8n-nodes-base.filter': filter,
  'n8n-nodes-base.switch': switchNode,
  'n8n-nodes-base.merge': merge,
  'n8n-nodes-base.splitInBatches': splitInBatches,
  'n8n-nodes-base.code': code,
  'n8n-nodes-base.function': functionNode,
  'n8n-nodes-base.functionItem': functionItem,
  'n8n-nodes-base.noOp': passes,
  'n8n-nodes-base.wait': wait,
  'n8n-nodes-base.stopAndError': stopAndError,
  'n8n-nodes-base.executionData': executionData,
  'n8n-nodes-base.debugHelper': debugHelper,
  'n8n-nodes-base.respondToWebhook': respondToWebhook,
  'n8n-nodes-base.executeWorkflow': executeWorkflow,
  'n8n-nodes-base.n8nTrainingCustomerDatastore': trainingData,
  'n8n-nodes-base.n8nTrainingCustomerMessenger': trainingMessage,
};
