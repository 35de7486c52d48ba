/**
 * Owns the mapping of Send Email. Where the mail server is stands in the credentials, so all of it is secrets.
 */
import { jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { isExpression, parameter, raw, type Mapped, type Mapping, type N8nNode } from '../node.ts';
import { flag } from './data-values.ts';
import { secretOf } from './credentials.ts';

function filled(values: { [name: string]: Json }): { [name: string]: Json } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

export const emailSend: Mapping = (node, report): Mapped | null => {
  const operation = raw(node, 'operation', 'send');
  if (operation !== 'send') {
    report.unsupported('waiting for an answer to an e-mail is not supported.', 'operation');
    return null;
  }
  const old = node.typeVersion < 2;
  const options = old ? '' : 'options.';
  const files = raw(node, `${options}attachments`, '');
  if (isExpression(files)) {
    report.unsupported('attachments must be plain names.', `${options}attachments`);
    return null;
  }
  const names = jsonText(files)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const attribution = raw(node, 'options.appendAttribution', node.typeVersion >= 2.1);
  if (attribution === true) report.differs('no line about n8n is added to the text.', 'options.appendAttribution');
  return {
    type: 'send-email',
    with: {
      ...mailServer(node, 'smtp'),
      ...(flag(node, report, 'options.allowUnauthorizedCerts') === true ? { insecure: true } : {}),
      ...filled({
        from: parameter(node, 'fromEmail', ''),
        to: parameter(node, 'toEmail', ''),
        cc: parameter(node, `${options}ccEmail`, ''),
        bcc: parameter(node, `${options}bccEmail`, ''),
        replyTo: parameter(node, 'options.replyTo', ''),
        ...bodyOf(node, old),
      }),
      subject: parameter(node, 'subject', ''),
      ...(names.length === 0 ? {} : { attachments: names.map((name) => ({ itemFile: name })) }),
    },
  };
};

function bodyOf(node: N8nNode, old: boolean): { [name: string]: Json } {
  const format = old ? 'both' : raw(node, 'emailFormat', node.typeVersion >= 2.1 ? 'html' : 'text');
  return {
    text: format === 'html' ? '' : parameter(node, 'text', ''),
    html: format === 'text' ? '' : parameter(node, 'html', ''),
  };
}

function mailServer(node: N8nNode, credential: string): { [name: string]: Json } {
  const fields = ['host', 'port', 'security', 'user'];
  return {
    secret: secretOf(node, credential),
    secrets: Object.fromEntries(fields.map((field) => [field, secretOf(node, credential, field)])),
  };
}

/** Starting runs when mail arrives is not a node that a run can come to. */
export const emailReadImap: Mapping = (_node, report) => {
  report.unsupported('runs do not start when mail arrives. Read the mailbox with read-email, after a schedule.');
  return null;
};
