/** Owns the answers of the fixture server: the made-up workflows and runs, people, secrets, settings, by role. */
import { ROLE_SCOPES, type Role } from '@rondo/api/access.ts';
import { CAUSES, DAY, HOUR, loopOf, MIN, NOW, planOf, PLANS, runOf, RUNS, scoreOf, workflowOf } from './plans.ts';
import { type Answers, Refused } from './server.ts';

/** What a new installation answers, or one that is in use; as somebody with this role. */
export function answers({
  role = 'owner' as Role,
  workflows = PLANS.length,
  signedIn = true,
  setup = false,
} = {}): Answers {
  const plans = PLANS.slice(0, workflows);
  let isIn = signedIn;
  const me = () => ({ name: 'Ana', role, scopes: [...ROLE_SCOPES[role]], setup: false });
  return {
    'GET /me': () => {
      if (setup) return { ...me(), setup: true };
      if (!isIn) throw new Refused(401, 'signed-out', 'Sign in first.');
      return me();
    },
    'POST /session': ({ body }) => {
      if ((body as { password: string }).password !== 'correct horse battery') {
        throw new Refused(401, 'wrong-password', 'Name or password is wrong.');
      }
      isIn = true;
      return me();
    },
    'POST /setup': me,
    'DELETE /session': () => undefined,
    'GET /workflows': ({ query }) => {
      const search = (query.get('search') ?? '').toLowerCase();
      return { items: plans.map(workflowOf).filter((one) => one.name.toLowerCase().includes(search)), next: null };
    },
    'PUT /workflows/{id}/presence': ({ params }) => {
      const { version, changedBy } = workflowOf(planOf(params['id'] ?? ''));
      return { people: [], version, changedBy };
    },
    'GET /workflows/{id}': ({ params }) => {
      const plan = planOf(params['id'] ?? '');
      const { name, file, version, changedAt, changedBy, triggers } = workflowOf(plan);
      return {
        id: plan.id,
        name,
        file,
        version,
        changedAt,
        changedBy,
        text: `rondo: 1\nname: ${name}\nnodes: {}\n`,
        definition: { rondo: 1, name, nodes: {} },
        diagnostics:
          plan.warnings === undefined
            ? []
            : [
                {
                  severity: 'warning',
                  code: 'notify-per-item',
                  node: 'tell',
                  path: ['nodes', 'tell'],
                  message: 'Sends 998,796 messages. This node runs once for every item that reaches it.',
                  fix: { text: 'Run it once', edits: [] },
                },
              ],
        triggers,
      };
    },
    'POST /workflows': () => {
      throw new Refused(409, 'exists', 'There is a workflow of this name.');
    },
    'POST /workflows/{id}/runs': ({ params }) => ({ id: `${params['id']}-run`, status: 'queued' }),
    'GET /runs': ({ query }) => {
      const statuses = query.get('status')?.split(',');
      const found = RUNS.filter(
        (run) =>
          plans.some((plan) => plan.id === run.workflowId) &&
          (statuses === undefined || statuses.includes(run.status)) &&
          (query.get('workflow') === null || run.workflowId === query.get('workflow')) &&
          (query.get('trigger') === null || run.trigger === query.get('trigger')) &&
          ((query.get('failed') !== 'true' && query.get('needs') !== 'look') || run.failed > 0) &&
          run.workflow.toLowerCase().includes((query.get('search') ?? '').toLowerCase()),
      );
      const from = Number(query.get('cursor') ?? 0);
      const to = from + Number(query.get('limit') ?? 60);
      return { items: found.slice(from, to), next: to < found.length ? String(to) : null };
    },
    'GET /runs/{id}': ({ params }) => {
      const plan = planOf(params['id'] ?? '');
      return {
        ...runOf(plan),
        definition: { rondo: 1, name: plan.name, nodes: {} },
        output: null,
        alive: plan.status === 'running',
        heartbeatAt: NOW,
        loops: plan.loops === 0 ? [] : [loopOf(plan)],
        shown: plan.loops === 0 ? null : 'each',
        usage: null,
        waits: [],
      };
    },
    'GET /runs/{id}/loops/{path}/score': ({ params }) => {
      const plan = planOf(params['id'] ?? '');
      const size = Math.min(8_000, plan.total);
      return {
        revision: 1,
        by: 'position',
        total: plan.total,
        per: Math.ceil(plan.total / 8_000),
        columns: size > 250 ? 250 : size,
        rows: Math.ceil(size / 250),
        cells: scoreOf(plan, size),
      };
    },
    'GET /runs/{id}/loops/{path}/causes': ({ params }) => ({
      causes: (CAUSES[planOf(params['id'] ?? '').id] ?? []).map(([message, count, pattern], at) => ({
        id: `c${at}`,
        message,
        node: 'ask',
        count,
        first: 701_112,
        last: 741_000,
        columns: [],
        pattern,
      })),
    }),
    'POST /runs/{id}/redrive': ({ params, query }) => ({
      count: CAUSES[planOf(params['id'] ?? '').id]?.[0]?.[1] ?? 0,
      mayRepeat: query.get('dry') === 'true' ? 12 : 0,
    }),
    'GET /sessions': () => ({
      sessions: [
        {
          id: 's1',
          current: true,
          createdAt: NOW - 2 * DAY,
          seenAt: NOW,
          agent: 'Firefox on Linux',
          address: '127.0.0.1',
        },
        {
          id: 's2',
          current: false,
          createdAt: NOW - 5 * DAY,
          seenAt: NOW - DAY,
          agent: 'Safari on iPhone',
          address: '10.0.0.7',
        },
      ],
    }),
    'DELETE /sessions/{id}': () => undefined,
    'GET /me/second-factor': () => ({ on: false, codesLeft: 0 }),
    'GET /people': () => ({
      people: [
        { id: 'p1', name: 'Ana', role: 'owner', createdAt: NOW - 90 * DAY, seenAt: NOW, secondFactor: true },
        {
          id: 'p2',
          name: 'Otto',
          role: 'editor',
          createdAt: NOW - 30 * DAY,
          seenAt: NOW - 3 * HOUR,
          secondFactor: false,
        },
        { id: 'p3', name: 'Yuki', role: 'viewer', createdAt: NOW - DAY, seenAt: null, secondFactor: false },
      ],
    }),
    'GET /tokens': () => ({
      tokens: [
        {
          id: 't1',
          name: 'Nightly build',
          scopes: ['run:start', 'run:read'],
          createdAt: NOW - 40 * DAY,
          createdBy: 'Ana',
          expiresAt: NOW + 50 * DAY,
          usedAt: NOW - 5 * HOUR,
          workflows: ['crawl'],
        },
      ],
    }),
    'POST /tokens': ({ body }) => ({
      ...(body as { name: string; scopes: never }),
      id: 't2',
      createdAt: NOW,
      createdBy: 'Ana',
      expiresAt: null,
      usedAt: null,
      workflows: [],
      secret: 'rondo_4fJx0wq8Zt1mB7cVh2Ky9sLd5nRgE3uP6aTzXo',
    }),
    'DELETE /tokens/{id}': () => undefined,
    'GET /audit': () => ({
      items: [
        { id: 3, at: NOW - HOUR, who: 'Ana', action: 'secret.set', object: 'OPENAI_KEY', address: '127.0.0.1' },
        {
          id: 2,
          at: NOW - 5 * HOUR,
          who: 'Nightly build',
          action: 'run.start',
          object: 'Crawl catalogues',
          address: '10.0.0.4',
        },
        { id: 1, at: NOW - DAY, who: 'Ana', action: 'person.create', object: 'Yuki', address: '127.0.0.1' },
      ],
      next: null,
    }),
    'GET /retention': () => ({
      oldestEndedAt: NOW - 29 * DAY,
      due: 12,
      everyMs: HOUR,
      last: { at: NOW - MIN, deleted: 3 },
    }),
    'GET /secrets': () => ({
      secrets: [
        {
          name: 'OPENAI_KEY',
          hosts: ['api.openai.com'],
          changedAt: NOW - 20 * DAY,
          usedAt: NOW - MIN,
          ending: '4f2',
          usedBy: [
            { id: 'enrich', name: 'Enrich customers' },
            { id: 'handbook', name: 'Write the handbook' },
          ],
          tested: { at: NOW - HOUR, called: 'GET https://api.openai.com/v1/models', verdict: 'accepted' },
        },
        {
          name: 'SHOP_TOKEN',
          hosts: ['shop.example.org', '*.shop.example.org'],
          changedAt: NOW - 2 * DAY,
          usedAt: NOW - 3 * HOUR,
          ending: '9ac',
          usedBy: [{ id: 'crawl', name: 'Crawl catalogues' }],
          tested: { at: NOW - DAY, called: 'GET https://shop.example.org/', verdict: 'refused' },
        },
        {
          name: 'SMTP_PASSWORD',
          hosts: [],
          changedAt: NOW - 200 * DAY,
          usedAt: null,
          ending: '',
          usedBy: [],
          tested: null,
        },
      ],
    }),
    'PUT /secrets/{name}': ({ params, body }) => ({
      name: params['name'] ?? '',
      hosts: (body as { hosts: string[] }).hosts,
      changedAt: NOW,
      usedAt: null,
      ending: 'new',
      usedBy: [],
      tested: null,
    }),
    'DELETE /secrets/{name}': () => undefined,
    'POST /secrets/{name}/test': () => ({
      called: 'GET https://api.openai.com/v1/models',
      status: 200,
      verdict: 'accepted',
      detail: 'The server takes it (200).',
    }),
    'GET /settings': () => ({
      settings: [
        {
          name: 'port',
          title: 'Port',
          description: 'Where the server listens.',
          type: 'number',
          value: 4400,
          default: 4400,
          from: 'default',
          fixed: true,
        },
        {
          name: 'host',
          title: 'Host',
          description: 'The address that the server listens on.',
          type: 'text',
          value: '0.0.0.0',
          default: '127.0.0.1',
          from: 'flag',
          fixed: true,
        },
        {
          name: 'publicUrl',
          title: 'Public address',
          description: 'By which people reach this server.',
          type: 'text',
          value: 'https://rondo.example.org',
          default: null,
          from: 'here',
          fixed: false,
        },
        {
          name: 'runners',
          title: 'Runner processes',
          description: 'Most processes that drive runs at the same time.',
          type: 'number',
          value: 4,
          default: 2,
          from: 'environment',
          fixed: true,
        },
        {
          name: 'runs',
          title: 'Runs at once',
          description: 'Most runs at work at the same time.',
          type: 'number',
          value: 200,
          default: 200,
          from: 'default',
          fixed: false,
        },
        {
          name: 'hostParallel',
          title: 'Calls at once to one host',
          description: 'Most calls of all runs that are under way to the same host. 0: no limit. Others wait in order.',
          type: 'number',
          value: 8,
          default: 0,
          from: 'here',
          fixed: false,
        },
        {
          name: 'hostLimits',
          title: 'Hosts with limits of their own',
          description: 'Each with calls at once, calls a second, or both: api.example.org 4, *.example.com 2 10/s.',
          type: 'list',
          value: ['api.openai.com 20/s'],
          default: [],
          from: 'file',
          fixed: true,
        },
        {
          name: 'keepRuns',
          title: 'Keep runs for',
          description: 'Days after its end that a run is kept. 0: for ever.',
          type: 'number',
          value: 30,
          default: 30,
          from: 'default',
          fixed: false,
        },
        {
          name: 'egressAllow',
          title: 'Networks that are let through',
          description: 'Hosts and networks besides public addresses.',
          type: 'list',
          value: ['10.0.0.0/8'],
          default: [],
          from: 'here',
          fixed: false,
        },
        {
          name: 'database',
          title: 'Database',
          description: 'Where runs are kept.',
          type: 'text',
          value: './.rondo/rondo.db',
          default: './.rondo/rondo.db',
          from: 'default',
          fixed: true,
        },
      ],
    }),
    'PUT /settings/{name}': ({ params, body }) => ({
      name: params['name'] ?? '',
      title: 'x',
      description: '',
      type: 'text',
      value: (body as { value: unknown }).value,
      default: null,
      from: 'here',
      fixed: false,
    }),
  };
}
