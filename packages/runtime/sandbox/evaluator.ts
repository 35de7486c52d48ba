/**
 * Owns the runner's side of the evaluator: blocks in, results out, in order, whatever happens to
 * the process. Every unit gets exactly one result. Does not evaluate (isolate/) or watch the
 * process (evaluator-process.ts).
 *
 * After a death nothing is blamed at once: the rest of the block is done again one unit per answer,
 * which tells where it dies; that unit is then run alone in a fresh isolate. Only a unit that kills
 * it there too gets a Failure; everything else is evaluated normally. A block that is too large to
 * be taken in at all is cut down to single units in the same way.
 */
import { Defect } from '@rondo/core/errors.ts';
import type { Block, BlockResult, Evaluator, Program, UnitResult } from '@rondo/core/ports.ts';
import { guilty, tooLongToRepeat, type Reason } from './blame.ts';
import { EvaluatorProcess, type Death, type ProcessOptions } from './evaluator-process.ts';
import { FoldLog, type OpenFold } from './fold-log.ts';
import { defineText, parseSlice, requestText, runText, type Slice } from './messages.ts';
import { FROM_CHILD, SLICE, TO_CHILD } from './wire.ts';

export interface EvaluatorOptions {
  /** Memory of the isolate; default 128. */
  isolateMiB?: number;
  /** The process is killed when it uses more; default 512. */
  residentMiB?: number;
  /** Further folders with kernels. */
  readable?: readonly string[];
  /** Text of items that is kept per open fold, to give it again after a death; default 64 MiB. */
  foldReplayBytes?: number;
}

export interface EvaluatorClient extends Evaluator {
  /** Starts the process ahead of the first block. */
  warm(): void;
  /** Programs that will not run again. */
  forget(program: string): void;
}

interface Known {
  program: Program;
  text: string;
  /** Single units of it can travel together. */
  joins: boolean;
}

interface Work {
  known: Known;
  block: Block;
  units: UnitResult[];
  carry: string | null;
  ended: boolean;
  /** One unit per answer; nothing else in flight meanwhile. */
  careful: boolean;
  /** One unit alone in a fresh isolate. */
  solo: boolean;
  fold: { open: OpenFold; part: number } | null;
  /** For folds: how often the process died with it. */
  deaths: number;
  resolve(result: BlockResult): void;
  reject(error: Error): void;
}

interface Message {
  parts: { work: Work; wanted: number; given: number }[];
  careful: boolean;
  solo: boolean;
  allowMs: number;
}

const PIPELINE = 2;
const MOST_JOINED = 1000;
/** On top of twice the limit of a unit: collecting garbage, a new isolate. */
const GRACE_MS = 2000;
const MOST_EARLY_DEATHS = 3;

export function createEvaluator(options: EvaluatorOptions = {}): EvaluatorClient {
  return new Client(options);
}

/** With its process starting: for those who will need it soon. It ends with this process at the latest. */
export function warmEvaluator(): EvaluatorClient {
  const client = new Client({});
  client.warm();
  return client;
}

class Client implements EvaluatorClient {
  readonly #options: ProcessOptions;
  readonly #programs = new Map<string, Known>();
  readonly #folds: FoldLog;
  #queue: Work[] = [];
  #flying: Message[] = [];
  #process: EvaluatorProcess | null = null;
  /** Programs that the process knows. */
  readonly #sent = new Set<string>();
  #earlyDeaths = 0;
  #scheduled = false;
  #closed = false;

