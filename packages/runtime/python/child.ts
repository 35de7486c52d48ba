/**
 * Owns the Python process: reads units, runs each in a namespace of its own, answers at once. It has no files but
 * its own and the interpreter's, no network, no environment, and may be killed at any instant. Does not decide
 * what happens to a unit that killed it; the client does (python.ts).
 *
 * Everything is synchronous: nothing else has to happen while Python works.
 */
import { FrameInput, FrameOutput } from '../sandbox/frame-file.ts';
import { capMemory, closeProcess, guardFiles, InterruptClock, type FileSystem } from './guard.ts';
import { loadPython, type LoadOptions } from './interpreter.ts';
import { FIELD, FROM_CHILD, MARK, parseUnits, TO_CHILD, type UnitHead } from './messages.ts';

export interface ChildOptions extends LoadOptions {
  memoryBytes: number;
}

const options = JSON.parse(process.argv[2] as string) as ChildOptions;
const { exit, env } = process;
env.TZ = 'UTC';
const memoryRefused = capMemory(options.memoryBytes);
const { python, call } = await loadPython(options);
closeProcess();

const input = new FrameInput(0);
const output = new FrameOutput(1);
const clock = new InterruptClock();
const emptyFolder = guardFiles(python.FS as FileSystem);
// What is written past sys.stdout, and what is read, must not get into the pipes.
const ignore = { write: (bytes: Uint8Array): number => bytes.length, isatty: false };
python.setStdout(ignore);
python.setStderr(ignore);
python.setStdin({ stdin: () => null, isatty: false });
python.setInterruptBuffer(clock as unknown as Uint8Array);
const define = call('define');
const forget = call('forget');
const run = call('run_unit');
call('start')();

if (options.keepTo !== null) output.write(FROM_CHILD.kept);
output.write(FROM_CHILD.ready);

/** Too late, even when the code swallowed the interrupt and went on to a result. */
function late(answer: string): string {
  return MARK.time + (answer[0] === MARK.raised ? answer.slice(1) : answer.slice(1, answer.lastIndexOf(FIELD) + 1));
}

function runUnit(unit: UnitHead & { inputs: string }): string {
  try {
    clock.start(unit.timeoutMs);
    const answer = run(unit.source, unit.style, unit.inputs, unit.logBytes, unit.resultBytes) as string;
    clock.stop();
    emptyFolder();
    return clock.fired && answer[0] !== MARK.memory ? late(answer) : answer;
  } catch (error) {
    clock.stop();
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    // What was refused breaks the interpreter in many ways; a stack that is full is one way.
    if (memoryRefused() && !(error instanceof RangeError)) return `${MARK.memory}${FIELD}${FIELD}0`;
    return `${MARK.broken}${FIELD}${FIELD}${why.slice(-2000)}`;
  }
}

for (;;) {
  const text = input.read();
  // The runner is gone.
  if (text === null) break;
  const rest = text.slice(1);
  if (text[0] === TO_CHILD.define) {
    const end = rest.indexOf(FIELD);
    define(Number(rest.slice(0, end)), JSON.parse(rest.slice(end + 1)) as string);
  } else if (text[0] === TO_CHILD.forget) forget(Number(rest));
  else {
    for (const unit of parseUnits(rest)) {
      const began = performance.now();
      const answer = runUnit(unit);
      const end = answer.indexOf(FIELD);
      const ms = (performance.now() - began).toFixed(2);
      output.write(`${FROM_CHILD.answer}${answer.slice(0, end)}${FIELD}${ms}${answer.slice(end)}`);
      if (memoryRefused()) exit(0);
    }
  }
}
exit(0);
