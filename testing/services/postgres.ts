/** Owns a private PostgreSQL server for tests. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freePort,
  plainAccount,
  programPath,
  runToEnd,
  startServer,
  temporaryFolder,
  versionFolders,
  type Service,
} from './server-process.ts';

const USER = 'rondo';
const PASSWORD = 'pg-test-password';

/** A server with one superuser who needs a password; `tls` gives it a certificate. */
export async function startPostgres(tls?: { cert: string; key: string }): Promise<Service> {
  const folders = versionFolders('/usr/lib/postgresql', 'bin');
  const initdb = programPath('initdb', folders);
  const postgres = programPath('postgres', folders);
  if (initdb === null || postgres === null) return { missing: 'install the Debian package postgresql' };
  const account = plainAccount('postgres');
  const folder = temporaryFolder('postgres', account);
  const at = { folder, account };
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o644 });
  await runToEnd(
    initdb,
    [
      '-D',
      data,
      '-U',
      USER,
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--no-locale',
      '--no-sync',
      '--no-instructions',
    ],
    at,
  );
  const port = await freePort();
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    max_connections: '60',
  };
  if (tls !== undefined) {
    await runToEnd('/bin/sh', ['-c', 'umask 077; cat > server.key'], { ...at, input: tls.key });
    writeFileSync(join(folder, 'server.crt'), tls.cert);
    Object.assign(settings, {
      ssl: 'on',
      ssl_cert_file: join(folder, 'server.crt'),
      ssl_key_file: join(folder, 'server.key'),
    });
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { stop } = await startServer(postgres, ['-D', data, '-p', String(port), ...flags], {
    ...at,
    port,
    // Immediate: no checkpoint, and children end with their parent.
    endWith: 'SIGQUIT',
    says: /ready to accept connections/,
  });
  const host = '127.0.0.1';
  return { url: `postgres://${USER}@${host}:${port}/postgres`, host, port, user: USER, password: PASSWORD, stop };
}
