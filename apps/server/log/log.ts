/**
 * Owns the log of the server: which lines are written, how a line looks, and that no value of a secret, no token and no
 * address that stands for a right gets into one. Does not decide what is worth a line, or where lines go.
 */
import { LOG_LEVELS, type LogLevel } from './levels.ts';
import { createRedactor, type Redactor } from '@rondo/runtime/services/secrets/redactor.ts';

export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Without a level, a line is about something that failed. */
export type Report = (line: string, level?: LogLevel, fields?: LogFields) => void;

export interface LogOptions {
  /** The last level that is written. */
  level(): LogLevel;
  now(): number;
  /** One line, without its end. */
  write(line: string): void;
}

export interface Log {
  report: Report;
  /** Its value is never written from now on. */
  hide: Redactor['remember'];
}

/** Tokens, set-up links, signals of runs, sessions: whoever reads the log may not act with it. */
const RIGHTS: readonly (readonly [RegExp, string])[] = [
  [/rondo_[\w-]{43}/g, 'rondo_***'],
  [/(\/hooks\/wait\/)[^\s/?#"]+/g, '$1***'],
  [/([?&](?:token|key|code|secret|password)=)[^\s&#"]+/gi, '$1***'],
  [/(\bbearer\s+)[\w.~+/=-]{8,}/gi, '$1***'],
];

export function createLog({ level, now, write }: LogOptions): Log {
  const redactor = createRedactor();
  const clean = (text: string): string =>
    RIGHTS.reduce((shown, [pattern, instead]) => shown.replace(pattern, instead), redactor.text(text));
  return {
    hide: redactor.remember,
    report(line, at = 'error', fields = {}) {
      if (LOG_LEVELS.indexOf(at) > LOG_LEVELS.indexOf(level())) return;
      const facts = Object.entries(fields).map(([name, value]) => ` ${name}=${shown(value)}`);
      write(`${new Date(now()).toISOString()} ${at} ${clean(`${line}${facts.join('')}`)}`);
    },
  };
}

/** One word, or a JSON string. */
function shown(value: LogFields[string]): string {
  const text = String(value);
  return /^[\w.:/@{}*-]+$/.test(text) ? text : JSON.stringify(text);
}
