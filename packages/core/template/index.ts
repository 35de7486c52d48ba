/**
 * Owns the face of Jinja2-compatible templates: render a text with a context, check a text. Autoescape
 * is off, whitespace is kept as Jinja2 keeps it by default. Does not know nodes or items.
 */
import { failure, FailureError } from '../errors.ts';
import { startBudget } from './budget.ts';
import { parseTemplate } from './parse.ts';
import { renderBody, rootScope } from './render.ts';
import { TemplateError, type Statement } from './syntax.ts';

/** A block renders the same few templates for all of its items. */
const MOST_CACHED = 32;
const cache = new Map<string, Statement[]>();

function parsed(source: string): Statement[] {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const body = parseTemplate(source);
  const oldest = cache.keys().next();
  if (cache.size >= MOST_CACHED && oldest.done !== true) cache.delete(oldest.value);
  cache.set(source, body);
  return body;
}

function problem(error: unknown): { message: string; line: number } {
  if (error instanceof TemplateError) return { message: error.message, line: error.line };
  // The one RangeError that code here can cause: the stack is at its end.
  if (error instanceof RangeError) return { message: 'The template is nested too deep', line: 1 };
  return { message: error instanceof Error ? error.message : String(error), line: 1 };
}

/** The text that the template makes of the context. Throws FailureError, code expression-failed. */
export function renderTemplate(text: string, context: unknown): string {
  try {
    startBudget();
    return renderBody(parsed(text), rootScope(context));
  } catch (error) {
    const { message, line } = problem(error);
    throw new FailureError(failure('expression-failed', `Template, line ${line}: ${message}`, { data: { line } }));
  }
}

/** What is wrong with the syntax of a template; null where nothing is. */
export function checkTemplate(text: string): { message: string; line: number } | null {
  try {
    parseTemplate(text);
    return null;
  } catch (error) {
    return problem(error);
  }
}
