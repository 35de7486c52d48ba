/** Owns what is known of the sample workflow (apps/server/start/say-hello.yaml): its steps and its mistake. Pure. */
import type { WorkflowSummary } from '@rondo/api/schemas/workflow.ts';
import { counted } from '../ui/format.ts';

export const SAMPLE = 'Say hello to 150 people';
export const LOOP = 'each';
export const NODE = 'hello';

export interface FirstStep {
  id: 'run' | 'look' | 'fix' | 'rerun';
  text: string;
  button: string;
  done: boolean;
  /** Why it has to wait. */
  unless: string;
}

const WRONG = '$json.name.split';
const RIGHT = "($json.name ?? 'friend').split";

export function fixText(text: string): string {
  return text.replace(WRONG, RIGHT);
}

export function stepsOf({ version, last }: Pick<WorkflowSummary, 'version' | 'last'>, hasLooked: boolean): FirstStep[] {
  const failed = last?.failed ?? 0;
  const isRunning = last !== null && ['queued', 'running', 'waiting'].includes(last.status);
  const hasRun = last !== null && !isRunning;
  const isFixed = version > 1;
  const isGood = hasRun && isFixed && failed === 0;
  const unless = isRunning ? 'It is still running.' : '';
  return [
    { id: 'run', text: 'Run it', button: 'Run', done: last !== null, unless: '' },
    {
      id: 'look',
      text: failed > 0 ? `${counted(failed, 'iteration')} failed: click the red` : 'Three will fail: click the red',
      button: 'Show them',
      done: (hasRun && hasLooked) || isGood,
      unless,
    },
    { id: 'fix', text: 'Fix the field', button: 'Say “friend” without a name', done: isFixed, unless },
    {
      id: 'rerun',
      text: 'Only the failed ones again',
      button: `Re-run ${failed > 0 ? failed : ''}`.trim(),
      done: isGood,
      unless,
    },
  ];
}
