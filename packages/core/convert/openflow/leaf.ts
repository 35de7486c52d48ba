/**
 * Owns steps that hold no others: scripts, calls of scripts and flows by path, identity. What a module says beside
 * its kind (retry, stop ...) is in options.ts.
 */
import type { NodeDefinition } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';
import { describe } from '../../model/shape.ts';
import { transforms, type Seen } from './expression.ts';
import type { Flow } from './flow.ts';
import { checkScript, languageOf } from './languages.ts';
import type { Place } from './module.ts';

/** A node without its place among the others. */
export type Leaf = Pick<NodeDefinition, 'type' | 'with'>;

/** Null after a diagnostic. `value` is the field of that name of the module. */
export function leafOf(flow: Flow, value: Place, kind: string, seen: Seen, entry = 'main'): Leaf | null {
  switch (kind) {
    case 'rawscript':
      return script(flow, value, seen, entry);
    case 'script':
      return call(value, seen, 'script');
    case 'flow':
      return call(value, seen, 'flow');
    case 'identity':
      return { type: 'no-op' };
    case 'aiagent':
      value.unsupported(`${value.node} is an AI agent step; its tools and providers are those of a Windmill server.`);
      return null;
    default:
      value.unsupported(`${value.node} is a step of the kind ${describe(kind)}, which Rondo does not know.`, 'type');
      return null;
  }
}

const INLINE = /^!inline\s+(.+)$/;

function script(flow: Flow, value: Place, seen: Seen, entry: string): Leaf | null {
  const language = languageOf(value);
  const inputs = transforms(value, seen);
  let content = value.text('content');
  if (content === undefined) {
    value.missing('content', 'the text of its script');
    return null;
  }
  const inline = INLINE.exec(content.trim())?.[1];
  if (inline !== undefined) {
    const text = flow.options.read?.(inline.trim()) ?? null;
    if (text === null) {
      value.unsupported(
        `The script of ${value.node} is in the file ${inline}, which is not beside the flow.`,
        'content',
      );
      return null;
    }
    content = text;
  }
  if (language === null || !checkScript(value, language, content)) return null;
  if (value.number('concurrent_limit') !== undefined) {
    value.differs(
      `${value.node} is not limited to concurrent_limit; set loop.rate or loop.parallel.`,
      'concurrent_limit',
    );
  }
  const more: Record<string, Json> = { ...(entry === 'main' ? {} : { entry }), inputs };
  if (language === 'python') return { type: 'python', with: { mode: 'function', ...more, code: content } };
  return { type: 'code', with: { mode: 'function', language: 'typescript', ...more, code: content } };
}

function call(value: Place, seen: Seen, what: 'script' | 'flow'): Leaf | null {
  const path = value.text('path');
  const input = transforms(value, seen);
  if (path === undefined) {
    if (value.get('path') === undefined) value.missing('path', `which ${what} it calls`);
    return null;
  }
  if (path.startsWith('hub/')) {
    value.unsupported(`${value.node} calls ${path} of the Windmill hub. Put the script into the flow.`, 'path');
    return null;
  }
  return { type: 'sub-workflow', with: { workflow: path, input } };
}

/** A node that gives the input of the flow, in the place of what its level is given. */
export const inputNode = (): Leaf => ({
  type: 'code',
  with: { mode: 'function', inputs: { input: '{{ flow_input }}' }, code: 'export const main = (input) => input;' },
});

/** A node that gives this value. */
export const valueNode = (value: string): Leaf => ({
  type: 'code',
  with: { mode: 'function', code: `export const main = () => (${value});` },
});
