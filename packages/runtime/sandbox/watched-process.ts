/**
 * Owns a child process as its parent sees it: started with nothing of the environment, spoken to in
 * frames, looked at while it works, killed at any moment, never outliving this process. Does not
 * know what frames mean, or when a child has had its time.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { encodeFrame, FrameReader } from './frames.ts';

export interface WatchedOptions {
  /** Of Node itself and of the child's file. */
  args: readonly string[];
  /** Open files that it gets besides the three usual ones, from number 3 on. */
  files?: readonly number[];
  /** Called now and then while it is held: the moment to kill it. */
  look(): void;
  /** Something came: there may be frames to take. */
  arrived(): void;
  /** Called with every kill and when this process ends. */
  killed?(): void;
  /** Once, with what is known of its end. */
  ended(detail: string): void;
}

const WATCH_MS = 50;
const PAGE_BYTES = 4096;
/** Kept of what it wrote to stderr. */
const SAID_CHARS = 4000;

export class WatchedProcess {
  readonly #options: WatchedOptions;
  readonly #child: ChildProcess;
  readonly #reader = new FrameReader();
  readonly #exited: Promise<void>;
  #said = '';
  #watch: NodeJS.Timeout | null = null;
  #isOver = false;

  constructor(options: WatchedOptions) {
    this.#options = options;
    this.#child = spawn(process.execPath, [...options.args], {
      env: {},
      stdio: ['pipe', 'pipe', 'pipe', ...(options.files ?? [])],
      windowsHide: true,
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#reader.push(chunk);
      if (!this.#isOver) options.arrived();
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString('utf8')).slice(-SAID_CHARS);
    });
    // Writing to a process that just died is told by its exit.
    this.#child.stdin?.on('error', () => {});
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#said += error.message;
        this.#end(null, null);
        resolve();
      });
      this.#child.once('close', (code, signal) => {
        this.#end(code, signal);
        resolve();
      });
    });
    this.#unref();
    process.once('exit', this.kill);
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  send(text: string): void {
    this.#child.stdin?.write(encodeFrame(text));
  }

  /** The next whole frame that came. */
  next(): string | null {
    return this.#reader.next();
  }

  /** It works: it keeps this process up and is looked at. False when that was so already. */
  hold(): boolean {
    if (this.#watch !== null || this.#isOver) return false;
    this.#ref();
    this.#watch = setInterval(() => this.#options.look(), WATCH_MS);
    return true;
  }

  /** It has nothing to do: this process may end. */
  letGo(): void {
    if (this.#watch === null) return;
    clearInterval(this.#watch);
    this.#watch = null;
    this.#unref();
  }

  readonly kill = (): void => {
    this.#child.kill('SIGKILL');
    this.#options.killed?.();
  };

  /** Kills it and waits for its end. */
  async close(): Promise<void> {
    // Its end is told when its pipes are closed, so they have to keep this process up to then.
    this.#ref();
    this.kill();
    await this.#exited;
  }

  /** Memory that it holds; 0 where the system does not tell. */
  residentBytes(): number {
    try {
      return Number(readFileSync(`/proc/${this.#child.pid}/statm`, 'latin1').split(' ')[1]) * PAGE_BYTES;
    } catch {
      return 0;
    }
  }

  #ref(): void {
    this.#child.ref();
    this.#pipes((pipe) => pipe.ref());
  }

  #unref(): void {
    this.#child.unref();
    this.#pipes((pipe) => pipe.unref());
  }

  /** Pipes are sockets, which can let the process end. */
  #pipes(act: (pipe: { ref(): void; unref(): void }) => void): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const pipe of [stdin, stdout, stderr]) if (pipe !== null) act(pipe as never);
  }

  #end(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.letGo();
    process.removeListener('exit', this.kill);
    this.#options.ended([signal ?? `exit code ${code}`, this.#said.trim()].filter((part) => part !== '').join(': '));
  }
}
