/**
 * Owns certificates for tests: an authority made on the spot, one certificate for servers on the loopback and one for
 * clients. Needs the openssl command; answers `missing` where there is none.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  ca: string;
  server: { cert: string; key: string };
  client: { cert: string; key: string };
}

const NAMES = 'subjectAltName=DNS:localhost,IP:127.0.0.1';

export function makeCertificates(): Certificates | { missing: string } {
  const folder = mkdtempSync(join(tmpdir(), 'rondo-tls-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const signed = (name: string, extension: string): { cert: string; key: string } => {
    writeFileSync(at(`${name}.ext`), extension);
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
    );
    return { cert: readFileSync(at(`${name}.crt`), 'utf8'), key: readFileSync(at(`${name}.key`), 'utf8') };
  };
  try {
    openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=test authority');
    const ca = readFileSync(at('ca.crt'), 'utf8');
    return { ca, server: signed('server', NAMES), client: signed('client', 'extendedKeyUsage=clientAuth') };
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { missing: absent ? 'the openssl command is not installed' : `openssl failed: ${String(error)}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
