/**
 * Owns the list of n8n node types that can be converted, by their names. The mappings are in the files beside it.
 */
import type { Mapping } from '../node.ts';

export const MAPPINGS: Readonly<Record<string, Mapping>> = {};
