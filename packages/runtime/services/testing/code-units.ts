/** Owns the letters of hostile texts in property tests: any UTF-16 code unit, much of it plain, some of it halves. */
import fc from 'fast-check';

const code = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  { weight: 2, arbitrary: fc.nat(0xffff) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0x0a, 0x22, 0x5c, 0x4eba, 0xd83d, 0xde42, 0xfffd) },
);

export const codeUnit = code.map((number) => String.fromCharCode(number));
