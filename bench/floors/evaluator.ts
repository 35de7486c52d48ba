/**
 * Owns the child of the ledger floor: evaluates the two expressions of the body in an isolate
 * for a block of items at a time. Frames on stdin and stdout: 4 bytes of length, then text.
 * Shares no code with the engine.
 */
import ivm from 'isolated-vm';

const PROGRAM = `
  const total = ($json) => $json.qty * $json.price;
  const label = ($json) => $json.name + ' #' + $json.total;
  (block) => {
    const lines = block.split('\\n');
    const out = new Array(lines.length * 2);
    for (let i = 0; i < lines.length; i += 1) {
      const item = JSON.parse(lines[i]);
      const first = { ...item, total: total(item) };
      out[2 * i] = JSON.stringify(first);
      out[2 * i + 1] = JSON.stringify({ ...first, label: label(first) });
    }
    return out.join('\\n');
  }
`;

const isolate = new ivm.Isolate({ memoryLimit: 128 });
const context = isolate.createContextSync();
const block = context.evalSync(PROGRAM, { reference: true }) as ivm.Reference<(text: string) => string>;

function answer(text: string): void {
  const result = Buffer.from(block.applySync(undefined, [text], { timeout: 5000 }) as string);
  const header = Buffer.allocUnsafe(4);
  header.writeUInt32LE(result.length);
  process.stdout.write(header);
  process.stdout.write(result);
}

let parts: Buffer[] = [];
let size = 0;
process.stdin.on('data', (chunk: Buffer) => {
  parts.push(chunk);
  size += chunk.length;
  while (size >= 4) {
    const all = parts.length === 1 ? (parts[0] ?? chunk) : Buffer.concat(parts);
    parts = [all];
    const length = all.readUInt32LE(0);
    if (size < 4 + length) return;
    const text = all.toString('utf8', 4, 4 + length);
    parts = [all.subarray(4 + length)];
    size -= 4 + length;
    answer(text);
  }
});
process.stdin.on('end', () => process.exit(0));
