/** Owns figures as people read them: counts, durations, bytes, rates, shares, times. */

export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 item`, `2 items`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function duration(ms: number): string {
  if (ms < 1) return ms > 0 ? '<1 ms' : '0 ms';
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return join(`${minutes} min`, seconds % 60, 's');
  // From here on the last unit would be noise.
  const allMinutes = Math.round(seconds / 60);
  if (allMinutes < 1440) return join(`${Math.floor(allMinutes / 60)} h`, allMinutes % 60, 'min');
  const hours = Math.round(seconds / 3600);
  return join(`${Math.floor(hours / 24)} d`, hours % 24, 'h');
}

function join(first: string, rest: number, unit: string): string {
  return rest === 0 ? first : `${first} ${rest} ${unit}`;
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let amount = value;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit === 0 || amount >= 99.5 ? Math.round(amount) : amount.toFixed(1)} ${units[unit] ?? ''}`;
}

/** Per second, or per minute or hour when that is less than one. */
export function rate(perSecond: number): string {
  if (perSecond >= 99.5) return `${count(perSecond)}/s`;
  if (perSecond >= 0.95) return `${perSecond.toFixed(1)}/s`;
  if (perSecond * 60 >= 0.95) return `${(perSecond * 60).toFixed(1)}/min`;
  if (perSecond > 0) return `${(perSecond * 3600).toFixed(1)}/h`;
  return '0/s';
}

/** Whole percent; 100 only when all is done. */
export function percent(done: number, total: number): string {
  return total <= 0 ? '100 %' : `${Math.min(100, Math.floor((done / total) * 100))} %`;
}

/** `2026-11-21 14:45:53` in the machine's time zone. */
export function time(ms: number): string {
  const d = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  return (
    `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ` +
    `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`
  );
}
