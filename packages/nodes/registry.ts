/**
 * Owns the list of all node types. Loading it loads every node.ts, so those stay light: what is heavy
 * is imported by what an effect's run calls, or lives in a kernel. Does not run nodes.
 */
import type { NodeRegistry, NodeType } from '@rondo/core/model/node-type.ts';
import { node as agent } from './agent/node.ts';
import { node as aggregate } from './aggregate/node.ts';
import { node as answer } from './answer/node.ts';
import { node as approval } from './approval/node.ts';
import { node as assign } from './assign/node.ts';
import { node as branches } from './branches/node.ts';
import { node as code } from './code/node.ts';
import { node as compareDatasets } from './compare-datasets/node.ts';
import { node as compress } from './compress/node.ts';
import { node as crypto } from './crypto/node.ts';
import { node as dateTime } from './date-time/node.ts';
import { node as decompress } from './decompress/node.ts';
import { node as discord } from './discord/node.ts';
import { node as embeddings } from './embeddings/node.ts';
import { node as end } from './end/node.ts';
import { node as errorTrigger } from './error-trigger/node.ts';
import { node as extractFile } from './extract-file/node.ts';
import { node as filter } from './filter/node.ts';
import { node as forEach } from './for-each/node.ts';
import { node as form } from './form/node.ts';
import { node as graphql } from './graphql/node.ts';
import { node as html } from './html/node.ts';
import { node as httpRequest } from './http-request/node.ts';
import { node as if_ } from './if/node.ts';
import { node as jsonSchema } from './json-schema/node.ts';
import { node as knowledgeRetrieval } from './knowledge-retrieval/node.ts';
import { node as knowledgeStore } from './knowledge-store/node.ts';
import { node as limit } from './limit/node.ts';
import { node as listFiles } from './list-files/node.ts';
import { node as listOperator } from './list-operator/node.ts';
import { node as llm } from './llm/node.ts';
import { node as loop } from './loop/node.ts';
import { node as loopOverItems } from './loop-over-items/node.ts';
import { node as makeFile } from './make-file/node.ts';
import { node as manual } from './manual/node.ts';
import { node as markdown } from './markdown/node.ts';
import { node as merge } from './merge/node.ts';
import { node as mysql } from './mysql/node.ts';
import { node as noOp } from './no-op/node.ts';
import { node as onFailure } from './on-failure/node.ts';
import { node as output } from './output/node.ts';
import { node as parameterExtractor } from './parameter-extractor/node.ts';
import { node as postgres } from './postgres/node.ts';
import { node as python } from './python/node.ts';
import { node as questionClassifier } from './question-classifier/node.ts';
import { node as readEmail } from './read-email/node.ts';
import { node as readFile } from './read-file/node.ts';
import { node as redis } from './redis/node.ts';
import { node as removeDuplicates } from './remove-duplicates/node.ts';
import { node as removeSeen } from './remove-seen/node.ts';
import { node as renameKeys } from './rename-keys/node.ts';
import { node as respond } from './respond/node.ts';
import { node as rss } from './rss/node.ts';
import { node as s3 } from './s3/node.ts';
import { node as saveFile } from './save-file/node.ts';
import { node as schedule } from './schedule/node.ts';
import { node as sendEmail } from './send-email/node.ts';
import { node as set } from './set/node.ts';
import { node as slack } from './slack/node.ts';
import { node as sort } from './sort/node.ts';
import { node as sortByCode } from './sort-by-code/node.ts';
import { node as splitOut } from './split-out/node.ts';
import { node as sqlite } from './sqlite/node.ts';
import { node as stopAndError } from './stop-and-error/node.ts';
import { node as subWorkflow } from './sub-workflow/node.ts';
import { node as summarize } from './summarize/node.ts';
import { node as switch_ } from './switch/node.ts';
import { node as telegram } from './telegram/node.ts';
import { node as template } from './template/node.ts';
import { node as variableAggregate } from './variable-aggregate/node.ts';
import { node as wait } from './wait/node.ts';
import { node as webhook } from './webhook/node.ts';
import { node as workflowTrigger } from './workflow-trigger/node.ts';
import { node as writeFile } from './write-file/node.ts';
import { node as xml } from './xml/node.ts';
import { createRegistry } from './kit/registry.ts';

const NODES: readonly NodeType[] = [
  agent,
  aggregate,
  answer,
  approval,
  assign,
  branches,
  code,
  compareDatasets,
  compress,
  crypto,
  dateTime,
  decompress,
  discord,
  embeddings,
  end,
  errorTrigger,
  extractFile,
  filter,
  forEach,
  form,
  graphql,
  html,
  httpRequest,
  if_,
  jsonSchema,
  knowledgeRetrieval,
  knowledgeStore,
  limit,
  listFiles,
  listOperator,
  llm,
  loop,
  loopOverItems,
  makeFile,
  manual,
  markdown,
  merge,
  mysql,
  noOp,
  onFailure,
  output,
  parameterExtractor,
  postgres,
  python,
  questionClassifier,
  readEmail,
  readFile,
  redis,
  removeDuplicates,
  removeSeen,
  renameKeys,
  respond,
  rss,
  s3,
  saveFile,
  schedule,
  sendEmail,
  set,
  slack,
  sort,
  sortByCode,
  splitOut,
  sqlite,
  stopAndError,
  subWorkflow,
  summarize,
  switch_,
  telegram,
  template,
  variableAggregate,
  wait,
  webhook,
  workflowTrigger,
  writeFile,
  xml,
];

export const registry: NodeRegistry = createRegistry(NODES);
