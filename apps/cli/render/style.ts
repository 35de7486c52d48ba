/** Owns colours: text in, text with or without escape codes out. Does not decide whether to colour. */

type Paint = (text: string) => string;

export interface Style {
  enabled: boolean;
  bold: Paint;
  dim: Paint;
  red: Paint;
  green: Paint;
  yellow: Paint;
  blue: Paint;
  cyan: Paint;
}

export function style(enabled: boolean): Style {
  const paint = (open: number, close: number): Paint =>
    enabled ? (text) => (text === '' ? '' : `\u001b[${open}m${text}\u001b[${close}m`) : (text) => text;
  return {
    enabled,
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    blue: paint(34, 39),
    cyan: paint(36, 39),
  };
}

/** The colour of a status, the same everywhere. */
export function paintStatus(s: Style, status: string, text = status): string {
  if (status === 'completed' || status === 'ok') return s.green(text);
  if (status === 'failed' || status === 'error' || status === 'lost contact') return s.red(text);
  if (status === 'running') return s.blue(text);
  if (status === 'waiting' || status === 'queued' || status === 'warning') return s.yellow(text);
  return s.dim(text);
}
