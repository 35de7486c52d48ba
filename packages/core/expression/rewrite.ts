/**
 * Owns turning an expression into the code that the isolate runs: calls of data functions become
 * `$fn(value, "name", [args])` and `$if(a, b, c)` a conditional. Everything else stays as written.
 * Does not check names.
 *
 * Output is built inside out from the tree, copying the text between children, so nesting needs no
 * bookkeeping of shifted positions. An optional chain is cut at each `?.` that has a data function
 * after it: `a?.b.first().c` becomes `(($v0) => $v0 == null ? undefined : $fn($v0.b, "first", []).c)(a)`,
 * which skips the whole rest exactly as the language does.
 */
import type { DialectRules } from './dialect.ts';
import { childrenOf, unwrap, type Tree } from './parse.ts';

/** Names of the language that stand for plain values. */
const VALUES = new Set(['undefined', 'NaN', 'Infinity']);

interface DataCall {
  value: Tree;
  name: string;
  args: Tree[];
  member: Tree;
}

/** `text` is the text the tree was parsed from; `free` holds its free identifiers. */
export function rewrite(
  text: string,
  root: Tree,
  free: ReadonlySet<Tree>,
  { globals, functions, ownMethods }: Pick<DialectRules, 'globals' | 'functions' | 'ownMethods'>,
): string {
  let prefix = '$v';
  while (text.includes(prefix)) prefix += '_';
  let fresh = 0;

  const isFree = (tree: Tree, name?: string): boolean =>
    tree.type === 'Identifier' && free.has(tree) && (name === undefined || tree.name === name);

  function emit(tree: Tree): string {
    if (tree.type === 'ChainExpression') {
      const links = spine(tree.expression as Tree);
      if (links.some((link) => dataCall(link) !== null)) return chain(links, false);
    } else if (tree.type === 'UnaryExpression' && tree.operator === 'delete') {
      let target = tree.argument as Tree;
      while (target.type === 'ParenthesizedExpression') target = target.expression as Tree;
      const links = target.type === 'ChainExpression' ? spine(target.expression as Tree) : [];
      if (links.some((link) => dataCall(link) !== null)) return chain(links, true);
    } else if (tree.type === 'CallExpression') {
      const call = dataCall(tree);
      if (call !== null) return callOf(emit(call.value), call);
      if (isConditional(tree)) return conditional(tree.arguments as Tree[]);
    }
    return copy(tree.start, tree.end, childrenOf(tree));
  }

  /** Text from `start` to `end` with the trees inside it emitted. */
  function copy(start: number, end: number, trees: Tree[]): string {
    let out = '';
    let at = start;
    for (const tree of trees) {
      out += text.slice(at, tree.start) + emit(tree);
      at = tree.end;
    }
    return out + text.slice(at, end);
  }

  function list(trees: Tree[]): string {
    const first = trees[0];
    const last = trees.at(-1);
    return first === undefined || last === undefined ? '' : copy(first.start, last.end, trees);
  }

  function dataCall(tree: Tree): DataCall | null {
    if (tree.type !== 'CallExpression') return null;
    const member = unwrap(tree.callee as Tree);
    if (member.type !== 'MemberExpression' || member.computed === true) return null;
    const property = member.property as Tree;
    const name = property.name as string;
    if (property.type !== 'Identifier' || !functions.has(name)) return null;
    const value = member.object as Tree;
    if (value.type === 'Super' || ownsMethods(unwrap(value))) return null;
    return { value, name, args: tree.arguments as Tree[], member };
  }

  /** `Math.round(x)`, `$input.first()` and `$('node').first()` are what they look like. */
  function ownsMethods(value: Tree): boolean {
    if (value.type === 'CallExpression') return isFree(unwrap(value.callee as Tree), '$');
    if (!isFree(value) || VALUES.has(value.name as string)) return false;
    return globals.has(value.name as string) || ownMethods.has(value.name as string);
  }

  function callOf(value: string, call: DataCall): string {
    return `$fn(${value}, ${JSON.stringify(call.name)}, [${list(call.args)}])`;
  }

  function isConditional(tree: Tree): boolean {
    const args = tree.arguments as Tree[];
    if (tree.optional === true || !isFree(unwrap(tree.callee as Tree), '$if')) return false;
    return args.length >= 2 && args.every((arg) => arg.type !== 'SpreadElement');
  }

  function conditional([test, yes, no]: Tree[]): string {
    return `((${emit(test as Tree)}) ? (${emit(yes as Tree)}) : (${no === undefined ? 'false' : emit(no)}))`;
  }

  /** The base of a chain and its members and calls, from the base outwards. */
  function spine(outermost: Tree): Tree[] {
    const links: Tree[] = [];
    let tree = unwrap(outermost);
    while (tree.type === 'MemberExpression' || (tree.type === 'CallExpression' && !isConditional(tree))) {
      links.unshift(tree);
      tree = unwrap((tree.type === 'MemberExpression' ? tree.object : tree.callee) as Tree);
    }
    links.unshift(tree);
    return links;
  }

  function chain(links: Tree[], deleted: boolean): string {
    const base = links[0] as Tree;
    const skipped = deleted ? 'true' : 'undefined';
    const finish = (code: string): string => (deleted ? `delete ${code}` : code);
    const guard = (value: string, rest: (name: string) => string): string => {
      const name = `${prefix}${fresh}`;
      fresh += 1;
      return `((${name}) => ${name} == null ? ${skipped} : ${rest(name)})(${value})`;
    };
    const suffix = (link: Tree, code: string, optional: boolean): string => {
      if (link.type === 'CallExpression') return `${code}${optional ? '?.' : ''}(${list(link.arguments as Tree[])})`;
      const property = link.property as Tree;
      if (link.computed === true) return `${code}${optional ? '?.' : ''}[${emit(property)}]`;
      return `${code}${optional ? '?.' : '.'}${text.slice(property.start, property.end)}`;
    };
    /** Code of the links from `from` on, applied to `code`. */
    const build = (from: number, code: string, checked: boolean): string => {
      let out = code;
      let isChecked = checked;
      for (let i = from; i < links.length; i += 1) {
        const link = links[i] as Tree;
        const next = links[i + 1];
        const call = next === undefined ? null : dataCall(next);
        const laterCall = links.slice(i).some((later) => dataCall(later) !== null);
        const optional = link.optional === true && !isChecked;
        isChecked = false;
        if (optional && laterCall) return guard(out, (name) => build(i, name, true));
        if (call !== null && call.member === link) {
          out = callOf(out, call);
          i += 1;
        } else if (
          link.type === 'MemberExpression' &&
          next?.type === 'CallExpression' &&
          next.optional === true &&
          laterCall
        ) {
          // `o.method?.(x)` must still be called on o once the function is in a name of its own.
          const target = `${prefix}${fresh}`;
          fresh += 1;
          const rest = (name: string): string =>
            build(i + 2, `${name}.call(${[target, list(next.arguments as Tree[])].filter(Boolean).join(', ')})`, false);
          return `((${target}) => ${guard(suffix(link, target, false), rest)})(${out})`;
        } else {
          out = suffix(link, out, optional);
        }
      }
      return finish(out);
    };
    return build(1, base.type === 'Identifier' ? emit(base) : `(${emit(base)})`, false);
  }

  return emit(root);
}
