/** What disturbed a run, in the order in which it did: faults, commands, and how the run got over them. */
import { count, duration, percent, span } from '../text/format';
import type { CommandState, FaultState, RecoveryState, RunPage } from '../host/bindings';
import { disturbances as text } from '../text/run';

/** One line of it; `atMs` orders them. */
export type Entry =
  | { kind: 'fault'; atMs: number; fault: FaultState }
  | { kind: 'command'; atMs: number; command: CommandState }
  | { kind: 'recovery'; atMs: number; recovery: RecoveryState };

/** All of them, first to last; of those of one moment, what disturbs before what was got over. */
export function entries(page: RunPage): Entry[] {
  // Of what lasts to the end of the run, nothing comes after.
  const told = page.recovery.filter(({ total }) => total.afterMs > 0 || total.state !== 'unknown');
  const all: Entry[] = [
    ...page.faults.map((fault): Entry => ({ kind: 'fault', atMs: fault.fromMs, fault })),
    ...page.commands.map((command): Entry => ({ kind: 'command', atMs: command.atMs, command })),
    ...told.map((recovery): Entry => ({
      kind: 'recovery',
      atMs: recovery.toMs,
      recovery,
    })),
  ];
  return all.sort((a, b) => a.atMs - b.atMs);
}

type Recovered = RecoveryState['total'];

/** `recovered in 2.1 s`, in a few words; of a run that is on, so far. */
export function verdict({ state, afterMs }: Recovered, live = false): string {
  if (state === 'recovered')
    return afterMs < 50 ? text.recoveredAtOnce : text.recoveredIn(span(afterMs));
  if (state === 'not_recovered')
    return live ? text.notRecoveredYet(span(afterMs)) : text.hasNotRecovered;
  if (state === 'cut_short') return text.notRecoveredBeforeNext;
  return live ? text.beingJudged : text.tooLittleMeasured;
}

/** Whether that is bad news. */
export function isBad({ state }: Recovered): boolean {
  return state === 'not_recovered' || state === 'cut_short';
}

/** How good the news is. */
export function toneOf(row: Recovered): 'ok' | 'bad' | 'dim' {
  if (isBad(row)) return 'bad';
  return row.state === 'recovered' ? 'ok' : 'dim';
}

/** What it was like last beside what it was before, for one that had not recovered: `3.1 % new errors, before 0.2 %`. */
export function lastSeen(row: Recovered): string {
  const share = (value: number | null) => (value === null ? 'n/a' : percent(value));
  return text.stretch(
    span(row.afterMs),
    share(row.errorRateLast),
    duration(row.p99LastUs),
    share(row.errorRateBefore),
    duration(row.p99BeforeUs),
  );
}

type Amplified = NonNullable<FaultState['amplification']>;

/** `412 of 8,240 exchanges`, as the proxy counted. */
export function struck({ struck, of, connections }: Amplified): string {
  return text.struckOf(count(struck), count(of), connections ? text.connections : text.exchanges);
}

/** `×6.2`, and its interval: `×6.2 (5.7 to 6.7)`; nothing when nothing was injected. */
export function amplified(
  { times, timesLow, timesHigh }: Amplified['total'],
  full = false,
): string {
  if (times === null) return '';
  if (!full || timesLow === null || timesHigh === null) return `×${times.toFixed(1)}`;
  return text.timesBetween(times.toFixed(1), timesLow.toFixed(1), timesHigh.toFixed(1));
}

/** `31.2 % new errors, 0.1 % before`. */
export function seen({ errorRate, before }: Amplified['total']): string {
  const then = before === null ? text.nothingMeasuredBefore : text.before(percent(before));
  return text.newErrors(percent(errorRate), then);
}

/** How a command stands `nowMs` into a run, in a few words. */
export function outcome(
  { atMs, tookMs, failure }: CommandState,
  nowMs: number,
  live: boolean,
): string {
  if (tookMs === null) {
    if (!live) return text.endedFirst;
    return nowMs < atMs ? text.waits : text.runs;
  }
  return failure === '' ? text.doneIn(duration(tookMs * 1_000)) : failure;
}

/** How a fault stands `nowMs` into a run that is on. */
export function standing({ fromMs, toMs, on }: FaultState, nowMs: number): string {
  if (!on) return text.switchedOff;
  if (nowMs < fromMs) return text.onIn(span(fromMs - nowMs));
  if (toMs !== null && nowMs >= toMs) return text.overFor(span(nowMs - toMs));
  return toMs === null ? text.on : text.onForMore(span(toMs - nowMs));
}
