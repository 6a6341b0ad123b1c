/** Numbers and times as people read them. Microseconds in, words out; `–` where there is nothing to say. */

const NONE = '–';
const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A count: `1,495,500`. */
export function count(n: number): string {
  return grouped.format(n);
}

/** A short count for narrow places: `4,981`, `62.5 k`, `1.5 M`. */
export function shortCount(n: number): string {
  if (n < 10_000) return grouped.format(n);
  if (n < 999_500) return `${threeDigits(n / 1e3)} k`;
  return `${threeDigits(n / 1e6)} M`;
}

/** How often a second: `4,981`, `62.5 k`, `3.2` below a hundred, `0`. */
export function perSecond(n: number): string {
  return n > 0 && n < 100 ? n.toFixed(1) : shortCount(Math.round(n));
}

/** A duration in microseconds with two or three significant digits: `8.2 ms`, `412 ms`, `1.2 s`. */
export function duration(us: number | null): string {
  if (us === null) return NONE;
  if (us < 1_000)
    return us < 10 ? `${(us / 1_000).toFixed(3)} ms` : `${(us / 1_000).toFixed(2)} ms`;
  if (us < 999_500) return `${threeDigits(us / 1_000)} ms`;
  if (us < 60_000_000) return `${threeDigits(us / 1_000_000)} s`;
  return clock(us / 1_000);
}

/** Run or recording time in milliseconds: `2:41`, `1:02:05`. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const pad = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  if (hours > 0) return `${hours}:${pad(minutes)}:${pad(seconds % 60)}`;
  return `${minutes}:${pad(seconds % 60)}`;
}

/** How long something was, in words: `42 s`, `2 min 05 s`, `1 h 02 min`. */
export function span(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const pad = (n: number) => String(n).padStart(2, '0');
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3_600)} h ${pad(Math.floor(whole / 60) % 60)} min`;
}

/** A share between 0 and 1 in per cent: `3.71 %`, `0 %`. */
export function percent(share: number): string {
  if (share === 0) return '0 %';
  const value = share * 100;
  if (value >= 10) return `${value.toFixed(1)} %`;
  if (value < 0.005) return '< 0.01 %';
  return `${value.toFixed(2)} %`;
}

/**
 * A relative change as a signed per cent: `+38 %`, `−3 %`; from eleven times on how many times, as `readable::change` of
 * the reports does: `×11`, `×2,700`.
 */
export function change(share: number | null): string {
  if (share === null) return 'n/a';
  if (Math.round(share * 100) > 1_000) {
    const times = 1 + share;
    const unit = Math.max(1, 10 ** (Math.floor(Math.log10(times) + 1e-9) - 1));
    return `×${grouped.format(Math.round(times / unit) * unit)}`;
  }
  const size = Math.abs(share * 100);
  const digits = size < 9.95 ? trimmed(size) : grouped.format(size);
  if (digits === '0') return '0 %';
  return `${share < 0 ? '−' : '+'}${digits} %`;
}

/** A size: `512 B`, `3.4 MB`. Powers of ten, as disks are sold and networks are counted. */
export function bytes(n: number): string {
  if (n < 1_000) return `${n} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = n / 1_000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${threeDigits(value)} ${units[unit]}`;
}

/** When something began, beside other such times: `today 14:02`, `Fri 21 Nov, 14:02`. */
export function when(rfc3339: string, now = new Date()): string {
  const at = new Date(rfc3339);
  if (Number.isNaN(at.getTime())) return NONE;
  const time = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const days = (dayOf(now) - dayOf(at)) / 86_400_000;
  if (days === 0) return `today ${time}`;
  if (days === 1) return `yesterday ${time}`;
  const year = at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  const day = at.toLocaleDateString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...year,
  });
  return `${day}, ${time}`;
}

function dayOf(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
}

function threeDigits(value: number): string {
  if (value < 9.95) return value.toFixed(1);
  return grouped.format(Math.round(value));
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(1)));
}
