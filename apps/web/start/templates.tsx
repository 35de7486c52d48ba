/** Owns the list of templates beside the workflows. */
export function Templates() {
  return null;
}
