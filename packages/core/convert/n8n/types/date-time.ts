/**
 * Owns the mapping of n8n's Date & Time, 1 and 2.
 */
import { jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { parameter, raw, value, type Mapped, type Mapping, type N8nNode, type Report } from '../node.ts';
import { choice, flag, flagOrTemplate, number, resultField } from './data-values.ts';

/** The zone of the workflow. */
const ZONE = '{{ $now.zoneName }}';

export const dateTime: Mapping = (node, report) =>
  node.typeVersion < 2 ? dateTime1(node, report) : dateTime2(node, report);

function dateTime1(node: N8nNode, report: Report): Mapped | null {
  const action = choice(node, report, 'action', 'format', { format: 'format', calculate: 'calculate' });
  if (action === null) return null;
  const field = resultField(node, report, 'dataPropertyName', 'data');
  const common: Record<string, Json> = { value: parameter(node, 'value', ''), field, semantics: 'n8n-1' };
  const inputFormat = raw(node, 'options.fromFormat', null);
  if (inputFormat !== null) common.inputFormat = value(inputFormat);
  if (action === 'format') {
    return {
      type: 'date-time',
      with: {
        operation: 'format',
        ...common,
        format: parameter(node, 'toFormat', node.parameters.custom === true ? '' : 'MM/DD/YYYY'),
        zone: ZONE,
        ...zoneOf(node, 'options.fromTimezone', 'inputZone'),
        ...zoneOf(node, 'options.toTimezone', 'resultZone'),
      },
    };
  }
  const operation = choice(node, report, 'operation', 'add', { add: 'add', subtract: 'subtract' });
  if (operation === null) return null;
  return {
    type: 'date-time',
    with: { operation, ...common, amount: number(node, 'duration', 0), unit: parameter(node, 'timeUnit', 'days') },
  };
}

const zoneOf = (node: N8nNode, path: string, name: string): Record<string, Json> => {
  const zone = parameter(node, path, '');
  return zone === '' ? {} : { [name]: zone };
};

function dateTime2(node: N8nNode, report: Report): Mapped | null {
  const operation = choice(node, report, 'operation', 'getCurrentDate', {
    getCurrentDate: 'now',
    addToDate: 'add',
    subtractFromDate: 'subtract',
    formatDate: 'format',
    roundDate: 'round',
    getTimeBetweenDates: 'difference',
    extractDate: 'extract',
  });
  const keepsFields = flag(node, report, 'options.includeInputFields');
  if (operation === null || keepsFields === null) return null;
  const settings = settingsOf(node, report, operation);
  if (settings === null) return null;
  const { field, ...more } = settings;
  return {
    type: 'date-time',
    with: {
      operation,
      ...more,
      field: resultField(node, report, 'outputFieldName', jsonText(field)),
      ...(keepsFields ? {} : { keep: 'none' }),
      semantics: 'n8n',
    },
  };
}

/**
 * A date as an expression gives it keeps its zone there; as a parameter it is a text, which would lose it. So the
 * zone is asked for, too.
 */
function dated(node: N8nNode, path: string): Record<string, Json> {
  const given = raw(node, path, '');
  const code = typeof given === 'string' ? /^=\{\{([\s\S]*)\}\}$/.exec(given)?.[1] : undefined;
  const asked = code?.trim().replace(/;$/, '') ?? '';
  return {
    value: value(given),
    ...(asked === '' || asked.includes('}}') || asked.includes('{{')
      ? {}
      : { valueZone: `{{ (${asked}\n)?.zoneName }}` }),
  };
}

type Operation = 'now' | 'add' | 'subtract' | 'format' | 'round' | 'difference' | 'extract';

/** `field`: where the result is when the node does not say. */
function settingsOf(node: N8nNode, report: Report, operation: Operation): Record<string, Json> | null {
  const date = dated(node, 'date');
  switch (operation) {
    case 'now': {
      const zone = parameter(node, 'options.timezone', '');
      const time = flagOrTemplate(node, 'includeTime', true);
      return { zone: zone === '' ? ZONE : zone, ...(time === true ? {} : { time }), field: 'currentDate' };
    }
    case 'add':
    case 'subtract':
      return {
        ...dated(node, 'magnitude'),
        amount: number(node, 'duration', 0),
        unit: parameter(node, 'timeUnit', 'days'),
        zone: ZONE,
        field: 'newDate',
      };
    case 'format': {
      const format = raw(node, 'format', 'MM/dd/yyyy');
      const inZone = flag(node, report, 'options.timezone');
      const inputFormat = parameter(node, 'options.fromFormat', '');
      if (inZone === null) return null;
      return {
        ...date,
        format: format === 'custom' ? parameter(node, 'customFormat', '') : value(format),
        zone: inZone ? ZONE : '',
        ...(inputFormat === '' ? {} : { inputFormat }),
        field: 'formattedDate',
      };
    }
    case 'round': {
      const mode = choice(node, report, 'mode', 'roundDown', { roundDown: 'down', roundUp: 'up' });
      if (mode === null) return null;
      const unit = parameter(node, mode === 'down' ? 'toNearest' : 'to', 'month');
      return { ...date, direction: mode, unit, zone: ZONE, field: 'roundedDate' };
    }
    case 'difference': {
      const asText = flag(node, report, 'options.isoString');
      if (asText === null) return null;
      return {
        ...dated(node, 'startDate'),
        to: parameter(node, 'endDate', ''),
        units: parameter(node, 'units', ['day']),
        ...(asText ? { format: 'duration' } : {}),
        zone: ZONE,
        field: 'timeDifference',
      };
    }
    case 'extract':
      return { ...date, part: parameter(node, 'part', 'month'), zone: ZONE, field: 'datePart' };
  }
}
