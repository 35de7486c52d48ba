/**
 * Owns making a function body of a JavaScript module: what it exports stays declared, and one of its functions can
 * be called with its parameters by name. Does not run it; TypeScript's types are gone before.
 */
import { parse } from 'acorn';
import { PLATFORM_MODULES } from '../expression/platform-names.ts';

export type Callable = { ok: true; text: string } | { ok: false; message: string; line: number | null };

/** Name of the function that takes all arguments as one object. */
export const CALLER = '$callByName';

interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

export function callable(source: string, entry: string): Callable {
  let program: Node;
  try {
    program = parse(source, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      allowAwaitOutsideFunction: true,
      allowReturnOutsideFunction: true,
      allowHashBang: true,
    }) as unknown as Node;
  } catch (error) {
    const { message, loc } = error as { message?: string; loc?: { line: number } };
    if (error instanceof RangeError) return { ok: false, message: 'It is nested too deeply.', line: null };
    return { ok: false, message: String(message).replace(/ \(\d+:\d+\)$/, ''), line: loc?.line ?? null };
  }
  const edits: Edit[] = [];
  const functions = new Map<string, Node>();
  /** Names under which something is exported, and what it is called here. */
  const aliases = new Map<string, string>();
  for (const statement of program.body as Node[]) {
    if (statement.type === 'ImportDeclaration' || (statement.source !== null && statement.source !== undefined)) {
      const module = String((statement.source as Node).value);
      const taken = taking(statement, module);
      if (taken !== null) {
        edits.push({ start: statement.start, end: statement.end, text: taken });
        continue;
      }
      return { ok: false, message: `It imports ${module}, which is not there.`, line: lineOf(source, statement.start) };
    }
    readExport(statement, edits, functions, aliases);
  }
  const name = functions.has(entry) ? entry : (aliases.get(entry) ?? entry);
  return { ok: true, text: `${edited(source, edits)}\n;${caller(name, functions.get(name), entry)}` };
}

/** An import of a module that is there, as declarations; null: it is not there, or something is exported from it. */
function taking(statement: Node, module: string): string | null {
  if (statement.type !== 'ImportDeclaration') return null;
  if (!PLATFORM_MODULES.includes(module.replace(/^node:/, ''))) return null;
  const given = `require(${JSON.stringify(module)})`;
  return (statement.specifiers as { type: string; local: Node; imported?: Node }[])
    .map(({ type, local, imported }) => {
      const name = String(imported?.name ?? imported?.value ?? 'default');
      const member = type === 'ImportSpecifier' && name !== 'default' ? `[${JSON.stringify(name)}]` : '';
      return `const ${String(local.name)} = ${given}${member};`;
    })
    .join(' ');
}

function readExport(statement: Node, edits: Edit[], functions: Map<string, Node>, aliases: Map<string, string>): void {
  const { declaration } = statement as { declaration?: Node | null };
  if (statement.type === 'ExportNamedDeclaration') {
    if (declaration) {
      edits.push({ start: statement.start, end: declaration.start, text: '' });
      return declared(declaration, functions);
    }
    for (const { local, exported } of statement.specifiers as { local: Node; exported: Node }[]) {
      aliases.set(String(exported.name ?? exported.value), String(local.name));
    }
    edits.push({ start: statement.start, end: statement.end, text: ';' });
  } else if (statement.type === 'ExportDefaultDeclaration' && declaration) {
    const { id } = declaration as { id?: Node | null };
    if (declaration.type.endsWith('Declaration') && id) {
      edits.push({ start: statement.start, end: declaration.start, text: '' });
      return declared(declaration, functions);
    }
    edits.push({ start: statement.start, end: declaration.start, text: 'const $default = ' });
    aliases.set('main', '$default');
    functions.set('$default', declaration);
  } else declared(statement, functions);
}

function declared(statement: Node, functions: Map<string, Node>): void {
  if (statement.type === 'FunctionDeclaration') functions.set(String((statement.id as Node).name), statement);
  if (statement.type !== 'VariableDeclaration') return;
  for (const { id, init } of statement.declarations as { id: Node; init: Node | null }[]) {
    if (id.type === 'Identifier' && init?.type.endsWith('FunctionExpression')) functions.set(String(id.name), init);
  }
}

/** The function that calls it by name; of a function that cannot be looked into, arguments are in order. */
function caller(name: string, found: Node | undefined, entry: string): string {
  const missing = JSON.stringify(`The script exports no function ${entry}.`);
  const head = `function ${CALLER}($args) { if (typeof ${name} !== 'function') throw new Error(${missing});`;
  if (found === undefined) return `${head} return ${name}(...Object.values($args)); }`;
  const values = (found.params as Node[]).map((parameter) => {
    const target = parameter.type === 'AssignmentPattern' ? (parameter.left as Node) : parameter;
    return target.type === 'Identifier' ? `$arg(${JSON.stringify(target.name)})` : 'undefined';
  });
  const arg = 'const $arg = (name) => Object.hasOwn($args, name) ? $args[name] : undefined;';
  return `${head} ${arg} return ${name}(${values.join(', ')}); }`;
}

function edited(source: string, edits: readonly Edit[]): string {
  let out = '';
  let last = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start)) {
    out += source.slice(last, start) + text + '\n'.repeat(source.slice(start, end).split('\n').length - 1);
    last = end;
  }
  return out + source.slice(last);
}

const lineOf = (source: string, offset: number): number => source.slice(0, offset).split('\n').length;
