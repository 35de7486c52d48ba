/**
 * Owns steps after which a flow waits for people. What they bring is in the item of a node of its own, from which the
 * steps after it read `resume`, `resumes` and `approvers`.
 */
import { seenAt, type Flow, type Level } from './flow.ts';
import type { Place } from './module.ts';
import { append } from './options.ts';
import { template } from './expression.ts';

/** As long as Windmill waits where nothing is said. */
const DEFAULT_SECONDS = 30 * 60;

export function appendApproval(flow: Flow, level: Level, module: Place): void {
  const suspend = module.object('suspend');
  if (suspend === undefined) return;
  const { node: id = '' } = module;
  const events = Math.max(1, Math.floor(suspend.number('required_events') ?? 1));
  const seconds = suspend.number('timeout') ?? DEFAULT_SECONDS;
  for (const key of ['user_auth_required', 'user_groups_required', 'self_approval_disabled']) {
    if (suspend.get(key) !== undefined && suspend.get(key) !== false) {
      suspend.differs(`${key} of ${id} is not checked: whoever has the address can decide.`, key);
    }
  }
  const before = level.last;
  const asked = flow.free(`${id}: approval`);
  const goesOn =
    suspend.flag('continue_on_disapprove_timeout') === true || suspend.flag('continue_on_disapproved') === true;
  append(level, asked, {
    type: 'approval',
    with: { message: `Approve ${id}?`, expires: Math.round(1000 * seconds), decisions: events, give: 'decision' },
  });
  const refused = { name: 'SuspendedDisapproved', message: 'Disapproved by {{ $json.approver ?? "unknown" }}' };
  const late = { name: 'SuspendedTimedOut', message: 'Nobody decided in time' };
  const gates = [`${asked}.approved`];
  for (const [port, error] of [
    ['rejected', refused],
    ['expired', late],
  ] as const) {
    const stopped = flow.free(`${id}: ${port}`);
    if (goesOn) {
      const resume = template(
        `({ ...$json, resume: { error: { name: ${JSON.stringify(error.name)} } } })`,
        seenAt(level),
      );
      level.nodes[stopped] = { type: 'set', after: `${asked}.${port}`, with: { value: resume } };
      gates.push(stopped);
    } else {
      level.nodes[stopped] = {
        type: 'stop-and-error',
        after: `${asked}.${port}`,
        with: { message: error.message, data: { error } },
      };
    }
  }
  const decided = flow.free(`${id}: decision`);
  level.nodes[decided] = { type: 'no-op', after: gates };
  level.last = decided;
  level.approval = decided;
  // The result of the step is what came before, not the decision.
  const code = 'export const main = (result) => result;';
  const result = before === undefined ? '{{ flow_input }}' : `{{ results[${JSON.stringify(id)}] }}`;
  append(level, flow.free(`${id}: goes on`), { type: 'code', with: { mode: 'function', inputs: { result }, code } });
}
