/**
 * Owns loading ES modules into an isolate: finding files, stripping types, linking. Runs in the
 * child. Knows the few packages that exist inside; everything else is refused.
 */
import type ivm from 'isolated-vm';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Paths {
  core: string;
  nodes: string;
  runtime: string;
  luxon: string;
  jmespath: string;
}

/** Source texts survive an isolate that is replaced. */
const sources = new Map<string, string>();

/** Sources without types, as a JSON object by path. */
export function knowSources(json: string): void {
  for (const [file, source] of Object.entries(JSON.parse(json) as Record<string, string>)) sources.set(file, source);
}

export class ModuleLoader {
  readonly #isolate: ivm.Isolate;
  readonly #context: ivm.Context;
  readonly #paths: Paths;
  readonly #modules = new Map<string, ivm.Module>();
  readonly #files = new Map<ivm.Module, string>();

  constructor(isolate: ivm.Isolate, context: ivm.Context, paths: Paths) {
    this.#isolate = isolate;
    this.#context = context;
    this.#paths = paths;
  }

  /** The module of a file, evaluated. */
  load(file: string): ivm.Module {
    const found = this.#modules.get(file);
    if (found !== undefined) return found;
    const module = this.#compile(file);
    this.#start(module);
    return module;
  }

  /** A few lines that join loaded modules. `from` is the file that imports are relative to. */
  glue(code: string, from: string): void {
    const module = this.#isolate.compileModuleSync(code, { filename: 'glue' });
    this.#files.set(module, from);
    this.#start(module);
    this.#files.delete(module);
  }

  #start(module: ivm.Module): void {
    module.instantiateSync(this.#context, (specifier, referrer) =>
      this.#compile(this.#resolve(specifier, this.#files.get(referrer) ?? '')),
    );
    module.evaluateSync();
  }

  #compile(file: string): ivm.Module {
    const found = this.#modules.get(file);
    if (found !== undefined) return found;
    const module = this.#isolate.compileModuleSync(this.#source(file), { filename: `file://${file}` });
    this.#modules.set(file, module);
    this.#files.set(module, file);
    return module;
  }

  #source(file: string): string {
    let source = sources.get(file);
    if (source === undefined) {
      const text = readFileSync(file, 'utf8');
      if (file.endsWith('.ts')) source = stripTypeScriptTypes(text);
      else if (file === this.#paths.jmespath) {
        source = `const module = { exports: {} };\n((exports) => {${text}\n})(module.exports);\nexport default module.exports;\nexport const { search } = module.exports;`;
      } else source = text;
      sources.set(file, source);
    }
    return source;
  }

  #resolve(specifier: string, referrer: string): string {
    const { core, nodes, runtime, luxon, jmespath } = this.#paths;
    if (specifier.startsWith('.')) return path.resolve(path.dirname(referrer), specifier);
    if (specifier.startsWith('file:')) return fileURLToPath(specifier);
    if (specifier.startsWith('@rondo/core/')) return path.join(core, specifier.slice('@rondo/core/'.length));
    if (specifier.startsWith('@rondo/nodes/')) return path.join(nodes, specifier.slice('@rondo/nodes/'.length));
    if (specifier.startsWith('@rondo/runtime/')) return path.join(runtime, specifier.slice('@rondo/runtime/'.length));
    if (specifier === 'luxon') return luxon;
    if (specifier === 'jmespath') return jmespath;
    throw new Error(`${specifier} (imported by ${referrer}) is not available inside the isolate`);
  }
}
