/**
 * Owns the list of n8n node types that can be converted, by their names. The mappings are in the files beside it.
 */
import type { Mapping } from '../node.ts';
import { DATA_MAPPINGS } from './data.ts';
import { FLOW_MAPPINGS } from './flow.ts';
import { WORLD_MAPPINGS } from './world.ts';

export const MAPPINGS: Readonly<Record<string, Mapping>> = {
  ...FLOW_MAPPINGS,
  ...DATA_MAPPINGS,
  ...WORLD_MAPPINGS,
};
