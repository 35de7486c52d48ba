/**
 * Owns how the tools that are attached to an agent of n8n become tools of the native agent. What the model may fill in
 * is found in the parameters, before a run. Does not know the agent.
 */
import { jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { isExpression, raw, value, type N8nNode, type Report } from '../node.ts';
import { flag } from './data-values.ts';
import { attachedType } from './ai-model.ts';
import { authentication } from './credentials.ts';
import { fixedJson, isRow } from './http-values.ts';
import { located } from './messages.ts';
import { entryOf } from './options.ts';

type With = { [name: string]: Json };

/** Names of tools have letters, digits, _ and - only. */
const plainName = (text: string): string => text.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64) || 'tool';

const FROM_AI = /^=\s*(?:\/\*[^]*?\*\/\s*)?\{\{\s*(?:\/\*[^]*?\*\/\s*)?\$from[aA][iI]\s*\(([^]*)\)\s*\}\}\s*$/;
const QUOTED = /^\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\$]|\\.)*)`)\s*(?:,|$)/;

/** A value that the model gives: `$fromAI('name', 'description', 'type')`, and nothing else. */
function asked(given: Json): { name: string; spec: With } | null {
  const inside = typeof given === 'string' ? FROM_AI.exec(given)?.[1] : undefined;
  if (inside === undefined) return null;
  const parts: string[] = [];
  for (let rest = inside; parts.length < 3; ) {
    const found = QUOTED.exec(rest);
    if (found === null) break;
    parts.push((found[1] ?? found[2] ?? found[3] ?? '').replace(/\\(.)/g, '$1'));
    rest = rest.slice(found[0].length);
  }
  const [name, description = '', type = 'string'] = parts;
  if (name === undefined) return null;
  const known = type === 'number' || type === 'boolean' ? type : type === 'json' ? 'object' : 'string';
  return { name, spec: { type: known, ...(description === '' ? {} : { description }) } };
}

const usesAi = (given: Json): boolean => typeof given === 'string' && /\$from[aA][iI]\s*\(/.test(given);

/** Values by name, those that the model gives apart. Null after a report. */
function sortedValues(values: With, node: N8nNode, report: Report): { parameters: With; fixed: With } | null {
  let [parameters, fixed]: [With, With] = [{}, {}];
  for (const [name, given] of Object.entries(values)) {
    const found = asked(given);
    if (found !== null) parameters = { ...parameters, [name]: found.spec };
    else if (usesAi(given)) {
      report.unsupported(`a value of ${node.name} mixes $fromAI with other text.`);
      return null;
    } else fixed = { ...fixed, [name]: value(given) };
  }
  return { parameters, fixed };
}

const rowsAt = (node: N8nNode, path: string): With[] => {
  const rows = raw(node, path, []);
  return (Array.isArray(rows) ? rows : []).filter(isRow);
};

function workflowTool(node: N8nNode, report: Report): With | null {
  if (raw(node, 'source', 'database') !== 'database') {
    report.unsupported(`${node.name} holds its workflow itself; give it by its id.`);
    return null;
  }
  const shared = {
    type: 'workflow',
    name: plainName(jsonText(node.typeVersion < 2.2 ? raw(node, 'name', node.name) : node.name)),
    description: jsonText(raw(node, 'description', '')) || node.name,
    workflow: located(node, 'workflowId'),
  };
  const inputs = raw(node, 'workflowInputs.value', null);
  if (isRow(inputs)) {
    const sorted = sortedValues(inputs, node, report);
    return sorted && { ...shared, parameters: sorted.parameters, input: sorted.fixed };
  }
  const fixed = Object.fromEntries(
    rowsAt(node, 'fields.values').map((row) => {
      const type = jsonText(row.type ?? 'stringValue');
      return [jsonText(row.name ?? ''), value(row[type] ?? row.stringValue ?? '')];
    }),
  );
  if (flag(node, report, 'specifyInputSchema') === true) {
    const example = raw(node, 'schemaType', 'fromJson') === 'fromJson';
    const schema = fixedJson(raw(node, example ? 'jsonSchemaExample' : 'inputSchema', ''));
    if (!isRow(schema)) {
      report.unsupported(`the schema of ${node.name} must be plain JSON.`);
      return null;
    }
    const named = Object.entries(schema).map(([name, one]): [string, Json] => [name, { type: typeOf(one) }]);
    return { ...shared, parameters: example ? Object.fromEntries(named) : schema, input: fixed };
  }
  return { ...shared, parameters: { query: { type: 'string' } }, input: fixed };
}

const typeOf = (json: Json): string =>
  typeof json === 'number' || typeof json === 'boolean' ? typeof json : isRow(json) ? 'object' : 'string';

/** Query or body of an HTTP tool: fixed values, and those of the model. */
function valuesFor(
  node: N8nNode,
  kind: 'Query' | 'Headers' | 'Body',
  report: Report,
): { parameters: With; fixed: With } | null {
  if (flag(node, report, `send${kind}`) !== true) return { parameters: {}, fixed: {} };
  if (raw(node, `specify${kind}`, 'keypair') !== 'keypair') {
    report.unsupported(`${node.name} must list what it sends one by one.`);
    return null;
  }
  let [parameters, fixed]: [With, With] = [{}, {}];
  for (const row of rowsAt(node, `parameters${kind}.values`)) {
    const name = jsonText(row.name ?? '');
    const provider = row.valueProvider ?? 'modelRequired';
    if (provider === 'fieldValue') fixed = { ...fixed, [name]: value(row.value ?? '') };
    else {
      const spec = { type: 'string', ...(provider === 'modelOptional' ? { required: false } : {}) };
      parameters = { ...parameters, [name]: spec };
    }
  }
  return { parameters, fixed };
}

/** One header with a token is what the native tool can send. */
function secretFields(node: N8nNode, report: Report): With | null {
  const auth = authentication(node, report);
  if (auth === null) return null;
  if (auth === undefined) return {};
  if (auth.type === 'bearer') return { secret: auth.secret ?? '' };
  if (auth.type === 'header' && typeof auth.name === 'string')
    return { secret: auth.secret ?? '', secretHeader: auth.name };
  report.unsupported(`${node.name} can send a bearer token only.`);
  return null;
}

function httpTool(node: N8nNode, report: Report): With | null {
  const [query, headers, body] = [
    valuesFor(node, 'Query', report),
    valuesFor(node, 'Headers', report),
    valuesFor(node, 'Body', report),
  ];
  const secret = secretFields(node, report);
  if (query === null || headers === null || body === null || secret === null) return null;
  if (Object.keys(headers.parameters).length > 0) {
    report.unsupported(`headers of ${node.name} cannot come from the model.`);
    return null;
  }
  const url = raw(node, 'url', '');
  const placeholders = [...String(url).matchAll(/(?<!\{)\{([\w-]+)\}(?!\})/g)].map(([, name = '']): [string, Json] => [
    name,
    {},
  ]);
  const described = rowsAt(node, 'placeholderDefinitions.values').map((row): [string, Json] => {
    const type = row.type === 'number' || row.type === 'boolean' ? row.type : 'string';
    return [jsonText(row.name ?? ''), { type, description: jsonText(row.description ?? '') }];
  });
  const parameters: With = {
    ...Object.fromEntries(placeholders.map(([name]) => [name, { type: 'string' }])),
    ...query.parameters,
    ...body.parameters,
  };
  for (const [name, spec] of described) if (Object.hasOwn(parameters, name)) parameters[name] = spec;
  return {
    type: 'http',
    name: plainName(jsonText(node.typeVersion < 1.1 ? raw(node, 'name', node.name) : node.name)),
    description: jsonText(raw(node, 'toolDescription', '')) || node.name,
    method: raw(node, 'method', 'GET'),
    url: isExpression(url) ? value(url) : jsonText(url),
    parameters,
    ...(Object.keys(query.fixed).length > 0 ? { query: query.fixed } : {}),
    ...(Object.keys(headers.fixed).length > 0 ? { headers: headers.fixed } : {}),
    ...(Object.keys(body.fixed).length > 0 ? { body: body.fixed } : {}),
    ...secret,
  };
}

function codeTool(node: N8nNode, report: Report): With | null {
  if (raw(node, 'language', 'javaScript') !== 'javaScript') {
    report.unsupported(`${node.name} is written in Python, with names that Rondo does not give.`);
    return null;
  }
  const code = jsonText(raw(node, 'jsCode', ''));
  return {
    type: 'code',
    name: plainName(jsonText(node.typeVersion < 1.2 ? raw(node, 'name', node.name) : node.name)),
    description: jsonText(raw(node, 'description', '')) || node.name,
    parameters: { query: { type: 'string' } },
    language: 'javascript',
    source: `async function main({ query }) {\n${code}\n}`,
  };
}

/** The tools of an agent. Null after a report. */
export function toolsOf(node: N8nNode, report: Report): With[] | null {
  const makers: Readonly<Record<string, (tool: N8nNode, to: Report) => With | null>> = {
    toolWorkflow: workflowTool,
    toolHttpRequest: httpTool,
    toolCode: codeTool,
  };
  const out: With[] = [];
  for (const tool of node.attached.ai_tool ?? []) {
    const type = attachedType(tool);
    const made = entryOf(makers, type)?.(tool, report);
    if (made === undefined) report.unsupported(`the tool ${tool.name} (${tool.type}) is not supported.`);
    if (made === undefined || made === null) return null;
    out.push(made);
  }
  return out;
}
