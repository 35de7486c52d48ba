/** Hashes and encodings against those of Node. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8, toHex } from './bytes.ts';
import { md5, sha1 } from './md5-sha1.ts';
import { sha224, sha256, sha384, sha512 } from './sha2.ts';
import { sha3 } from './sha3.ts';

describe('digests', () => {
  it.each([
    ['md5', md5],
    ['sha1', sha1],
    ['sha224', sha224],
    ['sha256', sha256],
    ['sha384', sha384],
    ['sha512', sha512],
    ['sha3-512', sha3],
  ] as const)('%s agrees with the platform for every length and content', (name, digest) => {
    for (let length = 0; length < 300; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
      expect(toHex(digest(bytes))).toBe(createHash(name).update(bytes).digest('hex'));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(toHex(digest(bytes))).toBe(createHash(name).update(bytes).digest('hex'));
      }),
    );
  });
});

describe('bytes', () => {
  it('encodes and decodes UTF-8 as the platform does, whatever the input', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('\ud800', '\udc00', 'é', '😀') }),
        (a, b) => {
          expect([...encodeUtf8(a + b)]).toEqual([...new TextEncoder().encode(a + b)]);
        },
      ),
    );
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0xe0, 0xed, 0xf0, 0xf4, 0xc2, 0x80, 0xbf, 0x9f, 0xa0, 0x90));
    fc.assert(
      fc.property(fc.array(byte), (list) => {
        const bytes = Uint8Array.from(list);
        expect(decodeUtf8(bytes)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
      }),
      { numRuns: 2_000 },
    );
    const long = 'añ😀'.repeat(10_000);
    expect(decodeUtf8(encodeUtf8(long))).toBe(long);
  });

  it('encodes and decodes base64 as the platform does', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(encodeBase64(bytes)).toBe(text);
        expect([...decodeBase64(text)]).toEqual([...bytes]);
        expect([...decodeBase64(Buffer.from(bytes).toString('base64url'))]).toEqual([...bytes]);
      }),
    );
  });
});
