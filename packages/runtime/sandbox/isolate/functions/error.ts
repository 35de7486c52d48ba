/**
 * Owns the error of data functions: wrong use, told to the author. Unlike a TypeError of the language
 * it is never swallowed by scopes that forgive missing data.
 */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

/** A data function was called on a value that has none of that name. */
export class NotCallable extends ExpressionError {
  readonly value: unknown;
  readonly function: string;
  constructor(value: unknown, name: string, message: string) {
    super(message);
    this.value = value;
    this.function = name;
  }
}

/** How a value is called in messages. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'undefined') return 'undefined';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

/** Data functions of one type, by name. */
export type FunctionTable<T> = Readonly<Record<string, (value: T, args: readonly unknown[]) => unknown>>;
