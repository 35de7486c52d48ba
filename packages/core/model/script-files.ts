/**
 * Owns which files hold a script that can be called like a workflow. Does not read them.
 */

/** What they end with, in a workspace of Windmill that lies in files. */
export const SCRIPT_EXTENSIONS: readonly string[] = [
  '.ts',
  '.bun.ts',
  '.deno.ts',
  '.nativets.ts',
  '.bunnative.ts',
  '.py',
];

export const isScriptFile = (file: string): boolean => /\.(?:ts|py)$/.test(file);
