/** Owns joining class names. Later ones do not replace earlier ones: parts take no class that fights their own. */
export function classes(...names: (string | false | null | undefined)[]): string {
  return names.filter((name) => typeof name === 'string' && name !== '').join(' ');
}
