/**
 * Owns what is around the graph of a Dify file: the app and its mode, variables of the environment and of the
 * conversation. Takes exports of apps of all versions, and bare graphs. Does not read nodes.
 */
import { diagnostic, type Diagnostic } from '../../errors.ts';
import type { Json } from '../../model/item.ts';
import { describe, isObject } from '../../model/shape.ts';

type Path = (string | number)[];
export type Members = { [key: string]: Json };

/** A variable with its value: of the environment, of the conversation. */
export interface DifyVariable {
  name: string;
  type: string;
  value: Json;
  description: string;
}

export interface DifyDocument {
  name: string;
  description: string;
  /** A conversation: it has a query, variables of the conversation, and gives an answer. */
  chat: boolean;
  graph: Members;
  /** Place of the graph in the file. */
  path: Path;
  environment: DifyVariable[];
  conversation: DifyVariable[];
}

/** The newest version of the format that is known here. */
const NEWEST = [0, 6];
const WITHOUT_GRAPH = new Set(['chat', 'agent-chat', 'completion']);

export const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Null, with errors, where Dify refuses the file. */
export function readDocument(value: Members, file: string, out: Diagnostic[]): DifyDocument | null {
  const { app, workflow } = value;
  if (isObject(app)) return readApp(value, app, file, out);
  const refuse = (path: Path, message: string, fix?: string): null => {
    out.push(diagnostic('file-format', path, message, fix === undefined ? {} : { fix: { text: fix } }));
    return null;
  };
  if (workflow !== undefined || value.kind === 'app') {
    return refuse(
      ['app'],
      'This is no export of a Dify app: it has no section app, so Dify does not import it either.',
      'Export the app from Dify again.',
    );
  }
  const bare = isObject(value.graph) ? { graph: value.graph, path: ['graph'] } : { graph: value, path: [] as Path };
  const { nodes } = bare.graph;
  if (!Array.isArray(nodes) || !nodes.every((node) => isObject(node) && isObject(node.data))) {
    return refuse(
      ['app'],
      'This is no Dify workflow: it has no section app, and its nodes have no data, so Dify does not import it either.',
      'Export the app from Dify again.',
    );
  }
  return {
    ...bare,
    name: titleOf(file),
    description: '',
    chat: nodes.some((node) => isObject(node) && isObject(node.data) && node.data.type === 'answer'),
    environment: readVariables(value.environment_variables),
    conversation: readVariables(value.conversation_variables),
  };
}

function readApp(value: Members, app: Members, file: string, out: Diagnostic[]): DifyDocument | null {
  const mode = textIn(app.mode);
  const { workflow } = value;
  if (!checkVersion(value.version, out)) return null;
  if (!isObject(workflow)) {
    const message = WITHOUT_GRAPH.has(mode)
      ? `A Dify app of the mode ${mode} has no workflow: it is a prompt and a model.`
      : 'The file has no section workflow.';
    out.push(diagnostic('not-supported', WITHOUT_GRAPH.has(mode) ? ['app', 'mode'] : ['workflow'], message));
    return null;
  }
  const path = ['workflow', 'graph'];
  if (!isObject(workflow.graph)) {
    out.push(diagnostic('file-format', path, `The workflow has no graph, but ${describe(workflow.graph ?? null)}.`));
    return null;
  }
  const moderation = isObject(workflow.features) ? workflow.features.sensitive_word_avoidance : undefined;
  if (isObject(moderation) && moderation.enabled === true) {
    out.push(
      diagnostic('differs', ['workflow', 'features', 'sensitive_word_avoidance'], 'Texts are not moderated here.', {
        severity: 'warning',
      }),
    );
  }
  return {
    name: textIn(app.name).trim() || titleOf(file),
    description: textIn(app.description),
    chat: mode === 'advanced-chat',
    graph: workflow.graph,
    path,
    environment: readVariables(workflow.environment_variables),
    conversation: readVariables(workflow.conversation_variables),
  };
}

/** False where Dify refuses the version. Old files have none. */
function checkVersion(version: Json | undefined, out: Diagnostic[]): boolean {
  if (version === undefined || version === null) {
    const message = 'The file has no version: it is read as one of version 0.1.0.';
    out.push(diagnostic('converted', ['version'], message, { severity: 'hint' }));
    return true;
  }
  if (typeof version !== 'string') {
    const message = `version must be text such as "0.6.0", not ${describe(version)}; Dify refuses the file, too.`;
    out.push(diagnostic('file-format', ['version'], message, { fix: { text: 'Put the version in quotes.' } }));
    return false;
  }
  if (!/^\d+(?:\.\d+)*$/.test(version.trim())) {
    const message = `version must be numbers with points between them, such as 0.6.0, not ${describe(version)}.`;
    out.push(diagnostic('differs', ['version'], message, { severity: 'warning' }));
    return true;
  }
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  if (major > (NEWEST[0] as number) || (major === NEWEST[0] && minor > (NEWEST[1] as number))) {
    const message = `The file is of version ${version}; versions up to ${NEWEST.join('.')} are known here.`;
    out.push(diagnostic('differs', ['version'], message, { severity: 'warning' }));
  }
  return true;
}

function readVariables(list: Json | undefined): DifyVariable[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).flatMap((raw): DifyVariable[] => {
    const name = textIn(raw.name);
    if (name === '') return [];
    const type = textIn(raw.value_type) || 'string';
    return [{ name, type, value: typed(type, raw.value ?? null), description: textIn(raw.description) }];
  });
}

/** Some files hold numbers and lists as text. */
function typed(type: string, value: Json): Json {
  if (value === null) return zeroOf(type);
  if (typeof value !== 'string' || type === 'string' || type === 'secret') return value;
  if (value.trim() === '') return zeroOf(type);
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

/** What a variable of the type holds before anything is assigned. */
export function zeroOf(type: string): Json {
  if (type.startsWith('array')) return [];
  if (type === 'number') return 0;
  if (type === 'boolean') return false;
  if (type === 'object') return {};
  return '';
}

function titleOf(file: string): string {
  return (file.split(/[\\/]/).at(-1) ?? file).replace(/\.[^.]*$/, '') || 'workflow';
}
