/**
 * Owns vectors as they are stored and compared: length one, 32-bit floats. The cosine of two of them
 * is their dot product. Pure.
 */

/** null when the vector has no direction: empty, all zeros, or with something that is not a number. */
export function unitVector(vector: readonly number[]): Float32Array | null {
  let largest = 0;
  for (const number of vector) {
    if (!Number.isFinite(number)) return null;
    largest = Math.max(largest, Math.abs(number));
  }
  if (largest === 0) return null;
  // Scaled first: the squares of very large or very small numbers are no numbers any more.
  let sum = 0;
  for (const number of vector) sum += (number / largest) ** 2;
  const length = Math.sqrt(sum);
  return Float32Array.from(vector, (number) => number / largest / length);
}

export function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** A stored vector; copied when its bytes do not lie where floats may. */
export function vectorOf(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2);
}

/** The dot product with the vector that begins at `from`, cut to the cosines that scores can be. */
export function nearness(query: Float32Array, numbers: Float32Array, from: number): number {
  const size = query.length;
  const whole = size - (size % 4);
  // Four sums that do not wait for each other.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let at = 0; at < whole; at += 4) {
    a += (query[at] as number) * (numbers[from + at] as number);
    b += (query[at + 1] as number) * (numbers[from + at + 1] as number);
    c += (query[at + 2] as number) * (numbers[from + at + 2] as number);
    d += (query[at + 3] as number) * (numbers[from + at + 3] as number);
  }
  for (let at = whole; at < size; at += 1) a += (query[at] as number) * (numbers[from + at] as number);
  return Math.min(1, Math.max(0, a + b + c + d));
}
