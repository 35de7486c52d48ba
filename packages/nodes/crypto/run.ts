/**
 * Owns one item of Crypto but encryption (cipher.ts). Keys come from ports.secret and leave in no result,
 * message or log.
 */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  getHashes,
  randomBytes,
  randomInt,
  randomUUID,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { FileRef, Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { readNamedFile } from '../kit/item-files.ts';
import { wrongParameter } from '../kit/read.ts';
import { resultItem } from '../kit/result.ts';
import { decrypt, encrypt } from './cipher.ts';

/** No such host exists: a secret that is limited to it never leaves. */
const HOST = 'crypto.invalid';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ENCODED = {
  hex: /^(?:[0-9a-f]{2})*$/i,
  base64: /^[A-Za-z0-9+/\s]*={0,2}\s*$/,
  base64url: /^[A-Za-z0-9_-]*={0,2}$/,
};
type Encoding = keyof typeof ENCODED;

export async function run(call: EffectCall): Promise<EffectResult> {
  call.signal.throwIfAborted();
  const result = await answer(call);
  return { items: [resultItem(call.params, call.items[0] ?? { json: {} }, 'data', result)] };
}

async function answer(call: EffectCall): Promise<Json> {
  const { params } = call;
  const encoding = String(params['encoding'] ?? 'hex') as Encoding;
  const encoded = (): Buffer => bytesOf(params['value'] ?? null, encoding, 'value');
  switch (params['operation']) {
    case 'hash':
      return (await fed(call, createHash(digestOf(call)))).digest(encoding);
    case 'hmac':
      return hmac(call, encoding);
    case 'sign': {
      const data = await input(call);
      const key = keyOf('secret', () => createPrivateKey(secretOf(call)));
      return asymmetric(() => sign(digestFor(call, key), data, key).toString(encoding));
    }
    case 'verify':
      return verified(call, encoding);
    case 'encrypt':
      return (await encrypt(secretOf(call), await input(call), contextOf(call))).toString(encoding);
    case 'decrypt':
      return textOf(await decrypt(secretOf(call), encoded(), contextOf(call)), 'What was encrypted');
    case 'random':
      return random(params, encoding);
    case 'totp':
      return oneTimeCode(call);
    case 'encode':
      return (await input(call)).toString(encoding);
    default:
      return textOf(encoded(), 'value');
  }
}

function refuse(message: string, fix: string): never {
  throw new FailureError(failure('bad-value', message, { retry: 'no', fix }));
}

function bytesOf(value: Json, encoding: Encoding, name: string): Buffer {
  if (typeof value === 'string' && ENCODED[encoding].test(value)) return Buffer.from(value, encoding);
  return wrongParameter(name, `bytes written in ${encoding}`, value, `Correct ${name}, or say how it is written.`);
}

function textOf(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse(`${what} is no text in UTF-8, but other bytes.`, 'Only texts fit into an item.');
  }
}

async function input(call: EffectCall): Promise<Buffer> {
  const { file, value = null, inputEncoding } = call.params;
  if (typeof file === 'string' && file !== '') {
    return Buffer.from((await readNamedFile(call, { itemFile: file }, 'http.bytes')).bytes);
  }
  if (value === null)
    return wrongParameter('value', 'the text to work on', value, 'Give value, or file for a file of the item.');
  if (inputEncoding !== undefined && inputEncoding !== 'text')
    return bytesOf(value, inputEncoding as Encoding, 'value');
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value), 'utf8');
}

/** The digest of what there is to work on; a file goes through piece by piece, however large it is. */
async function fed<T extends { update(bytes: Uint8Array): unknown }>(call: EffectCall, digest: T): Promise<T> {
  const { file } = call.params;
  const files = call.items[0]?.files ?? {};
  if (typeof file === 'string' && Object.hasOwn(files, file) && call.ports.blobs !== undefined) {
    for await (const piece of call.ports.blobs.read((files[file] as FileRef).blob)) {
      call.signal.throwIfAborted();
      digest.update(piece);
    }
  } else digest.update(await input(call));
  return digest;
}

function digestOf(call: EffectCall): string {
  const name = String(call.params['algorithm'] ?? 'sha256').toLowerCase();
  if (getHashes().some((known) => known.toLowerCase() === name)) return name;
  return refuse(
    `algorithm: there is no digest ${JSON.stringify(name.slice(0, 60))}.`,
    'Use sha256, sha512 or sha3-256.',
  );
}

