/** Codes that change with time: the vectors of RFC 6238 and RFC 4648, and which steps are near. */
import { expect, it } from 'vitest';
import { base32, newTotpSecret, stepAt, stepOf, totpCode, totpLink } from './totp.ts';

/** "12345678901234567890". */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

it.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('at %i s, the last six digits of RFC 6238, appendix B', (seconds, eight) => {
  expect(totpCode(SECRET, stepAt(seconds * 1000))).toBe(eight.slice(2));
});

it.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('%j in base32 is that of RFC 4648 without padding', (text, expected) => {
  expect(base32(Buffer.from(text))).toBe(expected);
});

it('takes the code of now, the one before and the one after, and nothing else', () => {
  const now = 1_700_000_010_000;
  const step = stepAt(now);
  for (const near of [-1, 0, 1]) expect(stepOf(SECRET, totpCode(SECRET, step + near), now)).toBe(step + near);
  for (const far of [-2, 2, 10]) expect(stepOf(SECRET, totpCode(SECRET, step + far), now)).toBe(null);
  for (const wrong of ['', '12345', '1234567', 'abcdef', '１２３４５６']) expect(stepOf(SECRET, wrong, now)).toBe(null);
});

it('has a secret of 160 bits, and a link that apps open whatever the name is', () => {
  expect(newTotpSecret()).toMatch(/^[A-Z2-7]{32}$/);
  expect(newTotpSecret()).not.toBe(newTotpSecret());
  const link = new URL(totpLink(SECRET, 'Ada & Bob?', 'Rondo'));
  expect(link.searchParams.get('secret')).toBe(SECRET);
  expect([...link.searchParams.keys()]).toEqual(['secret', 'issuer']);
});
