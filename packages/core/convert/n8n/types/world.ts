/**
 * Owns the list of mappings of nodes that reach the world: requests, files, mail, messages, databases.
 */
import type { Mapping } from '../node.ts';
import { agent, chainLlm, informationExtractor, openAi, textClassifier } from './ai.ts';
import { mySql, postgres, redis, s3 } from './databases.ts';
import { emailReadImap, emailSend } from './email-send.ts';
import { convertToFile, extractFromFile, iCalendar, spreadsheetFile } from './files-content.ts';
import { compression, readBinaryFile, readBinaryFiles, readPdf, readWriteFile, writeBinaryFile } from './files.ts';
import { graphql } from './graphql.ts';
import { httpRequest } from './http-request.ts';
import { discord, slack, telegram } from './messages.ts';
import { rssFeedRead } from './rss-feed-read.ts';

export const WORLD_MAPPINGS: Readonly<Record<string, Mapping>> = {
  'n8n-nodes-base.httpRequest': httpRequest,
  'n8n-nodes-base.graphql': graphql,
  'n8n-nodes-base.rssFeedRead': rssFeedRead,
  'n8n-nodes-base.readBinaryFile': readBinaryFile,
  'n8n-nodes-base.readBinaryFiles': readBinaryFiles,
  'n8n-nodes-base.writeBinaryFile': writeBinaryFile,
  'n8n-nodes-base.readWriteFile': readWriteFile,
  'n8n-nodes-base.readPDF': readPdf,
  'n8n-nodes-base.compression': compression,
  'n8n-nodes-base.spreadsheetFile': spreadsheetFile,
  'n8n-nodes-base.extractFromFile': extractFromFile,
  'n8n-nodes-base.convertToFile': convertToFile,
  'n8n-nodes-base.iCal': iCalendar,
  'n8n-nodes-base.emailSend': emailSend,
  'n8n-nodes-base.emailReadImap': emailReadImap,
  'n8n-nodes-base.slack': slack,
  'n8n-nodes-base.discord': discord,
  'n8n-nodes-base.telegram': telegram,
  'n8n-nodes-base.postgres': postgres,
  'n8n-nodes-base.mySql': mySql,
  'n8n-nodes-base.redis': redis,
  'n8n-nodes-base.s3': s3,
  'n8n-nodes-base.awsS3': s3,
  'n8n-nodes-base.openAi': openAi,
  'n8n-nodes-base.ssh': (_node, report) => {
    report.unsupported('commands are not run on other machines.');
    return null;
  },
  '@n8n/n8n-nodes-langchain.chainLlm': chainLlm,
  '@n8n/n8n-nodes-langchain.agent': agent,
  '@n8n/n8n-nodes-langchain.informationExtractor': informationExtractor,
  '@n8n/n8n-nodes-langchain.textClassifier': textClassifier,
  '@n8n/n8n-nodes-langchain.openAi': openAi,
};
