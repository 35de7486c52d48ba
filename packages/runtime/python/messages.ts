/**
 * Owns the text between the client and the Python process. JSON text holds no control characters, so parts joined
 * by them are split without parsing. Does not send.
 *
 *   to the child     D id FIELD source (JSON text) · F id · R unit UNIT unit ...
 *   unit             id FIELD style FIELD timeoutMs FIELD logBytes FIELD resultBytes FIELD inputs (JSON text)
 *   from the child   Y when it is ready · K when it has kept its memory · A answer, one per unit, in order
 *   answer           mark FIELD milliseconds FIELD log (JSON text or nothing) FIELD body
 */
export const FIELD = '\u001c';
const UNIT = '\u001d';

export const TO_CHILD = { define: 'D', forget: 'F', run: 'R' } as const;
export const FROM_CHILD = { ready: 'Y', kept: 'K', answer: 'A' } as const;

/** What became of a unit; the body is given for each. */
export const MARK = {
  /** JSON text of the result. */
  ok: 'o',
  /** JSON text of the exception. */
  raised: 'e',
  /** Why the result is not data, or there is none. */
  notData: 'n',
  /** Bytes that the result has. */
  large: 'l',
  /** Line where memory ran out, or 0. */
  memory: 'm',
  /** JSON text of the exception by which the time limit ended it, or nothing. */
  time: 't',
  /** The interpreter broke: why. The process takes no further unit. */
  broken: 'x',
} as const;

export type Style = 'main' | 'item' | 'items' | 'function';

export interface UnitHead {
  source: number;
  style: Style;
  timeoutMs: number;
  logBytes: number;
  resultBytes: number;
}

export const defineText = (id: number, source: string): string =>
  `${TO_CHILD.define}${id}${FIELD}${JSON.stringify(source)}`;

export const unitText = (head: UnitHead, inputs: string): string =>
  [head.source, head.style, head.timeoutMs, head.logBytes, head.resultBytes, inputs].join(FIELD);

export const runText = (units: readonly string[]): string => TO_CHILD.run + units.join(UNIT);

/** Units of a run message without its first character. */
export function parseUnits(text: string): (UnitHead & { inputs: string })[] {
  return text.split(UNIT).map((unit) => {
    const [source, style, timeoutMs, logBytes, resultBytes, inputs] = unit.split(FIELD);
    return {
      source: Number(source),
      style: style as Style,
      timeoutMs: Number(timeoutMs),
      logBytes: Number(logBytes),
      resultBytes: Number(resultBytes),
      inputs: inputs as string,
    };
  });
}

export interface Answer {
  mark: string;
  /** How long the unit took. */
  ms: number;
  logs: string;
  body: string;
}

/** `text` without its first character. */
export function parseAnswer(text: string): Answer {
  const a = text.indexOf(FIELD);
  const b = text.indexOf(FIELD, a + 1);
  const c = text.indexOf(FIELD, b + 1);
  const logs = text.slice(b + 1, c);
  return {
    mark: text.slice(0, a),
    ms: Number(text.slice(a + 1, b)),
    logs: logs === '' ? '' : (JSON.parse(logs) as string),
    body: text.slice(c + 1),
  };
}
