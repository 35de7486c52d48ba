/** Owns a private Redis server for tests. */
import { freePort, programPath, startServer, temporaryFolder, type Service } from './server-process.ts';

const PASSWORD = 'redis-test-password';

export async function startRedis(): Promise<Service> {
  const server = programPath('redis-server') ?? programPath('valkey-server');
  if (server === null) return { missing: 'install the Debian package redis-server' };
  const folder = temporaryFolder('redis', null);
  const port = await freePort();
  const { stop } = await startServer(
    server,
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'no',
      '--requirepass',
      PASSWORD,
    ],
    { folder, port, account: null, endWith: 'SIGKILL' },
  );
  const host = '127.0.0.1';
  return { url: `redis://${host}:${port}/0`, host, port, user: 'default', password: PASSWORD, stop };
}
