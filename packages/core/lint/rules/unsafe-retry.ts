/**
 * Owns the rule against trying something again that may have happened already: a message that is sent, a row that is
 * inserted, a POST without an idempotency key. Silent about what can be repeated.
 */
import type { Rule } from '../rule.ts';
import { sends } from '../amount.ts';
import { parameter, type LintNode } from '../graph.ts';

export const unsafeRetry: Rule = {
  code: 'unsafe-retry',
  find(graph) {
    return graph.nodes.flatMap((node) => {
      const times = node.node.loop?.retry?.times ?? 0;
      if (times === 0 || node.node.disabled === true || node.node.pin !== undefined) return [];
      const effect = effectOf(node);
      if (effect === null) return [];
      const isRequest = node.type.type === 'http-request';
      return [
        {
          node,
          at: ['loop', 'retry'],
          severity: isRequest ? ('hint' as const) : ('warning' as const),
          message: `${node.id} is tried again up to ${times} times, but ${effect}: when only the answer was lost, it happens twice.`,
          fix: isRequest
            ? {
                text: 'Send an idempotency key (parameter idempotencyKey), if the server knows such keys.',
                edits: [{ path: [...node.path, 'with', 'idempotencyKey'], value: true }],
              }
            : { text: 'Leave the retry away, or make the work such that a repetition changes nothing.' },
        },
      ];
    });
  },
};

/** What cannot be taken back; null when a repetition is harmless. */
function effectOf(node: LintNode): string | null {
  const { type } = node.type;
  const operation = String(parameter(node, 'operation') ?? '');
  if (sends(node)) return 'it sends a message';
  if (type === 'http-request') {
    const method = String(parameter(node, 'method') ?? 'GET').toUpperCase();
    if (method !== 'POST' && method !== 'PATCH') return null;
    const headers = Object.keys((parameter(node, 'headers') as object | null) ?? {});
    const keyed = parameter(node, 'idempotencyKey') !== false || headers.some((name) => /idempotency/i.test(name));
    return keyed ? null : `a ${method} may already have had its effect`;
  }
  if (['postgres', 'mysql', 'sqlite'].includes(type)) return operation === 'insert' ? 'it inserts rows' : null;
  return null;
}
