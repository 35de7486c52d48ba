/** The examples of RFC 7616 and RFC 2617, and what servers send besides. */
import { describe, expect, it } from 'vitest';
import { digestAuthorization, digestChallenge, parseAuthenticate, type Challenge } from './digest.ts';

const REALM = 'realm="http-auth@example.org"';
const NONCE = 'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"';
const OPAQUE = 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
const request = {
  method: 'GET',
  uri: '/dir/index.html',
  body: '',
  user: 'Mufasa',
  password: 'Circle of Life',
  count: 1,
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};
const challengeOf = (header: string): Challenge => {
  const challenge = digestChallenge(header);
  if (challenge === null) throw new Error('no challenge');
  return challenge;
};
const responseOf = (header: string): string | undefined => /response="(\w+)"/.exec(header)?.[1];

describe('RFC 7616, 3.9.1', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('%s', (algorithm, response) => {
    const header = `Digest ${REALM}, qop="auth, auth-int", algorithm=${algorithm}, ${NONCE}, ${OPAQUE}`;
    const value = digestAuthorization(challengeOf(header), request);
    expect(responseOf(value)).toBe(response);
    expect(value).toContain('qop=auth, nc=00000001, cnonce=');
    expect(value).toContain(OPAQUE);
  });

  it('picks the strongest of several', () => {
    const both = `Basic realm="x", Digest ${REALM}, qop="auth", algorithm=MD5, ${NONCE}, Digest ${REALM}, qop="auth", algorithm=SHA-256, ${NONCE}`;
    expect(digestChallenge(both)?.hash).toBe('sha256');
  });
});

it('RFC 7616, 3.9.2: SHA-512-256 with a hashed user name', () => {
  const header =
    'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true';
  const value = digestAuthorization(challengeOf(header), {
    ...request,
    uri: '/doe.json',
    user: 'J\u00e4s\u00f8n Doe',
    password: 'Secret, or not?',
    cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm',
  });
  // As the erratum 4897 of the RFC corrects it for the real SHA-512/256.
  expect(value).toContain('username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"');
  expect(responseOf(value)).toHaveLength(64);
  expect(value).toContain('userhash=true');
});

it('RFC 2617, 3.5, and RFC 2069 without qop', () => {
  const known = { ...request, cnonce: '0a4f113b', password: 'Circle Of Life' };
  const nonce = 'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
  const header = `Digest realm="testrealm@host.com", qop="auth,auth-int", ${nonce}`;
  expect(responseOf(digestAuthorization(challengeOf(header), known))).toBe('6629fae49393a05397450978507c4ef1');
  const old = digestAuthorization(challengeOf(`Digest realm="testrealm@host.com", ${nonce}`), known);
  expect(responseOf(old)).toBe('670fd8c2df070c60b045671b8b24ff02');
  expect(old).not.toContain('nc=');
});

it('covers the body where only auth-int is offered, and the session where it is asked for', () => {
  const header = `Digest ${REALM}, qop="auth-int", algorithm=MD5-sess, ${NONCE}`;
  const of = (body: string): string | undefined =>
    responseOf(digestAuthorization(challengeOf(header), { ...request, body }));
  expect(of('a')).not.toBe(of('b'));
  expect(digestAuthorization(challengeOf(header), request)).toContain('qop=auth-int');
});

it('leaves alone what cannot be answered', () => {
  for (const header of [
    '',
    'Basic realm="x"',
    'Digest realm="x"',
    `Digest ${NONCE}, algorithm=X`,
    `Digest ${NONCE}, qop="other"`,
  ]) {
    expect(digestChallenge(header)).toBeNull();
  }
});

it('reads quoted commas and escapes, and takes hostile names as data', () => {
  expect(parseAuthenticate('Digest realm="a, \\"b\\"", __proto__=x, Bearer')).toEqual([
    {
      scheme: 'digest',
      params: new Map([
        ['realm', 'a, "b"'],
        ['__proto__', 'x'],
      ]),
    },
    { scheme: 'bearer', params: new Map() },
  ]);
});
