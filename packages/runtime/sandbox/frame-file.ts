/**
 * Owns frames (frames.ts) on file descriptors, blocking, with one buffer for each direction: the
 * child has nothing else to do while it reads or writes. Does not know what the text means.
 */
import { readSync, writeSync } from 'node:fs';

const HEAD = 4;
/** A larger buffer is given back after use. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** Waits without burning the processor where a descriptor does not block by itself. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

function again(error: unknown): void {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EAGAIN') throw error;
  pause();
}

export class FrameInput {
  readonly #fd: number;
  #buffer = Buffer.allocUnsafe(1 << 16);

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Text of the next frame; null at the end. */
  read(): string | null {
    if (!this.#fill(HEAD)) return null;
    const length = this.#buffer.readUInt32LE(0);
    if (this.#buffer.length < length) this.#buffer = Buffer.allocUnsafe(length * 2);
    if (!this.#fill(length)) return null;
    const text = this.#buffer.toString('utf8', 0, length);
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.allocUnsafe(1 << 16);
    return text;
  }

  #fill(bytes: number): boolean {
    for (let at = 0; at < bytes; ) {
      try {
        const count = readSync(this.#fd, this.#buffer, at, bytes - at, null);
        if (count === 0) return false;
        at += count;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EOF') return false;
        again(error);
      }
    }
    return true;
  }
}

export class FrameOutput {
  readonly #fd: number;
  #buffer = Buffer.allocUnsafe(1 << 16);

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(text: string): void {
    const most = HEAD + text.length * 3;
    if (this.#buffer.length < most) this.#buffer = Buffer.allocUnsafe(most * 2);
    const length = this.#buffer.write(text, HEAD);
    this.#buffer.writeUInt32LE(length, 0);
    for (let at = 0; at < HEAD + length; ) {
      try {
        at += writeSync(this.#fd, this.#buffer, at, HEAD + length - at);
      } catch (error) {
        again(error);
      }
    }
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.allocUnsafe(1 << 16);
  }
}
