/**
 * Owns the node types for made-up answers. Loaded by a name that is put together, so that the checker does not follow
 * it: the nodes are checked with the libraries of the server, the studio with those of the browser.
 */
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';

const name = ['@rondo/nodes', 'registry.ts'].join('/');

export const { registry } = (await import(name)) as { registry: NodeRegistry };
