/**
 * Owns the command that starts the toy model server: `node bin/launch.js apps/model-server/main.ts --port 4411`.
 * Does not answer requests; server.ts does.
 */
import { parseArgs } from 'node:util';
import { startModelServer, type ModelServer } from './server.ts';

const USAGE = `usage: main.ts [--port 4411] [--host 127.0.0.1] [--api-key KEY]

A toy model with the interface of OpenAI, for tests and demonstrations. It is not intelligent: it follows the
instructions in the prompt (apps/model-server/README.md) and otherwise writes the same text each time.
The key may also be given as RONDO_MODEL_SERVER_KEY, which other users of the machine cannot read.`;

const DEFAULT_PORT = 4411;
const WRONG_USE = 2;

function wrong(message: string): never {
  process.stderr.write(`${message}\n\n${USAGE}\n`);
  process.exit(WRONG_USE);
}

function readArguments(): { port: number; host: string; apiKey: string | undefined } {
  try {
    const { values } = parseArgs({
      options: {
        'port': { type: 'string' },
        'host': { type: 'string', default: '127.0.0.1' },
        'api-key': { type: 'string' },
        'help': { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      process.stdout.write(`${USAGE}\n`);
      process.exit(0);
    }
    const port = values.port === undefined ? DEFAULT_PORT : Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      wrong(`--port must be a number from 0 to 65535, not ${values.port}.`);
    return { port, host: values.host, apiKey: values['api-key'] ?? process.env['RONDO_MODEL_SERVER_KEY'] };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

const { port, host, apiKey } = readArguments();
let server: ModelServer;
try {
  server = await startModelServer({ port, host, ...(apiKey === undefined ? {} : { apiKey }) });
} catch (error) {
  const code = (error as { code?: string }).code;
  const why = code === 'EADDRINUSE' ? 'the port is in use; choose another with --port' : String(error);
  process.stderr.write(`The model server cannot listen on ${host}:${port}: ${why}.\n`);
  process.exit(1);
}
process.stdout.write(`toy model server: ${server.url}  (Ctrl-C ends it)\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
