/**
 * Owns the mappings of Schedule Trigger and of its predecessors Cron and Interval. The item of a tick has the fields
 * that n8n gives it.
 */
import type { Json } from '../../../model/item.ts';
import { raw, rows, type Mapped, type N8nNode, type Report } from '../node.ts';

type Row = { [key: string]: Json };

/** When one rule is due. */
type Due = { cron: string } | { every: string };

const ORDINAL = "((d) => d + (d > 10 && d < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][d % 10] ?? 'th')))($now.day)";
const TIME = "$now.toFormat('h:mm:ss a').toLowerCase()";

const FIELDS: Row = {
  'timestamp': "{{ $now.toFormat('yyyy-MM-dd') + 'T' + $now.toFormat('HH:mm:ss.SSSZZ') }}",
  'Readable date': `{{ $now.toFormat('MMMM') + ' ' + ${ORDINAL} + ' ' + $now.year + ', ' + ${TIME} }}`,
  'Readable time': `{{ ${TIME} }}`,
  'Day of week': "{{ $now.toFormat('EEEE') }}",
  'Year': "{{ $now.toFormat('yyyy') }}",
  'Month': "{{ $now.toFormat('MMMM') }}",
  'Day of month': "{{ $now.toFormat('dd') }}",
  'Hour': "{{ $now.toFormat('HH') }}",
  'Minute': "{{ $now.toFormat('mm') }}",
  'Second': "{{ $now.toFormat('ss') }}",
  'Timezone': "{{ $now.zoneName + ' (UTC' + $now.toFormat('ZZ') + ')' }}",
};

const whole = (json: Json | undefined, otherwise: number): number =>
  typeof json === 'number' && Number.isFinite(json) ? Math.trunc(json) : otherwise;

function scheduled(due: readonly Due[], path: string, report: Report): Mapped {
  const crons = due.flatMap((one) => ('cron' in one ? [one.cron] : []));
  const [every, ...more] = due.flatMap((one) => ('every' in one ? [one.every] : []));
  if (every !== undefined && (crons.length > 0 || more.length > 0)) {
    report.unsupported('seconds or minutes cannot stand beside other rules. Write one cron pattern.', path);
  }
  const when: Row = every === undefined ? { cron: crons.length === 1 ? (crons[0] as string) : crons } : { every };
  return { type: 'schedule', with: { ...when, fields: FIELDS } };
}

export function schedule(node: N8nNode, report: Report): Mapped {
  const given = rows(node, 'rule.interval');
  const due = (given.length > 0 ? given : [{}]).flatMap((rule, i) => ruleOf(rule, `rule.interval.${i}`, report));
  return scheduled(due, 'rule.interval', report);
}

function ruleOf(rule: Row, path: string, report: Report): Due[] {
  const field = typeof rule.field === 'string' ? rule.field : 'days';
  const count = Math.max(1, whole(rule[`${field}Interval`], field === 'seconds' ? 30 : field === 'minutes' ? 5 : 1));
  const minute = whole(rule.triggerAtMinute, 0);
  const at = `${minute} ${whole(rule.triggerAtHour, 0)}`;
  const step = count === 1 ? '*' : `*/${count}`;
  switch (field) {
    case 'seconds':
      return [{ every: `${count}s` }];
    case 'minutes':
      return [{ every: `${count}m` }];
    case 'hours':
      return [{ cron: `${minute} ${step} * * *` }];
    case 'days':
      if (count > 1) report.differs(`every ${count} days is counted from the beginning of the month.`, path);
      return [{ cron: `${at} ${step} * *` }];
    case 'weeks': {
      if (count > 1) report.differs(`it fires every week, not every ${count} weeks.`, path);
      const days = Array.isArray(rule.triggerAtDay) ? rule.triggerAtDay.filter((day) => typeof day === 'number') : [];
      return [{ cron: `${at} * * ${days.length > 0 ? days.join(',') : '0'}` }];
    }
    case 'months':
      return [{ cron: `${at} ${whole(rule.triggerAtDayOfMonth, 1)} ${step} *` }];
    case 'cronExpression':
      return pattern(rule.expression, path, report);
    default:
      report.unsupported(`intervals of ${field} are not known.`, path);
      return [];
  }
}

function pattern(text: Json | undefined, path: string, report: Report): Due[] {
  const written = typeof text === 'string' ? text.trim() : '';
  if (written !== '' && !written.startsWith('=')) return [{ cron: written }];
  report.unsupported('a cron pattern must be written here.', path);
  return [];
}

/** Before there was Schedule Trigger. */
export function cron(node: N8nNode, report: Report): Mapped {
  const due = rows(node, 'triggerTimes.item').flatMap((row, i): Due[] => {
    const path = `triggerTimes.item.${i}`;
    const minute = whole(row.minute, 0);
    const at = `${minute} ${whole(row.hour, 14)}`;
    switch (row.mode ?? 'everyDay') {
      case 'everyMinute':
        return [{ cron: '* * * * *' }];
      case 'everyHour':
        return [{ cron: `${minute} * * * *` }];
      case 'everyDay':
        return [{ cron: `${at} * * *` }];
      case 'everyWeek':
        return [{ cron: `${at} * * ${typeof row.weekday === 'string' ? row.weekday : '1'}` }];
      case 'everyMonth':
        return [{ cron: `${at} ${whole(row.dayOfMonth, 1)} * *` }];
      case 'everyX':
        return [{ every: `${Math.max(1, whole(row.value, 2))}${row.unit === 'minutes' ? 'm' : 'h'}` }];
      case 'custom':
        return pattern(row.cronExpression, path, report);
      default:
        report.unsupported(`${JSON.stringify(row.mode)} is not known.`, path);
        return [];
    }
  });
  return scheduled(due, 'triggerTimes.item', report);
}

const UNITS: Readonly<Record<string, string>> = { seconds: 's', minutes: 'm', hours: 'h' };

export function interval(node: N8nNode, report: Report): Mapped {
  const unit = raw(node, 'unit', 'seconds');
  const letter = typeof unit === 'string' && Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (letter === undefined) report.unsupported(`${JSON.stringify(unit)} is no unit of time.`, 'unit');
  const count = Math.max(1, whole(raw(node, 'interval', 1), 1));
  return scheduled([{ every: `${count}${letter ?? 's'}` }], 'interval', report);
}
