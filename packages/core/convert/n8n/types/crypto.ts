/**
 * Owns the mappings of Crypto and TOTP.
 */
import type { Json } from '../../../model/item.ts';
import { parameter, raw, value, type Mapped, type Mapping, type N8nNode, type Report } from '../node.ts';
import { secretOf } from './credentials.ts';
import { choice, number } from './data-values.ts';

const HEX = '0123456789abcdef';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** What can be read of ASCII; the other characters it had were noise. */
const ASCII = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('');

export const crypto: Mapping = (node, report) => {
  const action = choice(node, report, 'action', 'hash', {
    hash: 'hash',
    hmac: 'hmac',
    sign: 'sign',
    generate: 'random',
  });
  if (action === null) return null;
  const field = parameter(node, 'dataPropertyName', 'data');
  if (action === 'random') return generate(node, report, field);
  const encoding = choice(node, report, 'encoding', 'hex', { hex: 'hex', base64: 'base64' });
  if (encoding === null) return null;
  const fromFile = raw(node, 'binaryData', false) === true && action !== 'sign';
  const source: Record<string, Json> = fromFile
    ? { file: parameter(node, 'binaryPropertyName', 'data') }
    : { value: parameter(node, 'value', '') };
  const algorithm = action === 'sign' ? parameter(node, 'algorithm', '') : parameter(node, 'type', 'MD5');
  const settings = { operation: action, ...source, algorithm, encoding, field };
  if (action === 'hash') return { type: 'crypto', with: settings };
  return { type: 'crypto', with: { ...settings, ...keyOf(node, action) } };
};

/** Written into the node by old versions; in credentials since. */
function keyOf(node: N8nNode, action: 'hmac' | 'sign'): Record<string, Json> {
  const written = raw(node, action === 'hmac' ? 'secret' : 'privateKey', null);
  if (written !== null) return { key: value(written) };
  return { secret: secretOf(node, 'crypto', action === 'hmac' ? 'hmacSecret' : 'signPrivateKey') };
}

function generate(node: N8nNode, report: Report, field: Json): Mapped | null {
  const alphabet = choice(node, report, 'encodingType', 'uuid', {
    uuid: 'uuid',
    hex: HEX,
    base64: LETTERS,
    ascii: ASCII,
  });
  if (alphabet === null) return null;
  if (alphabet === 'uuid') return { type: 'crypto', with: { operation: 'random', kind: 'uuid', field } };
  const length = number(node, 'stringLength', 32);
  return { type: 'crypto', with: { operation: 'random', kind: 'text', alphabet, length, field } };
}

export const totp: Mapping = (node, report) => {
  const operation = choice(node, report, 'operation', 'generateSecret', { generateSecret: 'totp' });
  if (operation === null) return null;
  return {
    type: 'crypto',
    with: {
      operation,
      secret: secretOf(node, 'totpApi'),
      algorithm: parameter(node, 'additionalOptions.algorithm', 'SHA1'),
      digits: number(node, 'additionalOptions.digits', 6),
      period: number(node, 'additionalOptions.period', 30),
      field: '',
      keep: 'none',
    },
  };
};
