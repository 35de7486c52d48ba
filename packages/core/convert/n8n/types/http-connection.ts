/**
 * Owns what requests of n8n nodes have in common whatever they ask: how many go out at once, time-out, proxy. Does not
 * know what is asked.
 */
import { jsonNumber } from '../../json-text.ts';
import type { LoopSettings } from '../../../model/definition.ts';
import type { Json } from '../../../model/item.ts';
import { isExpression, parameter, raw, value, type N8nNode, type Report } from '../node.ts';
import { flag } from './data-values.ts';
import { requestFallback } from './http-errors.ts';

/** n8n sets no bound; more than this at once helps no server. */
const PARALLEL = 50;

/** Side by side; `batching` says how many may start in which time. */
export function requestLoop(node: N8nNode, size: Json, interval: Json, report: Report): LoopSettings {
  const loop: LoopSettings = { parallel: PARALLEL, ...requestFallback(node) };
  if (isExpression(size) || isExpression(interval)) {
    report.differs('batching by expressions is left out: all requests go out side by side.', 'options.batching');
    return loop;
  }
  const [count, per] = [jsonNumber(size), jsonNumber(interval)];
  return count >= 1 && per > 0 ? { ...loop, rate: { count: Math.floor(count), per } } : loop;
}

/** What belongs to the connection: the same in all versions. */
export function connectionOf(node: N8nNode, report: Report): { [key: string]: Json } {
  const proxy = parameter(node, 'options.proxy', '');
  const timeout = raw(node, 'options.timeout', null);
  if (flag(node, report, 'provideSslCertificates') === true) {
    report.unsupported(
      'client certificates are kept in credentials. Set certificate of the node by hand.',
      'provideSslCertificates',
    );
  }
  return {
    ...(raw(node, 'options.allowUnauthorizedCerts', raw(node, 'allowUnauthorizedCerts', false)) === true
      ? { insecure: true }
      : {}),
    ...(proxy === '' ? {} : { proxy: { url: proxy } }),
    timeout: timeout === null ? 300_000 : value(timeout),
  };
}
