/** Owns a private IMAP server (Dovecot) for tests: any user may log in with the one password and has a mailbox. */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import {
  freePort,
  plainAccount,
  programPath,
  startServer,
  temporaryFolder,
  type MissingService,
  type RunningService,
} from './server-process.ts';

const PASSWORD = 'imap-test-password';

export interface ImapService extends RunningService {
  /** Port with TLS from the start; `port` offers STARTTLS. */
  tlsPort: number;
}

export async function startImap(tls: { cert: string; key: string }): Promise<ImapService | MissingService> {
  const dovecot = programPath('dovecot');
  if (dovecot === null) return { missing: 'install the Debian package dovecot-imapd' };
  const account = plainAccount('nobody');
  const folder = temporaryFolder('imap', account);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const user = account?.name ?? userInfo().username;
  const group = execFileSync('id', ['-gn', user], { encoding: 'utf8' }).trim();
  const id = account ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  for (const [name, text] of [
    ['cert.pem', tls.cert],
    ['key.pem', tls.key],
  ] as const) {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    if (account !== null) chownSync(join(folder, name), account.uid, account.gid);
  }
  mkdirSync(join(folder, 'mail'));
  if (account !== null) chownSync(join(folder, 'mail'), account.uid, account.gid);
  // Everything under one plain account: nothing has to be given up, and nothing is confined.
  const services = ['anvil', 'auth', 'imap-login', 'stats'].map((name) => `service ${name} {\n  chroot =\n}`);
  writeFileSync(
    join(folder, 'dovecot.conf'),
    `base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
default_internal_user = ${user}
default_login_user = ${user}
default_internal_group = ${group}
first_valid_uid = ${id.uid}
first_valid_gid = ${id.gid}
mail_location = maildir:${folder}/mail/%u
mailbox_list_index = no
ssl = yes
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_fsync = never
auth_failure_delay = 0
namespace inbox {
  inbox = yes
  mailbox Archive {
    auto = create
  }
}
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=${id.uid} gid=${id.gid} home=${folder}/mail/%u
}
${services.join('\n')}
# No waiting after a wrong password.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
`,
    { mode: 0o644 },
  );
  const { stop } = await startServer(dovecot, ['-F', '-c', join(folder, 'dovecot.conf')], {
    folder,
    port,
    account,
    endWith: 'SIGTERM',
  });
  const host = 'localhost';
  return { url: `imap://${host}:${port}`, host, port, tlsPort, user: 'ada', password: PASSWORD, stop };
}
