/**
 * Owns the routes by which clients of Dify run workflows and chat here: same addresses below /v1, same bodies, same
 * answers. The app of an API key is the workflow that the token is limited to, or the only one there is.
 */
import type { Route } from '../http/route.ts';
import type { DifyOptions } from './app.ts';
import { chatRoutes } from './chat.ts';
import { conversationRoutes } from './conversations.ts';
import { parameterRoutes } from './parameters.ts';
import { workflowRoutes } from './workflows.ts';

export const difyRoutes = (options: DifyOptions): Route[] => [
  ...workflowRoutes(options),
  ...chatRoutes(options),
  ...conversationRoutes(options),
  ...parameterRoutes(options),
];
