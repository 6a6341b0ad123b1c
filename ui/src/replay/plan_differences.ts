/** What two kept plans ask for differently, field by field in the order of the page. */
import type { ReplayForm } from '../host/bindings';
import { planDifferences as text } from '../text/plans';

/** One field, and what each plan has in it; empty where it is as usual. */
export type Difference = { what: string; a: string; b: string };

const BY: Record<ReplayForm['rateBy'], string> = {
  recorded: text.asRecorded,
  copies: text.moreUsers,
  speed: text.fasterClock,
  max: text.asFastAsItAnswers,
};

/** What a plan has in each field it keeps. */
const FIELDS: [string, (form: ReplayForm) => string][] = [
  [text.recording, (form) => form.recording],
  [text.httpGoesTo, ({ http }) => lines(http.map((row) => pair(row.recorded, row.url)))],
  [text.mysqlGoesTo, (form) => form.mysql],
  [text.hostOfTheRequests, (form) => form.host],
  [text.sharedConnections, (form) => number(form.pool)],
  [text.answersAreGivenUpAfter, (form) => form.timeout],
  [text.trustedCertificates, (form) => form.ca],
  [text.certificatesNotVerified, (form) => yes(form.insecure)],
  [text.proxiesAreControlledAt, (form) => lines(form.controls)],
  [text.rate, (form) => rate(form)],
  [text.usersForEach, (form) => number(form.copies)],
  [text.forHowLong, (form) => form.duration],
  [text.againAndAgain, (form) => yes(form.repeat)],
  [text.stepsAndRamps, (form) => form.stages],
  [text.warmUp, (form) => form.warmUp],
  [text.faults, (form) => lines(form.faults)],
  [
    text.commands,
    ({ commands }) => lines(commands.map(({ at, command }) => text.commandAt(at, command))),
  ],
  [text.onlyWhatMatches, (form) => form.filter],
  [text.partOfTheRecording, (form) => form.between],
  [text.seed, (form) => form.seed],
  [text.checks, (form) => lines(form.checks)],
  [text.probes, (form) => lines(form.probes)],
  [text.watched, (form) => lines(form.watch)],
  [text.secrets, ({ secrets }) => lines(secrets.map(({ name }) => name).sort())],
  [text.valuesAddedByHand, (form) => lines(form.correlate)],
  [text.valuesSentAsRecorded, (form) => lines(form.noCorrelate)],
  [text.rewriting, (form) => lines(form.rewrites)],
  [text.mismatchesThatAreNoNews, (form) => form.baseline],
  [text.requestsAreOneUsersBy, (form) => form.lanes],
  [text.answersAreNotWaitedFor, (form) => yes(!form.ordered)],
  [text.withoutAValue, (form) => yes(form.skipMissing)],
  [text.mysqlBesideItsHttp, (form) => yes(form.bothTiers)],
  [
    text.whoLogsIn,
    ({ mysqlUsers }) => lines(mysqlUsers.map((row) => pair(row.recorded, row.user))),
  ],
  [text.keysThatCopiesShift, (form) => form.shiftKeys],
  [text.recordedClock, (form) => yes(form.pinClock)],
  [text.noWrites, (form) => yes(form.readOnly)],
  [text.functionsThatWrite, (form) => form.readOnlyDeny],
  [text.copiesDoNotWrite, (form) => yes(form.copiesRead)],
  [text.stopsWhenACheckFails, (form) => yes(form.abortOnFail)],
  [text.butNoSoonerThan, (form) => form.abortAfter],
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
  return is ? text.yes : '';
}