function secretOf(call: EffectCall): string {
  const { secret, key, operation } = call.params;
  if (typeof key === 'string' && key !== '' && (operation === 'hmac' || operation === 'sign')) return key;
  if (typeof secret === 'string' && secret !== '') return call.ports.secret(secret, HOST);
  return wrongParameter(
    'secret',
    'the name of a secret',
    secret ?? null,
    'Store the key as a secret, and name it here.',
  );
}

function contextOf(call: EffectCall): string {
  return String(call.params['context'] ?? '');
}

async function hmac(call: EffectCall, encoding: Encoding): Promise<Json> {
  const form = call.params['secretEncoding'];
  const secret = secretOf(call);
  let key = Buffer.from(secret, 'utf8');
  if (form !== undefined && form !== 'text') {
    if (!ENCODED[form as Encoding].test(secret)) {
      refuse(`The secret is not written in ${String(form)}.`, 'Correct secretEncoding, or the secret.');
    }
    key = Buffer.from(secret, form as Encoding);
  }
  const digest = (await fed(call, createHmac(digestOf(call), key))).digest();
  const { signature = null } = call.params;
  if (signature === null) return digest.toString(encoding);
  // What somebody sent may be anything; that it is no signature is an answer, not a mistake.
  if (typeof signature !== 'string' || !ENCODED[encoding].test(signature)) return false;
  const given = Buffer.from(signature, encoding);
  return given.length === digest.length && timingSafeEqual(given, digest);
}

/** Messages of the library may quote the key: they are not passed on. */
function keyOf(name: string, read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch (error) {
    if (error instanceof FailureError) throw error;
    return refuse(
      `${name}: this is no key that can be read.`,
      'Give the key in PEM (-----BEGIN ...), without a pass phrase.',
    );
  }
}

function asymmetric<T>(work: () => T): T {
  try {
    return work();
  } catch {
    return refuse('The key cannot be used with this digest.', 'Use a key for signatures: RSA, EC or Ed25519.');
  }
}

/** Keys of Edwards curves say themselves what is signed. */
function digestFor(call: EffectCall, key: KeyObject): string | null {
  return key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyType === 'ed448' ? null : digestOf(call);
}

async function verified(call: EffectCall, encoding: Encoding): Promise<boolean> {
  const { publicKey, signature = null } = call.params;
  const data = await input(call);
  if (typeof signature !== 'string') return wrongParameter('signature', 'the signature to check', signature);
  const isGiven = typeof publicKey === 'string' && publicKey !== '';
  const key = keyOf(isGiven ? 'publicKey' : 'secret', () => createPublicKey(isGiven ? publicKey : secretOf(call)));
  if (!ENCODED[encoding].test(signature)) return false;
  return asymmetric(() => verify(digestFor(call, key), data, key, Buffer.from(signature, encoding)));
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 6238. */
function oneTimeCode(call: EffectCall): Json {
  const text = secretOf(call)
    .replace(/[\s=-]/g, '')
    .toUpperCase();
  let bits = '';
  for (const letter of text) {
    const value = BASE32.indexOf(letter);
    if (value < 0)
      refuse('The secret is not written in Base32.', 'Store the secret as the service showed it: letters and 2 to 7.');
    bits += value.toString(2).padStart(5, '0');
  }
  const bytes = Buffer.from((bits.match(/[01]{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const period = Number(call.params['period'] ?? 30);
  const seconds = Math.floor(call.ports.clock.now() / 1000);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(seconds / period)));
  const digest = createHmac(digestOf(call), bytes).update(counter).digest();
  const at = (digest.at(-1) ?? 0) & 15;
  const digits = Number(call.params['digits'] ?? 6);
  const token = String((digest.readUInt32BE(at) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
  return { token, secondsRemaining: period - (seconds % period) };
}

function random(params: Record<string, Json>, encoding: Encoding): Json {
  const length = Number(params['length'] ?? 32);
  switch (params['kind'] ?? 'uuid') {
    case 'bytes':
      return randomBytes(length).toString(encoding);
    case 'text': {
      const letters = [...String(params['alphabet'] ?? LETTERS)];
      if (letters.length < 2) wrongParameter('alphabet', 'at least two characters', params['alphabet'] ?? null);
      return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
    }
    case 'integer':
      return randomInt(length);
    default:
      return randomUUID();
  }
}
