/**
 * Owns encryption with AES-256-GCM. What it writes: one byte that says how the key was made, for a pass phrase
 * 16 bytes of salt, 12 bytes of nonce, 16 bytes of tag, and the hidden bytes. Nonces are random, so that a key serves for
 * some billions of items. Does not know where keys come from.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { failure, FailureError } from '@rondo/core/errors.ts';

const KEY = 1;
const PHRASE = 2;
const SALT = 16;
const NONCE = 12;
const TAG = 16;

export async function encrypt(secret: string, plain: Uint8Array, context: string): Promise<Buffer> {
  const own = keyIn(secret);
  const salt = own === null ? randomBytes(SALT) : Buffer.alloc(0);
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', own ?? (await derived(secret, salt)), nonce);
  cipher.setAAD(Buffer.from(context, 'utf8'));
  const hidden = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.from([own === null ? PHRASE : KEY]), salt, nonce, cipher.getAuthTag(), hidden]);
}

/** Throws a FailureError that does not tell a wrong key from changed bytes: nobody can. */
export async function decrypt(secret: string, bytes: Buffer, context: string): Promise<Buffer> {
  const own = keyIn(secret);
  const salt = own === null ? SALT : 0;
  const start = 1 + salt + NONCE + TAG;
  if (bytes.length < start || bytes[0] !== (own === null ? PHRASE : KEY)) return refuse();
  const key = own ?? (await derived(secret, bytes.subarray(1, 1 + salt)));
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1 + salt, 1 + salt + NONCE));
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(bytes.subarray(1 + salt + NONCE, start));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(start)), decipher.final()]);
  } catch {
    return refuse();
  }
}

function refuse(): never {
  const fix = 'Use the secret, context and encoding that it was encrypted with.';
  const message = 'value cannot be decrypted: it was changed, or made with another key or context.';
  throw new FailureError(failure('bad-value', message, { retry: 'no', fix }));
}

/** 32 bytes in hex or Base64; null: the secret is a pass phrase. */
function keyIn(secret: string): Buffer | null {
  const text = secret.trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : null;
}

/** Slow on purpose: a pass phrase can be guessed. */
function derived(phrase: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(phrase, salt, 32, { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
