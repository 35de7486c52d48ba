/**
 * Owns the list of mappings of nodes that reach the world: requests, files, mail, messages, databases.
 */
import type { Mapping } from '../node.ts';
import { convertToFile, extractFromFile, iCalendar, spreadsheetFile } from './files-content.ts';
import { compression, readBinaryFile, readBinaryFiles, readPdf, readWriteFile, writeBinaryFile } from './files.ts';
import { graphql } from './graphql.ts';
import { httpRequest } from './http-request.ts';
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
};
