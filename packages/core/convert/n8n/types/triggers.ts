/**
 * Owns the mappings of the nodes that start a workflow.
 */
import type { Json } from '../../../model/item.ts';
import {
  choice,
  flag,
  isExpression,
  isRow,
  literal,
  raw,
  rows,
  type Mapped,
  type N8nNode,
  type Report,
} from '../node.ts';
import { secretOf } from './credentials.ts';

type Row = { [key: string]: Json };

/** Started by hand, with the items that are given. */
export const manual = (): Mapped => ({ type: 'manual' });

export const errorTrigger = (): Mapped => ({ type: 'error-trigger' });

/** A text that has to stand in the file: the server reads it before anything runs. */
function fixed(node: N8nNode, path: string, otherwise: string, report: Report): string {
  const found = raw(node, path, otherwise);
  if (isExpression(found)) report.unsupported('an expression cannot be used here; nothing has run yet.', path);
  return typeof found === 'string' && !isExpression(found) ? found : otherwise;
}

const RESPONSES = { onReceived: 'immediately', lastNode: 'done', responseNode: 'node' } as const;

export function webhook(node: N8nNode, report: Report): Mapped | null {
  const mode = choice(node, 'responseMode', ['onReceived', 'lastNode', 'responseNode'], 'onReceived', report);
  if (flag(node, 'multipleMethods', false, report)) {
    report.unsupported('several methods with an output each. Use one Webhook per method.', 'multipleMethods');
  }
  const auth = authOf(node, report);
  if (mode === null || auth === null) return null;
  const status = raw(node, 'options.responseCode.values.responseCode', raw(node, 'responseCode', null));
  const data = raw(node, 'responseData', 'firstEntryJson');
  if (mode === 'lastNode' && data !== 'firstEntryJson' && data !== 'allEntries') {
    report.differs('the answer is the output of the run as JSON.', 'responseData');
  }
  const answer = raw(node, 'options.responseData', null);
  return {
    type: 'webhook',
    with: {
      path: literal(fixed(node, 'path', '', report)),
      methods: [fixed(node, 'httpMethod', 'GET', report)],
      ...(auth === undefined ? {} : { auth }),
      respond: RESPONSES[mode],
      ...(typeof status === 'number' ? { status } : {}),
      ...(typeof answer === 'string' && mode === 'onReceived' ? { answer: literal(answer) } : {}),
      ...(flag(node, 'options.rawBody', false, report) ? { body: 'binary' } : {}),
    },
  };
}

/** Undefined: everybody may call. */
function authOf(node: N8nNode, report: Report): Row | null | undefined {
  const kind = choice(node, 'authentication', ['none', 'basicAuth', 'headerAuth', 'jwtAuth'], 'none', report);
  if (kind === null || kind === 'none') return kind === null ? null : undefined;
  if (kind === 'jwtAuth') {
    report.unsupported('JWT is not supported. Use basic or header authentication.', 'authentication');
    return null;
  }
  if (kind === 'basicAuth') {
    report.differs('the user name is asked for as "n8n"; write the one of the credentials.', 'authentication');
    return { type: 'basic', user: 'n8n', secret: secretOf(node, 'httpBasicAuth') };
  }
  report.differs('the header is taken to be x-api-key; write the one of the credentials.', 'authentication');
  return { type: 'header', header: 'x-api-key', secret: secretOf(node, 'httpHeaderAuth') };
}

const FORM_TYPES: Readonly<Record<string, string>> = {
  text: 'text',
  textarea: 'textarea',
  number: 'number',
  email: 'email',
  password: 'password',
  date: 'date',
  dropdown: 'select',
  radio: 'select',
  checkbox: 'multi-select',
  file: 'file',
  hiddenField: 'hidden',
};

export function formTrigger(node: N8nNode, report: Report): Mapped | null {
  const respond = choice(node, 'responseMode', ['onReceived', 'lastNode', 'responseNode'], 'onReceived', report);
  if (respond === null) return null;
  const fields: Row[] = [];
  for (const [i, row] of rows(node, 'formFields.values').entries()) {
    const kind = typeof row.fieldType === 'string' ? row.fieldType : 'text';
    if (kind === 'html') continue;
    const type = Object.hasOwn(FORM_TYPES, kind) ? FORM_TYPES[kind] : undefined;
    const label =
      typeof row.fieldLabel === 'string' ? row.fieldLabel : typeof row.fieldName === 'string' ? row.fieldName : '';
    if (type === undefined || label === '' || isExpression(label)) {
      report.unsupported(`the field ${label || i + 1} of kind ${kind}.`, `formFields.values.${i}`);
      continue;
    }
    const options = isRow(row.fieldOptions) && Array.isArray(row.fieldOptions.values) ? row.fieldOptions.values : [];
    const texts = options.flatMap((one) => (isRow(one) && typeof one.option === 'string' ? [one.option] : []));
    fields.push({
      name: label,
      type: kind === 'dropdown' && row.multiselect === true ? 'multi-select' : type,
      ...(row.requiredField === true ? { required: true } : {}),
      ...(typeof row.placeholder === 'string' ? { placeholder: literal(row.placeholder) } : {}),
      ...(typeof row.defaultValue === 'string' ? { default: literal(row.defaultValue) } : {}),
      ...(typeof row.fieldValue === 'string' ? { default: literal(row.fieldValue) } : {}),
      ...(texts.length > 0 ? { options: texts.map(literal) } : {}),
    });
  }
  const title = fixed(node, 'formTitle', '', report);
  const description = fixed(node, 'formDescription', '', report);
  return {
    type: 'form',
    with: {
      ...(title === '' ? {} : { title: literal(title) }),
      ...(description === '' ? {} : { description: literal(description) }),
      ...(typeof node.parameters.path === 'string' ? { path: literal(node.parameters.path) } : {}),
      fields,
      respond: RESPONSES[respond],
    },
  };
}

/** What a called workflow is given. */
export function executeWorkflowTrigger(node: N8nNode, report: Report): Mapped | null {
  if (node.typeVersion < 1.1) return { type: 'workflow-trigger' };
  const words = ['workflowInputs', 'jsonExample', 'passthrough'] as const;
  const source = choice(node, 'inputSource', words, 'workflowInputs', report);
  if (source === null) return null;
  if (source === 'passthrough') return { type: 'workflow-trigger' };
  const names = source === 'jsonExample' ? exampleNames(node, report) : declaredNames(node);
  if (names.length === 0) {
    report.differs('no inputs are declared: all fields are passed on; n8n would drop them.', 'workflowInputs');
  }
  return {
    type: 'workflow-trigger',
    with: { fields: names.map((name) => ({ name, required: false })), extra: 'drop' },
  };
}

function declaredNames(node: N8nNode): string[] {
  return rows(node, 'workflowInputs.values').flatMap((row) =>
    typeof row.name === 'string' && row.name !== '' ? [row.name] : [],
  );
}

function exampleNames(node: N8nNode, report: Report): string[] {
  const text = raw(node, 'jsonExample', '{}');
  try {
    const example: unknown = typeof text === 'string' ? JSON.parse(text) : text;
    if (isRow(example as Json)) return Object.keys(example as Row);
  } catch {
    // Said below.
  }
  report.unsupported('the example is not the JSON of an object.', 'jsonExample');
  return [];
}
