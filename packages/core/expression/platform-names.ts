/**
 * Owns the list of what code of users finds besides the language, as on other platforms of JavaScript: names, and
 * modules for `require`. Does not make them (runtime/sandbox/isolate/platform).
 */

export const PLATFORM_NAMES: readonly string[] = [
  'Buffer',
  'URL',
  'URLSearchParams',
  'TextEncoder',
  'TextDecoder',
  'atob',
  'btoa',
  'crypto',
  'performance',
  'structuredClone',
  'require',
];

/** Each may be written with `node:` before it. */
export const PLATFORM_MODULES: readonly string[] = ['buffer', 'crypto', 'querystring', 'url', 'util'];
