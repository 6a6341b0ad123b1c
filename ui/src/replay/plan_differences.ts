/** What two kept plans ask for differently, field by field in the order of the page. */
import type { ReplayForm } from '../host/bindings';

/** One field, and what each plan has in it; empty where it is as usual. */
export type Difference = { what: string; a: string; b: string };

const BY: Record<ReplayForm['rateBy'], string> = {
  recorded: 'as recorded',
  copies: 'more users',
  speed: 'faster clock',
  max: 'as fast as it answers',
};

/** What a plan has in each field it keeps. */
const FIELDS: [string, (form: ReplayForm) => string][] = [
  ['recording', (form) => form.recording],
  ['HTTP goes to', ({ http }) => lines(http.map((row) => pair(row.recorded, row.url)))],
  ['MySQL goes to', (form) => form.mysql],
  ['host of the requests', (form) => form.host],
  ['shared connections', (form) => number(form.pool)],
  ['answers are given up after', (form) => form.timeout],
  ['trusted certificates', (form) => form.ca],
  ['certificates not verified', (form) => yes(form.insecure)],
  ['proxies are controlled at', (form) => lines(form.controls)],
  ['rate', (form) => rate(form)],
  ['users for each', (form) => number(form.copies)],
  ['for how long', (form) => form.duration],
  ['again and again', (form) => yes(form.repeat)],
  ['steps and ramps', (form) => form.stages],
  ['warm-up', (form) => form.warmUp],
  ['faults', (form) => lines(form.faults)],
  ['commands', ({ commands }) => lines(commands.map(({ at, command }) => `${at} run ${command}`))],
  ['only what matches', (form) => form.filter],
  ['part of the recording', (form) => form.between],
  ['seed', (form) => form.seed],
  ['checks', (form) => lines(form.checks)],
  ['probes', (form) => lines(form.probes)],
  ['watched', (form) => lines(form.watch)],
  ['secrets', ({ secrets }) => lines(secrets.map(({ name }) => name).sort())],
  ['values added by hand', (form) => lines(form.correlate)],
  ['values sent as recorded', (form) => lines(form.noCorrelate)],
  ['rewriting', (form) => lines(form.rewrites)],
  ['mismatches that are no news', (form) => form.baseline],
  ['requests are one user’s by', (form) => form.lanes],
  ['answers are not waited for', (form) => yes(!form.ordered)],
  ['requests without a value are left out', (form) => yes(form.skipMissing)],
  ['MySQL beside its HTTP', (form) => yes(form.bothTiers)],
  ['who logs in', ({ mysqlUsers }) => lines(mysqlUsers.map((row) => pair(row.recorded, row.user)))],
  ['keys that copies shift', (form) => form.shiftKeys],
  ['recorded clock', (form) => yes(form.pinClock)],
  ['no writes', (form) => yes(form.readOnly)],
  ['functions that write', (form) => form.readOnlyDeny],
  ['copies do not write', (form) => yes(form.copiesRead)],
  ['stops when a check fails', (form) => yes(form.abortOnFail)],
  ['but no sooner than', (form) => form.abortAfter],
];

/** Every field in which they are not the same. */
export function differences(a: ReplayForm, b: ReplayForm): Difference[] {
  return FIELDS.map(([what, read]) => ({ what, a: read(a).trim(), b: read(b).trim() })).filter(
    (field) => field.a !== field.b,
  );
}

function rate({ rateBy, factor }: ReplayForm): string {
  return rateBy === 'copies' || rateBy === 'speed' ? `${factor}x, ${BY[rateBy]}` : BY[rateBy];
}

function pair(recorded: string, to: string): string {
  return recorded.trim() === '' ? to : `${recorded} → ${to}`;
}

function lines(all: string[]): string {
  return all.filter((line) => line.trim() !== '').join('\n');
}

function number(value: number | null): string {
  return value === null ? '' : String(value);
}

function yes(is: boolean): string {
  return is ? 'yes' : '';
}
