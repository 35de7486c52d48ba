/**
 * Owns finding the free identifiers of an expression: names that neither a parameter nor a
 * declaration inside it binds. Does not know which names exist.
 */
import { childrenOf, isTree, type Tree } from './parse.ts';

/** A free identifier and what it stands in, from the root down to its parent. */
export interface Free {
  name: string;
  node: Tree;
  ancestors: readonly Tree[];
}

type Scope = ReadonlySet<string>;

const FUNCTIONS = new Set(['FunctionExpression', 'FunctionDeclaration', 'ArrowFunctionExpression']);

export function freeIdentifiers(root: Tree): Free[] {
  const found: Free[] = [];
  const ancestors: Tree[] = [];

  const visit = (node: Tree, scopes: readonly Scope[]): void => {
    if (node.type === 'Identifier') {
      const name = node.name as string;
      if (!scopes.some((scope) => scope.has(name))) found.push({ name, node, ancestors: [...ancestors] });
      return;
    }
    const inner = [...scopes, ...scopesOf(node)];
    ancestors.push(node);
    for (const child of childrenOf(node)) {
      if (!isName(child, node)) visit(child, inner);
    }
    ancestors.pop();
  };
  visit(root, []);
  return found;
}

/** Identifiers that are the name of a property or label, not of a value. */
function isName(child: Tree, parent: Tree): boolean {
  switch (parent.type) {
    case 'MemberExpression':
      return child === parent.property && parent.computed !== true;
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return child === parent.key && parent.computed !== true;
    case 'MetaProperty':
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return child === parent.label || parent.type === 'MetaProperty';
    default:
      return false;
  }
}

/** Names that a node binds for everything inside it. */
function scopesOf(node: Tree): Scope[] {
  const names = new Set<string>();
  if (FUNCTIONS.has(node.type)) {
    if (isTree(node.id)) names.add(node.id.name as string);
    for (const parameter of node.params as Tree[]) addPattern(parameter, names);
    if (node.type !== 'ArrowFunctionExpression') names.add('arguments');
    addHoisted(node.body as Tree, names);
  } else if (node.type === 'ClassExpression' || node.type === 'ClassDeclaration') {
    if (isTree(node.id)) names.add(node.id.name as string);
  } else if (node.type === 'CatchClause') {
    if (isTree(node.param)) addPattern(node.param, names);
  } else if (node.type === 'BlockStatement' || node.type === 'StaticBlock') {
    for (const statement of node.body as Tree[]) addLexical(statement, names);
  } else if (node.type === 'SwitchStatement') {
    for (const branch of node.cases as Tree[]) {
      for (const statement of branch.consequent as Tree[]) addLexical(statement, names);
    }
  } else if (node.type.startsWith('For')) {
    for (const part of [node.init, node.left]) if (isTree(part)) addLexical(part, names);
  }
  return names.size === 0 ? [] : [names];
}

function addLexical(statement: Tree, names: Set<string>): void {
  if (statement.type === 'VariableDeclaration' && statement.kind !== 'var') {
    for (const declarator of statement.declarations as Tree[]) addPattern(declarator.id as Tree, names);
  } else if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
    names.add((statement.id as Tree).name as string);
  }
}

/** `var` anywhere in the function, without the functions inside it. */
function addHoisted(node: Tree, names: Set<string>): void {
  if (node.type === 'VariableDeclaration' && node.kind === 'var') {
    for (const declarator of node.declarations as Tree[]) addPattern(declarator.id as Tree, names);
  }
  for (const child of childrenOf(node)) {
    if (!FUNCTIONS.has(child.type) && child.type !== 'StaticBlock') addHoisted(child, names);
  }
}

function addPattern(pattern: Tree, names: Set<string>): void {
  switch (pattern.type) {
    case 'Identifier':
      names.add(pattern.name as string);
      break;
    case 'AssignmentPattern':
      addPattern(pattern.left as Tree, names);
      break;
    case 'RestElement':
      addPattern(pattern.argument as Tree, names);
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements as (Tree | null)[]) if (element !== null) addPattern(element, names);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties as Tree[]) {
        addPattern(property.type === 'RestElement' ? property : (property.value as Tree), names);
      }
      break;
  }
}
