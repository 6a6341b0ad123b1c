/**
 * Writing the fault language: `20:delay(ms=250)@30s..60s for http /api/*`. Reading it is the host's: the window only
 * puts the parts it was given together again after one of them was changed.
 */
import type { FaultReading } from '../host/bindings';

/** The parts a form changes. */
export type Parts = Omit<FaultReading, 'title' | 'notInReplay'>;

/** A fault of these parts, as a person would write it. */
export function write(parts: Parts): string {
  const { percent, behaviour, options, fromMs, toMs, repeats, via, selector } = parts;
  const every = repeats.startsWith(' every');
  const window =
    fromMs > 0 || toMs !== null || every
      ? `@${lengthOf(fromMs)}..${toMs === null ? '' : lengthOf(toMs)}`
      : '';
  const inside = options === '' ? '' : `(${options})`;
  const proxy = via === '' ? '' : ` via ${via}`;
  const where = selector.trim() === '' ? '' : ` for ${selector.trim()}`;
  return `${percent}:${behaviour}${inside}${window}${repeats}${proxy}${where}`;
}

/** A length of time as the fault language takes it: `90s`, `1500ms`. */
export function lengthOf(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  return whole % 1_000 === 0 ? `${whole / 1_000}s` : `${whole}ms`;
}

/** Milliseconds of `30s`, `1m30s`, `250ms`; a number alone is seconds. Null when it is no length of time. */
export function readLength(text: string): number | null {
  const units: Record<string, number> = { h: 3_600_000, min: 60_000, m: 60_000, s: 1_000, ms: 1 };
  const given = text.trim();
  if (/^\d+(\.\d+)?$/.test(given)) return Number(given) * 1_000;
  if (!/^(\d+(\.\d+)?(h|min|ms|m|s))+$/.test(given)) return null;
  let total = 0;
  for (const [, number, , unit] of given.matchAll(/(\d+(\.\d+)?)(h|min|ms|m|s)/g))
    total += Number(number) * (units[unit ?? ''] ?? 0);
  return total;
}

/** The options between a behaviour's parentheses, by name, without their quotes. */
export function readOptions(text: string): Record<string, string> {
  const options: Record<string, string> = {};
  const each = /\s*(\w+)\s*=\s*("(?:[^"\\]|\\.)*"|[^,]*)\s*(?:,|$)/g;
  for (const [, name, value] of text.matchAll(each)) {
    if (name === undefined || value === undefined) continue;
    options[name] = value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
  }
  return options;
}

/** Options as they stand between the parentheses; those without a value are left out. */
export function writeOptions(options: Record<string, string>, quoted: string[]): string {
  return Object.entries(options)
    .filter(([, value]) => value.trim() !== '')
    .map(([name, value]) => {
      const bare = !quoted.includes(name);
      return `${name}=${bare ? value.trim() : `"${value.replace(/[\\"]/g, '\\$&')}"`}`;
    })
    .join(',');
}

/** A fault to begin with in a proxy of this protocol. */
export function usualFault(protocol: string, via: string): string {
  const usual: Record<string, string> = { mysql: 'error(code=1213)', http: 'error(status=503)' };
  return `5:${usual[protocol] ?? 'delay(ms=250)'} via ${via}`;
}
