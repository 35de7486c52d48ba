/** Owns a private MariaDB server for tests. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freePort,
  plainAccount,
  programPath,
  runToEnd,
  startServer,
  temporaryFolder,
  type Service,
} from './server-process.ts';

const USER = 'rondo';
const PASSWORD = 'maria-test-password';
const DATABASE = 'test';

/** A server with one user who may do everything, and a database. */
export async function startMariadb(): Promise<Service> {
  const server = programPath('mariadbd');
  const install = programPath('mariadb-install-db');
  if (server === null || install === null) return { missing: 'install the Debian package mariadb-server' };
  const account = plainAccount('mysql');
  const folder = temporaryFolder('mariadb', account);
  const at = { folder, account };
  const data = join(folder, 'data');
  const quick = [
    '--no-defaults',
    `--datadir=${data}`,
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-buffer-pool-size=32M',
    '--innodb-log-file-size=16M',
    '--aria-pagecache-buffer-size=8M',
    '--key-buffer-size=8M',
    '--performance-schema=off',
  ];
  await runToEnd(
    install,
    [...quick, '--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'],
    at,
  );
  const port = await freePort();
  // Run by the server when it starts.
  const init = join(folder, 'init.sql');
  writeFileSync(
    init,
    [
      `CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4;`,
      `CREATE USER ${USER}@'%' IDENTIFIED BY '${PASSWORD}';`,
      `GRANT ALL ON *.* TO ${USER}@'%' WITH GRANT OPTION;`,
      '',
    ].join('\n'),
  );
  const { stop } = await startServer(
    server,
    [
      ...quick,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
      `--init-file=${init}`,
      '--skip-name-resolve',
      '--character-set-server=utf8mb4',
      '--max-connections=60',
    ],
    { ...at, port, endWith: 'SIGKILL' },
  );
  const host = '127.0.0.1';
  return { url: `mysql://${USER}@${host}:${port}/${DATABASE}`, host, port, user: USER, password: PASSWORD, stop };
}
