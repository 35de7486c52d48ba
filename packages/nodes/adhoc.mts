import { nodeContract } from './kit/contract.ts';
import { readdirSync, existsSync } from 'node:fs';
for (const d of readdirSync(import.meta.dirname)) {
  if (!existsSync(`${import.meta.dirname}/${d}/node.ts`) || d==='template' && !process.argv[2]) continue;
  const { node } = await import(`./${d}/node.ts`);
  let ok=0; for (const c of nodeContract(node)) { try { await c.check(); ok++; } catch (e) { console.log(d, '|', c.name, '|', (e as Error).message.slice(0,400)); } }
  console.log(d, ok);
}
