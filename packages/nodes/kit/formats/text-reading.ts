/**
 * Owns what reading a text page by page has in common: the carry, the next part as UTF-8, asking for more until a
 * record fits, the limits. Does not know formats (text-pages.ts, json-pages.ts).
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { decodePart, type DecodedPart, type Encoding } from './encoding.ts';
import { nesting, type Cut, type Span } from './records.ts';
import { unreadable, type ByteSource } from './source.ts';

export interface Sizes {
  /** Items of one call. */
  items: number;
  /** Bytes asked for at once, before a long record needs more. */
  smallest: number;
  largest: number;
}

export type TextFormat = 'ndjson' | 'json' | 'csv' | 'text' | 'lines';

export interface Carry {
  offset: number;
  stamp: string;
  encoding: Encoding;
  /** Bytes to ask for: what the last thousand records took, and some. */
  part: number;
  /** Records and lines so far, for messages and line numbers. */
  records: number;
  lines: number;
  columns?: string[];
  delimiter?: string;
  end?: '\n' | '\r';
  /** json: the offset is inside a list, with so many objects around it. */
  open?: number;
}

export interface Part extends DecodedPart {
  /** The end of the file is in `bytes`. */
  last: boolean;
}

/** What a format makes of a part: null when a record does not fit and more bytes are needed. */
export interface Taken {
  items: Item[];
  used: number;
  records: number;
  done: boolean;
  columns?: string[];
}

export function text(bytes: Uint8Array, span: { start: number; end: number }): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + span.start, span.end - span.start).toString('utf8');
}

export class Reading {
  readonly call: EffectCall;
  readonly source: ByteSource;
  readonly format: TextFormat;
  readonly most: number;
  carry: Carry;
  skipped: number[] = [];

  constructor(call: EffectCall, source: ByteSource, format: TextFormat, carry: Carry, most: number) {
    this.call = call;
    this.source = source;
    this.format = format;
    this.most = most;
    this.carry = carry;
  }

  get name(): string {
    return this.source.name;
  }

  /** Text from the carry on, out of `length` bytes when there are so many. */
  async part(length: number): Promise<Part> {
    this.call.signal.throwIfAborted();
    const { offset, encoding } = this.carry;
    const { bytes, size } = await this.source.read(offset, length);
    const last = offset + bytes.byteLength >= size;
    return { ...decodePart(bytes, encoding, last, this.name), last };
  }

  /** Asks for more until a record fits; a record over file.line ends it. */
  async take(take: (part: Part) => Taken | null | Promise<Taken | null>): Promise<{ taken: Taken; part: Part }> {
    const limit = this.call.ports.limit('file.line');
    for (let length = this.carry.part; ; length *= 2) {
      const part = await this.part(Math.min(length, limit + 2));
      const taken = await take(part);
      if (taken !== null) return { taken, part };
      const record = `record ${this.carry.records + 1}`;
      if (part.bytes.byteLength > limit || length > limit + 2) {
        throw new FailureError({ ...limitFailure('file.line', limit, `${this.name}, ${record}`), retry: 'no' });
      }
      if (part.last) throw unreadable(this.name, `${record} is not complete at the end of the file`);
    }
  }

  parse(bytes: Uint8Array, span: Span, what: string): Json {
    const most = this.call.ports.limit('item.depth');
    // What is nested too deep can be parsed, but not written again.
    if (nesting(bytes, span, most) > most) {
      throw new FailureError({ ...limitFailure('item.depth', most, `${this.name}, ${what}`), retry: 'no' });
    }
    try {
      return JSON.parse(text(bytes, span)) as Json;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw unreadable(this.name, `${what} is not valid JSON (${reason})`);
    }
  }
}

/** The result of a cut, unless not even one record fitted. */
export function whole(cut: Cut, part: Part, items: Item[], columns?: string[]): Taken | null {
  if (cut.spans.length === 0 && !(part.last && cut.rest >= part.bytes.byteLength)) return null;
  return {
    items,
    used: cut.rest,
    records: cut.spans.length,
    done: part.last && cut.rest >= part.bytes.byteLength,
    ...(columns === undefined ? {} : { columns }),
  };
}
