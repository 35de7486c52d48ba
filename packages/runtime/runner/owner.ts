/** Owns the name under which this process holds leases, and whether such a process is still there. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A pid alone is used again; with the start of its process it is not. Null when the process is gone. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie runs nothing any more.
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? '');
  } catch {
    return null;
  }
}

/** The boot tells containers and restarts of one host name apart. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8);
  } catch {
    return '';
  }
}

const place = `${hostname()}:${bootId()}`;
let own: string | null = null;

export function owner(): string {
  own ??= `${place}:${process.pid}:${processStart(process.pid) ?? ''}`;
  return own;
}

/** True only when it is certain: same machine, and no process of that pid and start. */
export function isDead(name: string): boolean {
  const [host, boot, pid, start] = name.split(':');
  if (`${host}:${boot}` !== place || boot === '' || pid === undefined) return false;
  return processStart(Number(pid)) !== start;
}
