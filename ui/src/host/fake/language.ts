/** Readings of what a user types, near enough to the real ones for tests of the pages. */
import type { CheckState, FaultReading, Understood } from '../bindings';
import { failure } from './failure';
import type { exchange } from './traffic';

export function readFault(text: string): FaultReading {
  const found =
    /^(\d+(?:\.\d+)?):([a-z_]+)(?:\(([^)]*)\))?(?:@(\d+)s\.\.(?:(\d+)s)?)?(?: via (\S+))?(?: for (.+))?$/.exec(
      text,
    );
  if (!found)
    throw failure(
      'usage',
      `'${text}' is not a fault; write 20:delay(ms=250)@30s..60s for http /api/*`,
    );
  const [, percent = '', behaviour = '', options = '', from, to, via = '', selector = ''] = found;
  return {
    title: `${percent} % ${behaviour} ${options}${via ? ` via ${via}` : ''}${selector ? `, ${selector}` : ''}`,
    percent,
    behaviour,
    options,
    fromMs: Number(from ?? 0) * 1_000,
    toMs: to === undefined ? null : Number(to) * 1_000,
    repeats: '',
    via,
    selector,
    notInReplay: null,
  };
}

export function readCheck(text: string): CheckState {
  if (!/^[a-z_0-9]+(\(.+\))?\s*[<>]/.test(text))
    throw failure('usage', `'${text}' is not a check; write p99<250ms`);
  return { check: text, value: '', held: null };
}

export function readStages(text: string) {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const found = /^\s*([\d.]+)x(?:\.\.([\d.]+)x)?:(\d+)(ms|s|m)\s*$/.exec(part);
    if (!found) throw failure('usage', `failed to read the stages "${text}": "${part}" is none`);
    const [, from = '1', to = from, number, unit] = found;
    const ms = { ms: 1, s: 1_000, m: 60_000 }[unit ?? 's'] ?? 1;
    return { from: Number(from), to: Number(to), lastsMs: Number(number) * ms };
  });
}

export function readProbe(text: string): Understood {
  if (!/^(\w+=)?(lane:\d+|operation:.+|https?:\/\/.+|sql:.+)$/.test(text))
    throw failure('usage', `'${text}' is not a probe; write health=http://HOST/health`);
  return { title: `a GET every second, called ${text.split('=')[0]}` };
}

export function readWatch(text: string): Understood {
  if (!/^(\w+=)?(host|mysql|pid:\d+|process:.+|(https?|mysql|munin):\/\/.+)$/.test(text))
    throw failure('usage', `'${text}' is no source; write host or db=mysql://USER@HOST`);
  return { title: `this machine every second, called ${text.split('=')[0]}` };
}

export function readRewrite(text: string): Understood {
  if (!/^(host|path|query|header|cookie|body|json):/.test(text))
    throw failure('usage', `'${text}' is not a rule; write header:X-Env=staging`);
  return { title: text };
}

/** Whether an exchange passes a filter, of which only `operation:` and `status:5xx` are known. */
export function matcher(filter: string): (line: ReturnType<typeof exchange>) => boolean {
  const operation = /operation:"?([^"]+)"?/.exec(filter)?.[1];
  const failed = filter.includes('status:5xx');
  return (line) =>
    (!operation || line.operation.includes(operation)) && (!failed || line.status === 503);
}
