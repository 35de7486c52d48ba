/**
 * Owns the table of names that expressions and code of n8n files may use besides the native ones. Does not evaluate
 * them; the isolate gives them their values.
 */
import { row, type ScopeName } from '../names.ts';

export const N8N_SCOPE_NAMES: readonly ScopeName[] = [
  row('data', '$data', '$data.field', 'The same as $json.'),
  row('data', '$binary', '$binary.data.fileName', 'Files of the current item, without their bytes.'),
  row('data', '$node', '$node["X"].json.field', 'Another node: json, binary, context, parameter, runIndex.'),
  row('data', '$items', '$items("X", 0, 0)', 'Items of a node, by output and run.'),
  row('data', '$item', '$item(0).$json', 'The names as another item of the input sees them.'),
  row('data', '$position', '$position', 'The same as $itemIndex.'),
  row('data', '$thisItemIndex', '$thisItemIndex', 'The same as $itemIndex.'),
  row('data', '$thisRunIndex', '$thisRunIndex', 'The same as $runIndex.'),
  row('data', '$thisItem', '$thisItem.json', 'The current item.'),
  row('data', '$prevNode', '$prevNode.name', 'Where the items come from: name, outputIndex, runIndex.'),
  row('data', '$workflow', '$workflow.name', 'The workflow: id, name, active.'),
  row('data', '$execution', '$execution.id', 'The run: id, mode, customData.'),
  row('data', '$mode', '$mode', 'How the run was started.'),
  row('data', '$nodeVersion', '$nodeVersion', 'Version of the node in the file.'),
  row('data', '$nodeId', '$nodeId', 'Id of the node in the file.'),
  row('data', '$webhookId', '$webhookId', 'Id of the webhook of the node in the file.'),
  row('data', '$parameter', '$parameter.field', 'Parameters of the node as the file has them.'),
  row('data', '$rawParameter', '$rawParameter.field', 'Parameters of the node as the file has them.'),
  row('data', '$self', '$self', 'Nothing; for files that name it.'),
  row('data', '$env', '$env.NAME', 'Access is denied.'),
  row('data', '$agentInfo', '$agentInfo', 'Nothing; for files that name it.'),
  row('function', '$getWorkflowStaticData', "$getWorkflowStaticData('global')", 'An object kept for the run.'),
  row('function', '$jmesPath', "$jmesPath($json, 'rows[].id')", 'The same as $jmespath.'),
  row('function', '$fromAI', "$fromAI('key')", 'What a model chose for this key.'),
  row('function', '$fromai', "$fromai('key')", 'What a model chose for this key.'),
  row('function', '$fromAi', "$fromAi('key')", 'What a model chose for this key.'),
];

/** Native names that n8n does not have, and that its files may use for something of their own. */
const NOT_THERE = new Set(['range']);

export const isN8nName = (name: string): boolean => !NOT_THERE.has(name);

/** Names that read the workflow in a way that Rondo has nothing for. */
export const N8N_UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['$evaluateExpression', '$evaluateExpression() makes code of data, which Rondo never does.'],
  ['eval', 'eval() makes code of data, which Rondo never does.'],
  ['$secrets', '$secrets reads secrets of n8n; expressions of Rondo cannot see secrets.'],
  ['$tool', '$tool is not supported.'],
  ['$getPairedItem', "$getPairedItem() is not supported. Use $('node').itemMatching(index)."],
]);

/** Of the language and its surroundings, what n8n hides: an empty object stands for it. */
export const N8N_HIDDEN: ReadonlySet<string> = new Set([
  'document',
  'window',
  'global',
  'globalThis',
  'self',
  'alert',
  'prompt',
  'confirm',
  'uneval',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
  'structuredClone',
  'fetch',
  'XMLHttpRequest',
  'Promise',
  'Generator',
  'GeneratorFunction',
  'AsyncFunction',
  'AsyncGenerator',
  'AsyncGeneratorFunction',
  'Function',
  'require',
  'module',
  'exports',
  'Buffer',
  'WebAssembly',
  'Reflect',
  'Proxy',
  'escape',
  'unescape',
]);

/** Properties that lead out of data; n8n refuses them. */
export const N8N_REFUSED_PROPERTIES: ReadonlySet<string> = new Set([
  '__proto__',
  'prototype',
  'constructor',
  'getPrototypeOf',
  'setPrototypeOf',
  '__lookupGetter__',
  '__lookupSetter__',
  '__defineGetter__',
  '__defineSetter__',
  'mainModule',
  'binding',
  '_load',
]);
