/**
 * Owns the mapping of Respond to Webhook: one answer from the first item, or all, whose items go on as they came.
 */
import type { Json } from '../../../model/item.ts';
import {
  choice,
  flag,
  isExpression,
  isRow,
  parameter,
  raw,
  rows,
  value,
  type Mapped,
  type N8nNode,
  type Report,
} from '../node.ts';

const KINDS = [
  ...(['firstIncomingItem', 'allIncomingItems', 'json', 'text', 'binary', 'noData', 'redirect', 'jwt'] as const),
];

export function respondToWebhook(node: N8nNode, report: Report): Mapped | null {
  const kind = choice(node, 'respondWith', KINDS, 'firstIncomingItem', report);
  if (kind === null) return null;
  if (kind === 'jwt') {
    report.unsupported('answers with a JWT.', 'respondWith');
    return null;
  }
  if (flag(node, 'enableResponseOutput', false, report)) {
    report.unsupported('the output with the answer.', 'enableResponseOutput');
  }
  if (raw(node, 'options.responseKey', '') !== '') report.unsupported('a key for the answer.', 'options.responseKey');
  const status = raw(node, 'options.responseCode', null);
  const headers = Object.fromEntries(
    rows(node, 'options.responseHeaders.entries').flatMap((row): [string, Json][] =>
      typeof row.name === 'string' && row.name !== '' ? [[row.name, value(row.value ?? '')]] : [],
    ),
  );
  return {
    type: 'respond',
    with: {
      ...answer(node, kind, report),
      ...(status === null || isRow(status) ? STATUS[kind] : { status: value(status) }),
      ...(Object.keys(headers).length > 0 ? { headers } : {}),
      pass: true,
    },
    loop: { size: 'all' },
  };
}

type Kind = Exclude<(typeof KINDS)[number], 'jwt'>;

/** Where the file says nothing and we mean another one. */
const STATUS: Readonly<Partial<Record<Kind, { status: number }>>> = {
  noData: { status: 200 },
  redirect: { status: 307 },
};

function answer(node: N8nNode, kind: Kind, report: Report): { [key: string]: Json } {
  switch (kind) {
    case 'firstIncomingItem':
      return { body: '{{ $json }}' };
    case 'allIncomingItems':
      return { body: '{{ $input.all().map((item) => item.json) }}' };
    case 'json':
      return { body: parameter(node, 'responseBody', '{\n  "myField": "value"\n}'), as: 'json-text' };
    case 'text':
      return { body: parameter(node, 'responseBody', ''), as: 'html' };
    case 'binary': {
      const name =
        raw(node, 'responseDataSource', 'automatically') === 'set' ? parameter(node, 'inputFieldName', 'data') : null;
      return { as: 'binary', ...(name === null ? {} : { file: name }), download: false };
    }
    case 'redirect': {
      const url = raw(node, 'redirectURL', '');
      const host = typeof url === 'string' ? /^https?:\/\/([^/:?#{}]+)/.exec(url.replace(/^=/, ''))?.[1] : undefined;
      if (isExpression(url) && host === undefined) {
        report.differs('it may lead to this server only; write the host in the file for another one.', 'redirectURL');
      }
      return { as: 'redirect', location: value(url), ...(host === undefined ? {} : { redirectHosts: [host] }) };
    }
    case 'noData':
      return { as: 'none' };
  }
}
