/** What a replay would send and leave out, worked out of the form and of one recording. */
import type { ReplayForm } from '../bindings';
import { failure } from './failure';
import { PLAN } from './traffic';

/** A filter that leaves nothing. */
export const NOTHING = 'status:999';

export function dryRun(form: ReplayForm, allowed: string[]) {
  const address = form.http.find((row) => row.url !== '')?.url || form.mysql;
  const host = /\/\/(?:[^@/]*@)?([^:/]+)/.exec(address)?.[1];
  if (!host) throw failure('usage', `'${address}' is not a URL; write http://HOST:PORT`);
  if (host === 'nowhere.example')
    throw failure('refused', 'cannot find the address of nowhere.example');
  if (host === 'shop.example' && !form.allowRecordedServer)
    throw {
      ...failure('refused', 'shop.example was a server in this recording'),
      recordedServer: true,
    };
  if (!/^(127\.|localhost)/.test(host) && host !== 'shop.example' && !allowed.includes(host)) {
    throw {
      ...failure('refused', `${host} is not allowed as a target of this file`),
      allow: host,
    };
  }
  const times = form.rateBy === 'copies' ? form.factor : 1;
  const skipped = PLAN.skipped.map((part) => ({
    ...part,
    count: Math.round(part.count * times),
  }));
  const sends = Math.round(PLAN.sends * times);
  const targets = [
    ...form.http.map((row) => row.url),
    form.mysql.replace(/:[^:@/]*@/, ':…@'),
  ].filter((target) => target !== '');
  const writes = form.readOnly ? 0 : PLAN.writes * times;
  return {
    ...PLAN,
    sends,
    skipped,
    askedPerS: PLAN.askedPerS * times,
    targets,
    writes,
    writing: writes === 0 ? [] : PLAN.writing,
    loopback: /^(127\.|localhost)/.test(host),
    correlations: PLAN.correlations.filter((line) => !form.noCorrelate.includes(line.name)),
    goesOn: form.repeat && form.duration === '' && form.stages === '',
    estimated: form.duration !== '' || form.stages !== '',
    refused: form.filter === NOTHING ? 'failed to send anything: 74984 filtered' : null,
    rewrites: form.rewrites.map((name) => ({ name, count: name.includes('/v1/') ? 0 : 4_902 })),
  };
}
