/** Owns what the recording server answers for an id, so that the checker can tell a right result from a wrong one. */
export function valueOf(id: number): number {
  return (id * 7919) % 10007;
}
