/**
 * Owns how the pagination of n8n's HTTP Request becomes that of the native node. Does not know the request itself.
 */
import { jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { isExpression, raw, value, type N8nNode, type Report } from '../node.ts';
import { flag } from './data-values.ts';
import { entryOf } from './options.ts';

const AT = 'options.pagination.pagination';
const PLACES: Readonly<Record<string, 'query' | 'headers' | 'body'>> = {
  qs: 'query',
  headers: 'headers',
  body: 'body',
};

/** Parameters that each request gets, as templates by place. Null after a report. */
function parametersOf(node: N8nNode, report: Report): { [place: string]: { [name: string]: Json } } | null {
  const rows = raw(node, `${AT}.parameters.parameters`, []);
  const out: { [place: string]: { [name: string]: Json } } = {};
  for (const [at, row] of (Array.isArray(rows) ? rows : []).entries()) {
    if (row === null || typeof row !== 'object' || Array.isArray(row)) continue;
    const where = `${AT}.parameters.parameters.${at}`;
    const { type = 'qs', name } = row;
    const place = entryOf(PLACES, type);
    if (place === undefined || typeof name !== 'string' || name.startsWith('=')) {
      report.unsupported('the name and the place of a pagination parameter must be plain texts.', where);
      return null;
    }
    if (name.trim() === '' || row.value === undefined || row.value === '') {
      report.unsupported('a pagination parameter has no name or no value.', where);
      return null;
    }
    out[place] = { ...out[place], [name]: value(row.value) };
  }
  return out;
}

function completion(node: N8nNode, report: Report): { [key: string]: Json } | null {
  const when = raw(node, `${AT}.paginationCompleteWhen`, 'responseIsEmpty');
  // An answer that is empty is the end even when its status is an error.
  if (when === 'responseIsEmpty') return { completeWhen: 'empty', anyStatus: true };
  if (when === 'receiveSpecificStatusCodes') {
    const codes = raw(node, `${AT}.statusCodesWhenComplete`, '');
    const list = jsonText(codes)
      .split(',')
      .map((code) => Number(code.trim()))
      .filter((code) => code >= 100 && code < 600);
    if (typeof codes === 'string' && !isExpression(codes) && list.length > 0) return { completeWhen: list };
    report.unsupported('status codes that end the pages must be a plain list.', `${AT}.statusCodesWhenComplete`);
    return null;
  }
  if (when === 'other') {
    const rule = raw(node, `${AT}.completeExpression`, '');
    if (isExpression(rule)) {
      const never = raw(node, 'options.response.response.neverError', false) === true;
      return { completeWhen: value(rule), ...(never ? { anyStatus: true } : {}) };
    }
    report.unsupported('the end of the pages must be an expression.', `${AT}.completeExpression`);
    return null;
  }
  report.unsupported(`the end of the pages ${JSON.stringify(when)} is not known.`, `${AT}.paginationCompleteWhen`);
  return null;
}

/** Undefined: no pages. Null after a report. */
export function paginationOf(node: N8nNode, report: Report): { [key: string]: Json } | null | undefined {
  const given = raw(node, AT, null);
  const mode = raw(node, `${AT}.paginationMode`, 'updateAParameterInEachRequest');
  if (given === null || mode === 'off') return undefined;
  const end = completion(node, report);
  if (end === null) return null;
  const most =
    flag(node, report, `${AT}.limitPagesFetched`) === true ? value(raw(node, `${AT}.maxRequests`, 100)) : null;
  const interval = raw(node, `${AT}.requestInterval`, 0);
  const shared = {
    ...end,
    ...(most === null ? {} : { maxPages: most }),
    ...(interval === 0 ? {} : { interval: value(interval) }),
  };
  if (mode === 'updateAParameterInEachRequest') {
    const parameters = parametersOf(node, report);
    return parameters === null ? null : { mode: 'parameters', ...parameters, ...shared };
  }
  if (mode === 'responseContainsNextURL') {
    return { mode: 'nextUrl', url: value(raw(node, `${AT}.nextURL`, '')), ...shared };
  }
  report.unsupported(`the pagination mode ${JSON.stringify(mode)} is not known.`, `${AT}.paginationMode`);
  return null;
}
