/**
 * Owns the mappings of the AI nodes of n8n: chains, agents, extraction, classification, messages to OpenAI. Their
 * models, parsers and tools are the nodes attached to them.
 */
import { jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { isExpression, parameter, raw, value, type Mapped, type Mapping, type N8nNode } from '../node.ts';
import { flag } from './data-values.ts';
import { modelOf, parserOf, refuseOthers, writtenSchema } from './ai-model.ts';
import { toolsOf } from './ai-tools.ts';
import { authOf } from './credentials.ts';
import { requestLoop } from './http-connection.ts';
import { requestMessages } from './http-errors.ts';
import { isRow } from './http-values.ts';
import { located } from './messages.ts';
import { entryOf, reportOthers } from './options.ts';

type With = { [name: string]: Json };

const rowsAt = (node: N8nNode, path: string): With[] => {
  const rows = raw(node, path, []);
  return (Array.isArray(rows) ? rows : []).filter(isRow);
};

/** What the user says: as it is written, or the field that a chat gives. */
function promptOf(node: N8nNode, name: string): Json {
  const auto = raw(node, 'promptType', raw(node, name, null) === null ? 'auto' : 'define') === 'auto';
  return auto ? '{{ $json.chatInput ?? $json.input }}' : parameter(node, name, '');
}

const ROLES: Readonly<Record<string, string>> = {
  SystemMessagePromptTemplate: 'system',
  HumanMessagePromptTemplate: 'user',
  AIMessagePromptTemplate: 'assistant',
};

export const chainLlm: Mapping = (node, report): Mapped | null => {
  refuseOthers(node, ['ai_languageModel', 'ai_outputParser'], report);
  const model = modelOf(node, report);
  const schema = parserOf(node, report);
  if (model === null || schema === undefined) return null;
  const messages: Json[] = [];
  for (const [at, row] of rowsAt(node, 'messages.messageValues').entries()) {
    const role = entryOf(ROLES, row.type ?? 'SystemMessagePromptTemplate');
    if (role === undefined || (row.messageType ?? 'text') !== 'text') {
      report.unsupported('messages with pictures are not converted.', `messages.messageValues.${at}`);
      return null;
    }
    messages.push({ role, content: value(row.message ?? '') });
  }
  const name = node.typeVersion >= 1.4 || raw(node, 'text', null) !== null ? 'text' : 'prompt';
  return {
    type: 'llm',
    with: {
      ...model,
      prompt: promptOf(node, name),
      ...(messages.length > 0 ? { messages } : {}),
      ...(schema === null ? { answer: 'text' } : { schema, answer: 'output' }),
    },
  };
};

export const agent: Mapping = (node, report): Mapped | null => {
  refuseOthers(node, ['ai_languageModel', 'ai_outputParser', 'ai_tool'], report);
  const kind = raw(node, 'agent', 'toolsAgent');
  if (kind === 'sqlAgent' || kind === 'planAndExecuteAgent') {
    report.unsupported(`agents of the kind ${jsonText(kind)} are not supported.`, 'agent');
    return null;
  }
  const model = modelOf(node, report);
  const schema = parserOf(node, report);
  const tools = toolsOf(node, report);
  if (model === null || schema === undefined || tools === null) return null;
  if (flag(node, report, 'options.returnIntermediateSteps') === true) {
    report.differs('the steps in between are not part of the item.', 'options.returnIntermediateSteps');
  }
  reportOthers(node, 'options', AGENT_OPTIONS, report);
  const most = raw(node, 'options.maxIterations', 10);
  return {
    type: 'agent',
    with: {
      ...model,
      system: parameter(node, 'options.systemMessage', '') || 'You are a helpful assistant',
      prompt: promptOf(node, 'text'),
      ...(tools.length > 0 ? { tools } : {}),
      maxTurns: isExpression(most) ? value(most) : most,
      ...(schema === null ? {} : { schema }),
      answer: 'output',
    },
  };
};

const AGENT_OPTIONS = ['systemMessage', 'maxIterations', 'returnIntermediateSteps', 'batching', 'enableStreaming'];

const TYPES: Readonly<Record<string, With>> = {
  string: { type: 'string' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
};

const EXTRACT =
  'Take the values that the schema names out of the text of the user. Leave out what the text does not say.';

export const informationExtractor: Mapping = (node, report): Mapped | null => {
  refuseOthers(node, ['ai_languageModel'], report);
  const model = modelOf(node, report);
  if (model === null) return null;
  let schema: With | undefined;
  if (raw(node, 'schemaType', 'fromAttributes') === 'fromAttributes') {
    const rows = rowsAt(node, 'attributes.attributes');
    const named = rows.map((row): [string, Json] => [
      jsonText(row.name ?? ''),
      { ...entryOf(TYPES, row.type ?? 'string'), description: jsonText(row.description ?? '') },
    ]);
    const required = rows.filter((row) => row.required === true).map((row) => jsonText(row.name ?? ''));
    schema = { type: 'object', properties: Object.fromEntries(named), required };
  } else schema = writtenSchema(node, report, node);
  if (schema === undefined) return null;
  return {
    type: 'llm',
    with: {
      ...model,
      system: parameter(node, 'options.systemPromptTemplate', '') || EXTRACT,
      prompt: parameter(node, 'text', ''),
      schema,
      answer: 'output',
    },
  };
};

export const textClassifier: Mapping = (node, report): Mapped | null => {
  refuseOthers(node, ['ai_languageModel'], report);
  const model = modelOf(node, report);
  if (model === null) return null;
  if (flag(node, report, 'options.multiClass') === true) {
    report.unsupported('an item goes to one category only.', 'options.multiClass');
    return null;
  }
  const rows = rowsAt(node, 'categories.categories');
  const other = raw(node, 'options.fallback', 'discard') === 'other';
  const names = rows.map((row) => jsonText(row.category ?? ''));
  if (names.some((name) => isExpression(name) || name === '') || new Set(names).size < names.length) {
    report.unsupported('categories must have plain names, each its own.', 'categories');
    return null;
  }
  // An output is named by the category; a dot would end its name.
  const ids = names.map((name) => name.replaceAll('.', '_'));
  let rest = 'Other';
  while (ids.includes(rest)) rest += ' category';
  const classes = rows.map((row, at): Json => ({ id: ids[at] ?? '', description: jsonText(row.description ?? '') }));
  return {
    type: 'question-classifier',
    with: {
      ...model,
      text: parameter(node, 'inputText', ''),
      classes: [...classes, { id: rest, description: 'None of the others fits.' }],
      fallback: rest,
      output: '',
    },
    outputs: other ? [...ids, rest] : ids,
  };
};

/** Messages to OpenAI: one request, and an item for each choice of the answer. */
export const openAi: Mapping = (node, report): Mapped | null => {
  const old = node.type.startsWith('n8n-nodes-base.');
  const resource = raw(node, 'resource', 'text');
  const operation = raw(node, 'operation', old ? 'complete' : 'message');
  const chat = old ? resource === 'chat' && operation === 'complete' : resource === 'text' && operation === 'message';
  if (!chat || (!old && node.typeVersion >= 2)) {
    report.unsupported(
      `the operation ${jsonText(resource)}: ${jsonText(operation)} is not supported; use an HTTP Request.`,
      'operation',
    );
    return null;
  }
  refuseOthers(node, [], report);
  const auth = authOf(node, 'openAiApi', report, 'authentication');
  if (auth === null) return null;
  const rows = rowsAt(node, old ? 'prompt.messages' : 'messages.values');
  const messages = rows.map((row): Json => ({ role: value(row.role ?? 'user'), content: value(row.content ?? '') }));
  const options: With = {};
  const named = { temperature: 'temperature', topP: 'top_p', maxTokens: 'max_tokens', n: 'n' };
  for (const [key, name] of Object.entries(named)) {
    const found = raw(node, `options.${key}`, null);
    if (found !== null) options[name] = value(found);
  }
  const json = flag(node, report, 'jsonOutput') === true;
  const model = located(node, old ? 'chatModel' : 'modelId') || (old ? located(node, 'model') : '') || 'gpt-3.5-turbo';
  if (json) report.differs('content of the message stays text; n8n parses it.', 'jsonOutput');
  return {
    type: 'http-request',
    with: {
      method: 'POST',
      url: 'https://api.openai.com/v1/chat/completions',
      bodyType: 'json',
      body: { model, messages, ...options, ...(json ? { response_format: { type: 'json_object' } } : {}) },
      response: 'json',
      ...(flag(node, report, old ? 'simplifyOutput' : 'simplify', true) === true ? { items: 'choices' } : {}),
      auth,
      timeout: 300_000,
      messages: requestMessages('Text'),
      idempotencyKey: false,
    },
    loop: { parallel: requestLoop(node, -1, 0, report).parallel ?? 1 },
  };
};
