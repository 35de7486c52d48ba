/**
 * Owns the shape of a bar and its result, and the table. Does not measure.
 */

export interface BarContext {
  /** 100,000 where the full form has 1,000,000. */
  quick: boolean;
  /** Times each side is measured. */
  rounds: number;
  /** Empty folder on the repository's disk, for databases and lists. */
  folder: string;
  /** Path of an NDJSON file with this many items; made once. */
  orders(count: number): string;
  /** Path of a fresh database. */
  database(): string;
}

export interface BarResult {
  bar: string;
  /** Measured, with its unit. */
  ours: number;
  unit: string;
  /** The hand-written floor or the other side of the comparison. */
  floor: number | null;
  /** ours / floor (for throughput: ours / floor too). */
  ratio: number | null;
  /** The bar: compared with `ratio` or with `ours`. */
  reach: number | null;
  on: 'ratio' | 'ours';
  better: 'lower' | 'higher';
  ok: boolean | null;
  note: string;
}

export interface Bar {
  name: string;
  what: string;
  run(context: BarContext): Promise<BarResult[]>;
}

export function judge(
  result: Omit<BarResult, 'ok' | 'ratio' | 'floor' | 'better' | 'on' | 'reach'> &
    Partial<Pick<BarResult, 'floor' | 'better' | 'on' | 'reach'>>,
): BarResult {
  const floor = result.floor ?? null;
  const ratio = floor === null ? null : result.ours / floor;
  const on = result.on ?? 'ours';
  const better = result.better ?? 'lower';
  const reach = result.reach ?? null;
  const value = on === 'ratio' ? ratio : result.ours;
  let ok: boolean | null = null;
  if (reach !== null && value !== null) ok = better === 'lower' ? value <= reach : value >= reach;
  return { ...result, floor, ratio, reach, on, better, ok };
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

function cells(result: BarResult): string[] {
  const sign = result.better === 'lower' ? '<=' : '>=';
  const unit = result.on === 'ratio' ? 'x' : ` ${result.unit}`;
  return [
    result.bar,
    `${figure(result.ours)} ${result.unit}`,
    result.floor === null ? '-' : `${figure(result.floor)} ${result.unit}`,
    result.ratio === null ? '-' : `${figure(result.ratio)}x`,
    result.reach === null ? '-' : `${sign} ${result.reach}${unit}`,
    result.ok === null ? '-' : result.ok ? 'yes' : 'NO',
  ];
}

const HEAD = ['bar', 'ours', 'floor', 'ratio', 'reach', 'ok'];

export function table(results: readonly BarResult[]): string {
  const rows = [HEAD, ...results.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  const lines = [line(HEAD), widths.map((width) => '-'.repeat(width)).join('  ')];
  for (const result of results) {
    lines.push(line(cells(result)));
    if (result.note !== '') lines.push(`    ${result.note}`);
  }
  return lines.join('\n');
}
