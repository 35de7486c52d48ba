/**
 * Owns encrypting one secret: AES-256-GCM with a key that is derived from the master key for one
 * installation; name and hosts are bound to the value. Does not store, and knows no names by itself.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a value is bound to: moved to another name, or with other hosts, it cannot be opened. */
export interface Binding {
  name: string;
  hosts: readonly string[];
}

export interface Sealed {
  nonce: Uint8Array;
  /** Encrypted bytes, then the tag. */
  sealed: Uint8Array;
}

export interface Cipher {
  /** Tells keys apart without telling the key. */
  readonly keyId: string;
  seal(binding: Binding, value: string): Sealed;
  /** null when anything was changed. */
  open(binding: Binding, sealed: Sealed): string | null;
}

export function createCipher(master: Uint8Array, salt: Uint8Array): Cipher {
  const key = new Uint8Array(hkdfSync('sha256', master, salt, 'rondo secrets: encryption', 32));
  const keyId = Buffer.from(hkdfSync('sha256', master, salt, 'rondo secrets: key id', 8)).toString('hex');
  const bound = ({ name, hosts }: Binding): Buffer =>
    Buffer.from(JSON.stringify(['rondo-secret-1', keyId, name, hosts]));
  return {
    keyId,
    seal(binding, value) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound(binding));
      const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return { nonce, sealed };
    },
    open(binding, { nonce, sealed }) {
      if (nonce.byteLength !== NONCE_BYTES || sealed.byteLength < TAG_BYTES) return null;
      const end = sealed.byteLength - TAG_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(bound(binding))
        .setAuthTag(sealed.subarray(end));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}
