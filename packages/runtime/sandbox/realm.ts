/**
 * Owns one isolate with the interpreter inside: created, given programs, called, disposed. Runs in
 * the child. Does not talk to the runner (child.ts).
 */
import type ivm from 'isolated-vm';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import v8 from 'node:v8';
import { ModuleLoader, type Paths } from './module-loader.ts';

export interface Definition {
  id: string;
  /** Letters: f functions, d dates, j JMESPath, p the platform of code. */
  needs: string;
  text: string;
}

/** The isolate is gone; what it held is lost. */
export class IsolateDied extends Error {}
/** The call was stopped by its time limit; the isolate lives. */
export class TimedOut extends Error {}

type Entry = 'define' | 'forget' | 'begin' | 'slice' | 'recover';
type Entries = Record<Entry, ivm.Reference<(...args: (string | boolean | number)[]) => string>>;
const ENTRIES: readonly Entry[] = ['define', 'forget', 'begin', 'slice', 'recover'];

/** Runs `make` while new contexts have `gc`; no context that runs texts of users is made then. */
export function withCollector<T>(make: () => T): T {
  v8.setFlagsFromString('--expose-gc');
  try {
    return make();
  } finally {
    v8.setFlagsFromString('--no-expose-gc');
  }
}

export class Realm {
  /** Some unit has run here. */
  used = false;
  readonly #isolate: ivm.Isolate;
  readonly #loader: ModuleLoader;
  readonly #gc: ivm.Reference<() => void>;
  readonly #entries: Entries;
  readonly #defined = new Set<string>();
  readonly #loaded = new Set<string>();
  readonly #directory: string;

  constructor(isolated: typeof ivm, paths: Paths, memoryMiB: number) {
    this.#isolate = new isolated.Isolate({ memoryLimit: memoryMiB });
    this.#gc = withCollector(() => this.#isolate.createContextSync().global.getSync('gc', { reference: true }));
    const context = this.#isolate.createContextSync();
    this.#loader = new ModuleLoader(this.#isolate, context, paths);
    this.#directory = path.join(paths.runtime, 'sandbox', 'isolate');
    const { namespace } = this.#loader.load(path.join(this.#directory, 'interpreter.ts'));
    const entries = ENTRIES.map((name) => [name, namespace.getSync(name, { reference: true })]);
    this.#entries = Object.fromEntries(entries) as Entries;
  }

  define({ id, needs, text }: Definition): void {
    if (this.#defined.has(id)) return;
    if (needs.includes('d'))
      this.#glue("import * as luxon from 'luxon'; import { installLuxon } from './library.ts'; installLuxon(luxon);");
    if (needs.includes('f')) {
      this.#glue(
        "import * as functions from './functions/index.ts'; import { installFunctions } from './library.ts'; installFunctions(functions);",
      );
    }
    if (needs.includes('j')) {
      this.#glue(
        "import * as jmespath from 'jmespath'; import { installJmespath } from './library.ts'; installJmespath(jmespath);",
      );
    }
    if (needs.includes('p')) this.#platform();
    const { steps } = JSON.parse(text) as { steps: { module?: string }[] };
    for (const { module } of steps) {
      if (module === undefined) continue;
      const url = JSON.stringify(module);
      this.#glue(
        `import * as module from ${url}; import { provide } from './interpreter.ts'; provide(${url}, module);`,
      );
    }
    this.call('define', [text]);
    this.#defined.add(id);
  }

  /** With a secret of its own in each isolate. */
  #platform(): void {
    if (this.#loaded.has('platform')) return;
    const secret = JSON.stringify(randomBytes(32).toString('hex'));
    this.#loader.glue(
      `import * as platform from './platform/index.ts'; import { installPlatform } from './library.ts'; installPlatform(platform, ${secret});`,
      path.join(this.#directory, 'glue.ts'),
    );
    this.#loaded.add('platform');
  }

  forget(id: string): void {
    if (this.#defined.delete(id)) this.call('forget', [id]);
  }

  #glue(code: string): void {
    if (this.#loaded.has(code)) return;
    this.#loader.glue(code, path.join(this.#directory, 'glue.ts'));
    this.#loaded.add(code);
  }

  call(name: Entry, args: (string | boolean | number)[], timeoutMs?: number): string {
    try {
      return this.#entries[name].applySync(
        undefined,
        args,
        timeoutMs === undefined ? {} : { timeout: timeoutMs },
      ) as string;
    } catch (error) {
      if (this.#isolate.isDisposed) throw new IsolateDied((error as Error).message);
      if ((error as Error).message === 'Script execution timed out.') throw new TimedOut();
      throw error;
    }
  }

  /** Frees what the isolate no longer needs. */
  collect(): void {
    if (!this.#isolate.isDisposed) this.#gc.applySync(undefined, []);
  }

  dispose(): void {
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
  }
}
