/**
 * Owns the table of names that expressions of Windmill flows may use besides the native ones. Does not evaluate
 * them; the isolate gives them their values.
 */
import { row, type ScopeName } from '../names.ts';

export const OPENFLOW_SCOPE_NAMES: readonly ScopeName[] = [
  row('data', 'flow_input', 'flow_input.name', 'Input of the flow; in loops also iter and iter_parent.'),
  row('data', 'flow_env', 'flow_env.NAME', 'Constants of the flow.'),
  row('data', 'results', 'results.a', 'Result of another step, by its id; null when there is none.'),
  row('data', 'previous_result', 'previous_result', 'Result of the step before.'),
  row('data', 'result', 'result', 'Result of the step before, or of this one in its own conditions.'),
  row('data', 'iter', 'iter.value', 'The enclosing loop: index, value.'),
  row('data', 'error', 'error.message', 'What failed in the step before.'),
  row('data', 'params', 'params', 'Always an empty object.'),
  row('data', 'all_iters', 'all_iters', 'Results of the iterations so far.'),
  row('data', 'resume', 'resume', 'What the last approval brought.'),
  row('data', 'resumes', 'resumes', 'What all approvals brought.'),
  row('data', 'approvers', 'approvers', 'Who approved.'),
  row('data', 'started_at', 'started_at', 'When the failed step started.'),
  row('data', 'flow_job_id', 'flow_job_id', 'The run.'),
  row('data', 'WM_SCHEDULED_FOR', 'WM_SCHEDULED_FOR', 'When the run was due.'),
];

const platform = (name: string): string => `${name}() reads the workspace of Windmill, which Rondo does not have.`;

export const OPENFLOW_UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['variable', platform('variable')],
  ['resource', platform('resource')],
  ['flow_user_state', platform('flow_user_state')],
]);
