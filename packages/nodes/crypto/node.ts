/** Owns Crypto: digests, signatures, encryption, random values. run.ts does the work. */
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { resultParameters } from '../kit/result.ts';

export const node = defineNode({
  type: 'crypto',
  title: 'Crypto',
  description:
    'Digests, keyed digests, signatures, encryption with AES-256-GCM, random values, and Base64 and hex. Keys are secrets, named by secret; ' +
    'a secret that is limited to the host crypto.invalid can be used here only.',
  group: 'data',
  work: 'effect',
  safe: true,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    operation: {
      type: 'string',
      description:
        'hash: digest of value. hmac: digest with a key. sign and verify: with a private and a public key. encrypt and decrypt: ' +
        'AES-256-GCM. random: an unguessable value. encode and decode: text to Base64 or hex and back. totp: a code that is valid ' +
        'for some seconds, as { token, secondsRemaining }; the secret is written in Base32.',
      required: true,
      enum: ['hash', 'hmac', 'sign', 'verify', 'encrypt', 'decrypt', 'random', 'encode', 'decode', 'totp'],
    },
    value: { type: 'any', description: 'What to work on. A value that is no text is taken as its JSON text.' },
    file: {
      type: 'string',
      description: 'For hash, hmac, sign and verify, instead of value: name of a file of the item.',
    },
    inputEncoding: {
      type: 'string',
      description: 'What value is: text, or bytes written in hex, base64 or base64url.',
      enum: ['text', 'hex', 'base64', 'base64url'],
      default: 'text',
    },
    algorithm: {
      type: 'string',
      description:
        'Of the digest: sha256, sha512, sha3-256, and others that the system has. For sign and verify the digest that is signed; keys of ' +
        'type Ed25519 need none.',
      default: 'sha256',
    },
    encoding: {
      type: 'string',
      description:
        'How bytes in the result are written. For verify how signature is, for decrypt and decode how value is.',
      enum: ['hex', 'base64', 'base64url'],
      default: 'hex',
    },
    secret: {
      type: 'string',
      description:
        'Name of the secret that holds the key. For encrypt and decrypt 32 bytes in hex or Base64, or a pass phrase of any length. For sign ' +
        'a private key in PEM, for verify a public key or certificate.',
    },
    secretEncoding: {
      type: 'string',
      description: 'For hmac: what the secret is: text, or bytes written in hex, base64 or base64url.',
      enum: ['text', 'hex', 'base64', 'base64url'],
      default: 'text',
    },
    key: {
      type: 'string',
      description:
        'For hmac and sign, instead of secret: the key itself. Whoever sees the workflow sees it, so a secret is better.',
    },
    digits: { type: 'integer', description: 'For totp: digits of the code.', default: 6, min: 1, max: 10 },
    period: { type: 'integer', description: 'For totp: seconds that a code is valid.', default: 30, min: 1, max: 3600 },
    publicKey: { type: 'string', description: 'For verify, instead of secret: the public key or certificate in PEM.' },
    signature: {
      type: 'string',
      description: 'For hmac and verify: the signature to check; the result is true or false.',
    },
    context: {
      type: 'string',
      description: 'For encrypt and decrypt: a text that is not hidden, but must be the same for both, such as an id.',
    },
    kind: {
      type: 'string',
      description: 'For random: uuid, bytes, text of letters and digits, or an integer from 0.',
      enum: ['uuid', 'bytes', 'text', 'integer'],
      default: 'uuid',
    },
    length: {
      type: 'integer',
      description: 'For random: number of bytes or characters; for integer the number of possible values.',
      default: 32,
      min: 1,
      max: 1_000_000,
    },
    alphabet: { type: 'string', description: 'For random text: the characters to choose from.' },
    ...resultParameters('data'),
  },
  examples: [
    {
      title: 'Digest of a text',
      input: [{ text: 'hello' }],
      with: { operation: 'hash', value: '{{ $json.text }}', field: 'sha', keep: 'none' },
      output: [{ sha: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' }],
    },
    {
      title: 'Check the signature of a webhook',
      input: [{ body: '{"a":1}', sent: '00ff' }],
      with: {
        operation: 'hmac',
        value: '{{ $json.body }}',
        secret: 'WEBHOOK_KEY',
        signature: '{{ $json.sent }}',
        field: 'genuine',
        keep: 'none',
      },
      output: [{ genuine: false }],
    },
    {
      title: 'Base64',
      input: [{ text: 'héllo' }],
      with: { operation: 'encode', value: '{{ $json.text }}', encoding: 'base64', keep: 'none' },
      output: [{ data: 'aMOpbGxv' }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
