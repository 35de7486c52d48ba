/**
 * Owns the blocks that were given to open folds, so that they can be given again when the process
 * that held the fold's state died. Bounded; a longer list cannot be given again from here.
 */
import type { Block } from '@rondo/core/ports.ts';
import { FIELD } from './wire.ts';

export interface OpenFold {
  /** Tells folds of one program apart: first and carry of their blocks. */
  key: string;
  program: string;
  blocks: Block[] | null;
  parts: number;
  chars: number;
}

export class FoldLog {
  readonly #most: number;
  readonly #open = new Map<string, OpenFold>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Notes a block; answers its fold and its place in it. */
  take(block: Block): { open: OpenFold; part: number } {
    const key = `${block.first}/${block.carry ?? ''}`;
    const name = block.program + FIELD + key;
    let open = this.#open.get(name);
    if (open === undefined) {
      open = { key, program: block.program, blocks: [], parts: 0, chars: 0 };
      this.#open.set(name, open);
    }
    const part = open.parts;
    open.parts += 1;
    for (const text of block.items) open.chars += text.length;
    if (open.chars > this.#most) open.blocks = null;
    open.blocks?.push(block);
    // What comes next under the same name is another fold.
    if (block.end === true) this.#open.delete(name);
    return { open, part };
  }

  /** The blocks before `part`; null when they are no longer here. */
  before(open: OpenFold, part: number): Block[] | null {
    return part === 0 ? [] : (open.blocks?.slice(0, part) ?? null);
  }

  done(block: Block, open: OpenFold, failed: boolean): void {
    if (!failed && block.end !== true) return;
    open.blocks = null;
    const name = block.program + FIELD + open.key;
    if (this.#open.get(name) === open) this.#open.delete(name);
  }
}
