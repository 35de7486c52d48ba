/** Owns the list of all contracts, by name. */
import { accountContracts } from './accounts.ts';
import { nodeContracts } from './nodes.ts';
import { runContracts } from './runs.ts';
import { workflowContracts } from './workflows.ts';

export const CONTRACTS = { ...workflowContracts, ...runContracts, ...nodeContracts, ...accountContracts } as const;

export type Contracts = typeof CONTRACTS;
