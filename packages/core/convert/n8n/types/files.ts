/**
 * Owns the mappings of nodes that read and write files on disk. Paths are below the folder of the workflow, or where
 * the operator lets it. What is in the files is files-content.ts.
 */
import { jsonText } from '../../json-text.ts';
import { isExpression, parameter, raw, type Mapped, type Mapping, type N8nNode, type Report } from '../node.ts';
import { flag } from './data-values.ts';

const property = (node: N8nNode, path: string): ReturnType<typeof parameter> => parameter(node, path, 'data');

/** A backslash leads into a folder, on the system that such a path was written for. */
function pathOf(node: N8nNode, name: string): ReturnType<typeof parameter> {
  const path = raw(node, name, '');
  return isExpression(path) ? parameter(node, name, '') : jsonText(parameter(node, name, '')).replaceAll('\\', '/');
}

export const readBinaryFile: Mapping = (node) => ({
  type: 'read-file',
  with: {
    path: pathOf(node, 'filePath'),
    format: 'binary',
    file: property(node, 'dataPropertyName'),
    beside: 'item',
  },
});

export const readBinaryFiles: Mapping = (node) => ({
  type: 'read-file',
  with: {
    path: pathOf(node, 'fileSelector'),
    pattern: true,
    format: 'binary',
    file: property(node, 'dataPropertyName'),
    beside: 'none',
  },
  executeOnce: true,
});

function save(node: N8nNode, report: Report): Mapped {
  return {
    type: 'save-file',
    with: {
      path: pathOf(node, 'fileName'),
      file: property(node, 'dataPropertyName'),
      pathField: 'fileName',
      ...(flag(node, report, 'options.append') === true ? { mode: 'append' } : {}),
    },
  };
}

export const writeBinaryFile: Mapping = (node, report) => save(node, report);

export const readWriteFile: Mapping = (node, report): Mapped | null => {
  const operation = raw(node, 'operation', 'read');
  if (operation === 'write') return save(node, report);
  if (operation !== 'read') return unknown(report, operation);
  const [name, mime] = [parameter(node, 'options.fileName', ''), parameter(node, 'options.mimeType', '')];
  if (raw(node, 'options.fileExtension', null) !== null) {
    report.differs('the extension of the file is that of its name.', 'options.fileExtension');
  }
  return {
    type: 'read-file',
    with: {
      path: pathOf(node, 'fileSelector'),
      pattern: true,
      format: 'binary',
      file: property(node, 'options.dataPropertyName'),
      beside: 'described',
      ...(name === '' ? {} : { name }),
      ...(mime === '' ? {} : { mime }),
    },
  };
};

function unknown(report: Report, operation: unknown): null {
  report.unsupported(`the operation ${JSON.stringify(operation)} is not known.`, 'operation');
  return null;
}

/** Without a library that reads PDF there is no text to give. */
export const readPdf: Mapping = (_node, report) => {
  report.unsupported('PDF files cannot be read. Extract their text before, and give it as text.');
  return null;
};

export const compression: Mapping = (node, report): Mapped | null => {
  const operation = raw(node, 'operation', 'decompress');
  const files = raw(node, 'binaryPropertyName', 'data');
  const names = jsonText(files)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (operation === 'decompress') {
    if (names.length > 1 && !isExpression(files)) {
      report.unsupported('one file at a time can be unpacked.', 'binaryPropertyName');
      return null;
    }
    const file = isExpression(files) ? parameter(node, 'binaryPropertyName', 'data') : (names[0] ?? 'data');
    return {
      type: 'decompress',
      with: { file, together: parameter(node, 'outputPrefix', 'file_'), beside: 'item' },
    };
  }
  if (operation !== 'compress') return unknown(report, operation);
  if (isExpression(files)) {
    report.unsupported('the files to pack must be plain names.', 'binaryPropertyName');
    return null;
  }
  const format = raw(node, 'outputFormat', '');
  if (format === 'gzip' && names.length > 1) {
    report.unsupported('gzip packs one file.', 'binaryPropertyName');
    return null;
  }
  const name = parameter(node, 'fileName', '');
  return {
    type: 'compress',
    with: {
      format: format === 'gzip' ? 'gzip' : 'zip',
      files: names,
      ...(name === '' || format === 'gzip' ? {} : { name }),
      as: parameter(node, 'binaryPropertyOutput', 'data'),
      beside: 'item',
    },
  };
};
