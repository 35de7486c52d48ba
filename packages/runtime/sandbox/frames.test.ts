import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeFrame, FrameReader } from './frames.ts';

test('frames come out whole, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), fc.array(fc.integer({ min: 1, max: 9 })), (texts, cuts) => {
      // Half a surrogate pair has no UTF-8.
      const sent = texts.map((text) => text.toWellFormed());
      const bytes = Buffer.concat(sent.map(encodeFrame));
      const reader = new FrameReader();
      const got: string[] = [];
      for (let at = 0, i = 0; at < bytes.length; i += 1) {
        const size = cuts[i % Math.max(cuts.length, 1)] ?? 3;
        reader.push(bytes.subarray(at, at + size));
        at += size;
        for (let text = reader.next(); text !== null; text = reader.next()) got.push(text);
      }
      expect(got).toEqual(sent);
    }),
  );
});
