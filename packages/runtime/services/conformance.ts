/**
 * Owns what every implementation of the services must do: one suite per door. An adapter is whatever
 * passes `describeServices`. Durability, damage and speed are tested per adapter.
 */
import { describeKnowledge } from './conformance-knowledge.ts';
import { describeSecrets } from './conformance-secrets.ts';
import { describeState } from './conformance-state.ts';
import type { OpenServices } from './testing/open-services.ts';

export function describeServices(name: string, open: OpenServices): void {
  describeState(name, open);
  describeSecrets(name, open);
  describeKnowledge(name, open);
}
