/**
 * Owns step paths of loops: `site[37]/page[816]/product` as levels, outermost first. Pure. Indices in paths are from 0,
 * as in code; people see them from 1.
 */
export interface Level {
  /** Path of the loop. */
  path: string;
  /** Name of its node. */
  node: string;
  /** The iteration that the next level lies in; null: the innermost level. */
  index: number | null;
}

const LAST_INDEX = /\[(\d+)\]$/;

export function levelsOf(path: string): Level[] {
  const levels: Level[] = [];
  const parts: string[] = [];
  for (const part of path.split('/')) {
    const index = LAST_INDEX.exec(part)?.[1];
    const name = index === undefined ? part : part.slice(0, -index.length - 2);
    if (index !== undefined) levels.push({ path: [...parts, name].join('/'), node: name, index: Number(index) });
    parts.push(part);
  }
  const last = parts.at(-1) ?? '';
  if (!LAST_INDEX.test(last)) levels.push({ path, node: last, index: null });
  return levels;
}

/** Path of an iteration: what its inner loops begin with. */
export const iterationPath = (loop: string, index: number): string => `${loop}[${index}]`;

/** The same loop in another iteration of one of its outer levels. */
export function withIndex(path: string, level: number, index: number): string {
  const levels = levelsOf(path);
  const at = levels[level];
  if (at === undefined || at.index === null) return path;
  return `${iterationPath(at.path, index)}${path.slice(iterationPath(at.path, at.index).length)}`;
}

/** Iterations of all levels as the panel of a node reads them: `38.817.9`, from 1. */
export function heldWords(path: string, index: number): string {
  return [...levelsOf(path).flatMap((level) => (level.index === null ? [] : [level.index])), index]
    .map((one) => one + 1)
    .join('.');
}
