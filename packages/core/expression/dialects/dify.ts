/** Owns the rules of expressions in converted Dify files: native ones with functions of their own. Does not evaluate. */
import type { DialectRules } from '../dialect.ts';
import { FALLBACK_NAMES, NATIVE_NAMES, PAGINATION_NAMES } from '../names.ts';
import { DIFY_SCOPE_NAMES } from './dify-names.ts';
import { native } from './native.ts';

function withOwn(names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names, ...DIFY_SCOPE_NAMES.map((entry) => entry.name)]);
}

export const dify: DialectRules = {
  ...native,
  names: { always: withOwn(NATIVE_NAMES), page: withOwn(PAGINATION_NAMES), failure: withOwn(FALLBACK_NAMES) },
};
