/**
 * Owns which routes of the API beside those of access itself leave a row in the audit log: what publishes, deletes,
 * takes data out, or overrides limits. Adds the row when the route has done its work. Does not know what they do.
 */
import type { RouteName } from '@rondo/api/client.ts';
import { BASE } from '@rondo/api/contract.ts';
import type { Route } from '../http/route.ts';
import type { Audit } from './audit.ts';

const ACTIONS: Partial<Record<RouteName, string>> = {
  'POST /workflows': 'workflow.create',
  'PUT /workflows/{id}': 'workflow.publish',
  'DELETE /workflows/{id}': 'workflow.delete',
  'DELETE /runs/{id}': 'run.delete',
  'POST /runs/{id}/cancel': 'run.cancel',
  'POST /runs/{id}/redrive': 'run.redrive',
  'PATCH /runs/{id}/loops/{path}': 'loop.limits',
  'GET /runs/{id}/loops/{path}/export': 'loop.export',
  'POST /expressions/suggest': 'expression.suggest',
};

const BY_ROUTE = new Map(
  Object.entries(ACTIONS).map(([name, action]) => {
    const [method = '', path = ''] = name.split(' ');
    return [`${method} ${BASE}${path.replace(/\{(\w+)\}/g, ':$1')}`, action];
  }),
);

export function audited(routes: readonly Route[], audit: Audit): Route[] {
  return routes.map((route) => {
    const action = BY_ROUTE.get(`${String(route.method)} ${route.path}`);
    if (action === undefined) return route;
    return {
      ...route,
      handler: async (call) => {
        const answer = await route.handler(call);
        const { id, path } = (call.params ?? {}) as { id?: string; path?: string };
        const made = (answer as { id?: unknown } | null | undefined)?.id;
        const object = [id ?? (typeof made === 'string' ? made : null), path].filter((part) => part != null).join(' ');
        const { caller, request, body } = call;
        // Which limits were overridden is the point of it; everything else is in the thing itself.
        const what = action === 'loop.limits' ? `${object} ${JSON.stringify(body)}` : object;
        audit.add({ who: caller?.name ?? '', action, object: what, address: request.ip });
        return answer;
      },
    };
  });
}
