/**
 * Owns values kept in the state port that only the holder of a secret can read: AES-256-GCM under a key made from
 * that secret. A value sealed with another secret, or damaged, reads as absent.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Json } from '@rondo/core/model/item.ts';
import type { StatePort } from '@rondo/core/model/effect-ports.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function keyOf(secret: string, scope: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `rondo state ${scope}`, 32));
}

export async function readSealed(
  state: StatePort,
  scope: string,
  key: string,
  secret: string,
): Promise<Json | undefined> {
  const text = await state.get(scope, key);
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64');
  try {
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(CIPHER, keyOf(secret, scope), nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    return JSON.parse(plain.toString()) as Json;
  } catch {
    return undefined;
  }
}

export async function writeSealed(
  state: StatePort,
  scope: string,
  key: string,
  secret: string,
  value: Json,
): Promise<void> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(secret, scope), nonce, { authTagLength: TAG_BYTES });
  const sealed = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
  await state.set(scope, key, Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64'));
}
