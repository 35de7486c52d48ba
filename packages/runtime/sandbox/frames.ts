/**
 * Owns frames on a pipe: four bytes of length, little endian, then UTF-8 text.
 * Does not know what the text means (wire.ts).
 */
const HEAD = 4;

export function encodeFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(HEAD + length);
  frame.writeUInt32LE(length, 0);
  frame.write(text, HEAD);
  return frame;
}

/** Collects chunks and gives whole frames. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #bytes = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** Text of the next frame, or null while it is not complete. */
  next(): string | null {
    if (this.#bytes < HEAD) return null;
    let first = this.#chunks[0] as Buffer;
    if (first.length < HEAD) first = this.#join();
    const length = first.readUInt32LE(0);
    if (this.#bytes < HEAD + length) return null;
    if (first.length < HEAD + length) first = this.#join();
    const text = first.toString('utf8', HEAD, HEAD + length);
    const rest = first.subarray(HEAD + length);
    if (rest.length === 0) this.#chunks.shift();
    else this.#chunks[0] = rest;
    this.#bytes -= HEAD + length;
    return text;
  }

  #join(): Buffer {
    const whole = Buffer.concat(this.#chunks, this.#bytes);
    this.#chunks = [whole];
    return whole;
  }
}
