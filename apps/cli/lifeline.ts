/**
 * Owns ending this process when its launcher died: bin/launch.js holds the other end of file 3,
 * which closes even when the launcher is killed with -9. Without it an orphan would go on driving
 * a run whose starter is gone. Does nothing when we were started in another way.
 */
import { Socket } from 'node:net';

const LIFELINE = 3;

export function holdLifeline(): void {
  const launcher = process.env.RONDO_LIFELINE;
  // Not for processes that we start.
  delete process.env.RONDO_LIFELINE;
  if (Number(launcher) !== process.ppid) return;
  const socket = new Socket({ fd: LIFELINE, readable: true, writable: false });
  socket.on('error', () => {});
  socket.on('close', () => process.kill(process.pid, 'SIGKILL'));
  socket.resume();
  socket.unref();
}
