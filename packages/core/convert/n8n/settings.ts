/**
 * Owns the settings of a n8n workflow as settings of a definition. Those that concern n8n's own keeping of runs
 * have no meaning elsewhere and are not told.
 */
import { diagnostic, type Diagnostic } from '../../errors.ts';
import type { WorkflowSettings } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';
import { describe, isObject } from '../../model/shape.ts';

export function readSettings(value: Json | undefined, strict: boolean, out: Diagnostic[]): WorkflowSettings {
  const settings: WorkflowSettings = { dialect: 'n8n', order: 'n8n-v0', ...(strict ? { strict } : {}) };
  const wrong = (path: string[], expected: string, found: Json): void => {
    const message = `${path.join('.')} must be ${expected}, not ${describe(found)}.`;
    out.push(diagnostic('wrong-type', path, message, { severity: 'warning' }));
  };
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return settings;
  if (!isObject(value)) {
    wrong(['settings'], 'an object', value);
    return settings;
  }
  const { executionOrder, timezone, executionTimeout, errorWorkflow } = value;
  if (executionOrder === 'v1') settings.order = 'n8n-v1';
  if (typeof timezone === 'string' && timezone !== '' && timezone !== 'DEFAULT') {
    if (isZone(timezone)) settings.timezone = timezone;
    else wrong(['settings', 'timezone'], 'a time zone such as Europe/Berlin', timezone);
  } else if (timezone !== undefined && timezone !== null && typeof timezone !== 'string') {
    wrong(['settings', 'timezone'], 'a time zone such as Europe/Berlin', timezone);
  }
  if (typeof executionTimeout === 'number') {
    if (executionTimeout > 0) settings.timeout = Math.round(executionTimeout * 1000);
  } else if (executionTimeout !== undefined && executionTimeout !== null) {
    wrong(['settings', 'executionTimeout'], 'a number of seconds', executionTimeout);
  }
  if (typeof errorWorkflow === 'string' && errorWorkflow !== '' && errorWorkflow !== 'DEFAULT') {
    const message = `Failed runs start the workflow ${errorWorkflow} in n8n. Here that workflow starts by its own Error Trigger, while the server runs.`;
    out.push(diagnostic('converted', ['settings', 'errorWorkflow'], message, { severity: 'hint' }));
  }
  return settings;
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
