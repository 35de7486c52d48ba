/**
 * Owns the mapping of n8n's Move Binary Data: a file to fields, fields to a file.
 */
import type { Json } from '../../../model/item.ts';
import { parameter, raw, type Mapped, type Mapping, type N8nNode, type Report } from '../node.ts';
import { choice, flag, passingOnError } from './data-values.ts';
import { encodingOf } from './files-content.ts';

export const moveBinaryData: Mapping = (node, report) => {
  const mode = choice(node, report, 'mode', 'binaryToJson', { binaryToJson: 'read', jsonToBinary: 'write' });
  if (mode === null) return null;
  const mapped = mode === 'read' ? toFields(node, report) : toFile(node, report);
  return mapped === null ? null : { ...mapped, ...passingOnError(node) };
};

function toFields(node: N8nNode, report: Report): Mapped | null {
  const whole = flag(node, report, 'setAllData', true);
  const asJson = flag(node, report, 'options.jsonParse');
  const isBase64 = raw(node, 'options.encoding', '') === 'base64';
  const asBase64 = isBase64 || flag(node, report, 'options.keepAsBase64');
  const keepsFile = flag(node, report, 'options.keepSource');
  if (whole === null || asJson === null || asBase64 === null || keepsFile === null) return null;
  const file = parameter(node, 'sourceKey', 'data');
  const encoding = isBase64 ? {} : encodingOf(node, 'options.encoding', report);
  if (whole) {
    if (keepsFile) report.differs('the items do not keep the file.', 'options.keepSource');
    return { type: 'extract-file', with: { file, format: 'json', ...encoding } };
  }
  return {
    type: 'extract-file',
    with: {
      file,
      format: asBase64 ? 'binary' : asJson ? 'json' : 'text',
      into: parameter(node, 'destinationKey', 'data'),
      keep: keepsFile ? 'all' : 'fields',
      ...(asBase64 ? {} : encoding),
    },
  };
}

function toFile(node: N8nNode, report: Report): Mapped | null {
  const whole = flag(node, report, 'convertAllData', true);
  const keepsFields = flag(node, report, 'options.keepSource');
  const isBase64 = flag(node, report, 'options.dataIsBase64');
  const isRaw = flag(node, report, 'options.useRawData');
  if (whole === null || keepsFields === null || isBase64 === null || isRaw === null) return null;
  if (raw(node, 'options.addBOM', false) === true) {
    report.differs('no byte order mark is written.', 'options.addBOM');
  }
  const mime = parameter(node, 'options.mimeType', '');
  const given: Record<string, Json> = {
    name: parameter(node, 'options.fileName', 'file.json'),
    as: parameter(node, 'destinationKey', 'data'),
    mime: mime === '' ? 'application/json' : mime,
  };
  if (whole) {
    return {
      type: 'make-file',
      with: {
        ...given,
        format: 'json',
        layout: 'compact',
        single: true,
        beside: keepsFields ? 'item' : 'none',
        ...encodingOf(node, 'options.encoding', report),
      },
    };
  }
  if (!isRaw && !isBase64) report.differs('a text is written as it is, without quotes.', 'options.useRawData');
  if (!keepsFields) report.differs('the field stays in the item.', 'options.keepSource');
  const field = parameter(node, 'sourceKey', 'data');
  return {
    type: 'extract-file',
    with: { ...given, from: isBase64 ? 'base64' : 'text', field, format: 'binary', beside: 'item' },
  };
}
