/**
 * Owns the measuring of memory from outside: the whole process tree below a pid, read from
 * /proc. Does not start or end processes. Linux only; elsewhere every figure is null.
 */
import { readFileSync, readdirSync } from 'node:fs';

export interface Peak {
  /** Largest sum of PSS: shared pages are counted once over the tree. */
  pssMb: number;
  /** Largest sum of RSS: shared pages are counted in each process. */
  rssMb: number;
  processes: number;
  samples: number;
  /** Largest PSS of each process, largest first. */
  byProcess: { pid: number; command: string; pssMb: number }[];
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Parent of each living process. */
function parents(): Map<number, number> {
  const out = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = text(`/proc/${pid}/stat`);
    // The command in brackets may itself hold brackets and spaces.
    const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (rest[0] === 'Z' || rest[1] === undefined) continue;
    out.set(pid, Number(rest[1]));
  }
  return out;
}

/** The process and all its descendants that are alive. */
function processTree(root: number): number[] {
  const parent = parents();
  const tree = parent.has(root) ? [root] : [];
  for (const pid of tree) {
    for (const [child, of] of parent) if (of === pid) tree.push(child);
  }
  return tree;
}

function field(rollup: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup);
  return found?.[1] === undefined ? 0 : Number(found[1]) / 1024;
}

/** Samples the tree below `pid` until stopped. */
export function sampleTree(pid: number, everyMs = 100): { stop(): Peak | null } {
  if (process.platform !== 'linux') return { stop: () => null };
  const peak: Peak = { pssMb: 0, rssMb: 0, processes: 0, samples: 0, byProcess: [] };
  const largest = new Map<number, { pid: number; command: string; pssMb: number }>();
  const sample = (): void => {
    let pss = 0;
    let rss = 0;
    const tree = processTree(pid);
    for (const member of tree) {
      const rollup = text(`/proc/${member}/smaps_rollup`);
      const own = field(rollup, 'Pss');
      pss += own;
      rss += field(rollup, 'Rss');
      const known = largest.get(member);
      if (known === undefined) {
        const command = text(`/proc/${member}/cmdline`).split('\0').slice(0, 6).join(' ').slice(-80);
        largest.set(member, { pid: member, command, pssMb: own });
      } else if (own > known.pssMb) known.pssMb = own;
    }
    if (tree.length === 0) return;
    peak.samples += 1;
    peak.pssMb = Math.max(peak.pssMb, pss);
    peak.rssMb = Math.max(peak.rssMb, rss);
    peak.processes = Math.max(peak.processes, tree.length);
  };
  sample();
  const timer = setInterval(sample, everyMs);
  return {
    stop() {
      clearInterval(timer);
      peak.byProcess = [...largest.values()].sort((a, b) => b.pssMb - a.pssMb);
      return peak;
    },
  };
}