  constructor(options: EvaluatorOptions) {
    this.#options = {
      isolateMiB: options.isolateMiB ?? 128,
      residentMiB: options.residentMiB ?? 512,
      readable: options.readable ?? [],
    };
    this.#folds = new FoldLog(options.foldReplayBytes ?? 64 * 1024 * 1024);
  }

  define(program: Program): void {
    if (this.#programs.has(program.id)) return;
    const joins = program.kind !== 'fold' && !program.carry && program.state === null && program.stopWhen === null;
    this.#programs.set(program.id, { program, text: defineText(program), joins });
  }

  forget(program: string): void {
    if (!this.#programs.delete(program)) return;
    if (this.#sent.delete(program)) this.#process?.send(TO_CHILD.forget + program);
  }

  run(block: Block): Promise<BlockResult> {
    const known = this.#programs.get(block.program);
    if (known === undefined) return Promise.reject(new Defect(`program ${block.program} is not defined`));
    if (this.#closed) return Promise.reject(new Error('the evaluator is closed'));
    if (this.#isNothing(known, block)) return Promise.resolve({ units: [], carry: block.carry, ended: false });
    const { promise, resolve, reject } = Promise.withResolvers<BlockResult>();
    const fold = known.program.kind === 'fold' ? this.#folds.take(block) : null;
    this.#queue.push({
      known,
      block,
      units: [],
      carry: block.carry,
      ended: false,
      careful: false,
      solo: false,
      fold,
      deaths: 0,
      resolve,
      reject,
    });
    if (block.units === 1 && known.joins) this.#schedule();
    else this.#pump();
    return promise;
  }

  pid(): number | null {
    return this.#process?.pid ?? null;
  }

  warm(): void {
    if (!this.#closed) this.#start();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const left = [...this.#flying.flatMap((message) => message.parts.map((part) => part.work)), ...this.#queue];
    this.#flying = [];
    this.#queue = [];
    for (const work of left) work.reject(new Error('the evaluator is closed'));
    const old = this.#process;
    this.#process = null;
    await old?.close();
  }

  #isNothing({ program }: Known, block: Block): boolean {
    if (program.kind === 'fold') return block.items.length === 0 && block.end !== true;
    return block.units <= 0;
  }

  /** Units that arrive in the same turn travel together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  // ---- sending ----

  #pump(): void {
    while (this.#flying.length < PIPELINE && this.#queue.length > 0) {
      const alone = (this.#queue[0] as Work).careful || this.#flying[0]?.careful === true;
      if (alone && this.#flying.length > 0) return;
      this.#send(this.#next());
    }
    if (this.#flying.length === 0) this.#process?.idle();
  }

  #next(): Message {
    const head = this.#queue.shift() as Work;
    const { careful, solo } = head;
    const works = [head];
    if (head.block.units === 1 && head.known.joins && !solo) {
      const rest: Work[] = [];
      for (const work of this.#queue) {
        const fits = work.known === head.known && work.block.units === 1 && work.careful === careful && !work.solo;
        if (fits && works.length < MOST_JOINED) works.push(work);
        else rest.push(work);
      }
      this.#queue = rest;
    }
    return {
      parts: works.map((work) => ({ work, wanted: solo ? 1 : work.block.units - work.units.length, given: 0 })),
      careful,
      solo,
      allowMs: 2 * head.known.program.unitMs + GRACE_MS,
    };
  }

  #send(message: Message): void {
    const child = this.#start();
    const { work } = message.parts[0] as Message['parts'][number];
    const { program, text } = work.known;
    if (!this.#sent.has(program.id)) {
      child.send(text);
      this.#sent.add(program.id);
    }
    const requests = message.parts.map((part) =>
      requestText({
        block: part.work.block,
        at: part.work.units.length,
        units: part.wanted,
        carry: part.work.carry,
        fold: part.work.fold === null ? null : { key: part.work.fold.open.key, part: part.work.fold.part },
      }),
    );
    // A fold is one unit, however many items it has.
    const careful = message.careful && work.fold === null;
    child.send(runText({ program: program.id, unitMs: program.unitMs, careful, fresh: message.solo }, requests));
    this.#flying.push(message);
    if (this.#flying.length === 1) child.busy(message.allowMs);
  }

  #start(): EvaluatorProcess {
    if (this.#process !== null) return this.#process;
    this.#sent.clear();
    const child: EvaluatorProcess = new EvaluatorProcess(this.#options, {
      frame: (text) => {
        if (child === this.#process) this.#frame(text);
      },
      death: (death) => {
        if (child !== this.#process) return;
        this.#process = null;
        this.#dead(death);
      },
    });
    this.#process = child;
    return child;
  }

  // ---- answers ----

  #frame(text: string): void {
    const message = this.#flying[0];
    if (message === undefined) throw new Defect('the evaluator answered a question that nobody asked');
    const mark = text[0];
    if (mark === FROM_CHILD.slice) {
      this.#earlyDeaths = 0;
      this.#slice(message, parseSlice(text.slice(1)));
    } else if (mark === FROM_CHILD.died) this.#isolateDied();
    else {
      this.#landed();
      for (const { work } of message.parts) work.reject(new Defect(`evaluator: ${text.slice(1)}`));
      this.#pump();
    }
  }

  #landed(): Message {
    const message = this.#flying.shift() as Message;
    const next = this.#flying[0];
    if (next !== undefined) this.#process?.busy(next.allowMs);
    return message;
  }

  #slice(message: Message, slice: Slice): void {
    const [head] = message.parts as [Message['parts'][number]];
    if (head.work.fold !== null) head.work.units.push(...slice.units);
    else this.#give(message, slice.units);
    if (slice.carry !== '') head.work.carry = slice.carry;
    if (slice.flag === SLICE.more || slice.flag === SLICE.wait) return;
    this.#landed();
    if (slice.flag === SLICE.lost) this.#replay(head.work, this.#queue);
    else {
      if (slice.flag === SLICE.ended) head.work.ended = true;
      this.#settle(message);
    }
    this.#pump();
  }

  #give(message: Message, units: readonly UnitResult[]): void {
    let at = 0;
    for (const unit of units) {
      while (message.parts[at] !== undefined && message.parts[at]?.given === message.parts[at]?.wanted) at += 1;
      const part = message.parts[at];
      if (part === undefined) throw new Defect('the evaluator gave more results than units');
      part.work.units.push(unit);
      part.given += 1;
    }
  }

  /** The message is done: its works are, or have units left. */
  #settle(message: Message): void {
    const left: Work[] = [];
    for (const { work, wanted, given } of message.parts) {
      if (work.fold === null && !work.ended && given < wanted)
        work.reject(new Defect('the evaluator gave too few results'));
      else if (work.fold !== null || work.ended || work.units.length >= work.block.units) this.#finish(work);
      else {
        // It went well alone: what killed it before was not this unit by itself.
        work.solo = false;
        left.push(work);
      }
    }
    this.#queue.unshift(...left);
  }

  #finish(work: Work): void {
    const { program } = work.known;
    if (work.fold !== null) {
      this.#folds.done(
        work.block,
        work.fold.open,
        work.units.some((unit) => unit.status === 'failed'),
      );
      return work.resolve({ units: work.units, carry: work.block.carry, ended: false });
    }
    const hands = program.carry || program.state !== null;
    work.resolve({ units: work.units, carry: hands ? work.carry : null, ended: work.ended });
  }

  // ---- deaths ----

  #dead(death: Death): void {
    const flying = this.#flying;
    this.#flying = [];
    if (death.early) {
      this.#earlyDeaths += 1;
      if (this.#earlyDeaths >= MOST_EARLY_DEATHS) {
        this.#earlyDeaths = 0;
        const error = new Error(`the evaluator process cannot be started (${death.detail})`);
        for (const { work } of flying.flatMap((message) => message.parts)) work.reject(error);
        for (const work of this.#queue) work.reject(error);
        this.#queue = [];
        return;
      }
      this.#queue.unshift(...flying.flatMap((message) => message.parts.map((part) => part.work)));
      return this.#pump();
    }
    const [running, ...waiting] = flying;
    this.#queue.unshift(...waiting.flatMap((message) => message.parts.map((part) => part.work)));
    if (running !== undefined) this.#suspect(running, death.reason === 'time' ? 'time' : 'memory');
    this.#pump();
  }

  /** The process lives on with a new isolate and goes on with the message behind this one. */
  #isolateDied(): void {
    this.#suspect(this.#landed(), 'memory');
    this.#pump();
  }

  /** Puts back what was not answered; blames a unit that died alone. */
  #suspect(message: Message, reason: Reason): void {
    const works = message.parts
      .map((part) => part.work)
      .filter((work) => work.units.length < work.block.units || work.fold !== null);
    for (const { work } of message.parts) if (!works.includes(work)) this.#finish(work);
    const [head] = works;
    if (head === undefined) return;
    if (head.fold !== null) return this.#suspectFold(head, reason);
    if (message.solo) {
      head.units.push(
        guilty(head.known.program, head.block.first + head.units.length, reason, this.#options.isolateMiB),
      );
      head.solo = false;
      if (head.units.length >= head.block.units) {
        works.shift();
        this.#finish(head);
      }
    } else if (message.careful || head.block.units - head.units.length + works.length === 2) head.solo = true;
    for (const work of works) work.careful = true;
    this.#queue.unshift(...works);
  }

  #suspectFold(work: Work, reason: Reason): void {
    work.deaths += 1;
    work.careful = true;
    if (work.deaths < 2) return this.#replay(work, this.#queue);
    work.units = [guilty(work.known.program, 0, reason, this.#options.isolateMiB)];
    this.#finish(work);
  }

  /** The state of a fold was lost: its blocks are given again, in front of everything else. */
  #replay(work: Work, queue: Work[]): void {
    const { fold } = work;
    if (fold === null) return;
    work.units = [];
    const before = this.#folds.before(fold.open, fold.part);
    if (before === null) {
      work.units = [tooLongToRepeat(work.known.program)];
      return this.#finish(work);
    }
    const again = before.map(
      (block, part): Work => ({
        ...work,
        block,
        units: [],
        careful: true,
        fold: { open: fold.open, part },
        // What the replay does, the work behind it did.
        resolve: () => {},
        reject: (error) => work.reject(error),
      }),
    );
    queue.unshift(...again, work);
  }
}
