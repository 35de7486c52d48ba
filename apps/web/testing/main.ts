/** Owns starting the fixture server by hand: `node apps/web/testing/main.ts [role]`. Ends with its input or a signal. */
import type { Role } from '@rondo/api/access.ts';
import { answers } from './answers.ts';
import { startFixture } from './server.ts';

const fixture = await startFixture(answers({ role: (process.argv[2] ?? 'owner') as Role }));
console.log(fixture.url);
process.once('SIGTERM', () => void fixture.close());
