/** What disturbed a run, in the order in which it did: faults, commands, and how the run got over them. */
import { count, duration, percent, span } from '../format';
import type { CommandState, FaultState, RecoveryState, RunPage } from '../host/bindings';

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
    return afterMs < 50 ? 'recovered at once' : `recovered in ${span(afterMs)}`;
  if (state === 'not_recovered')
    return live ? `not recovered yet, ${span(afterMs)} on` : 'has not recovered';
  if (state === 'cut_short') return 'had not recovered when the next began';
  return live ? 'being judged' : 'too little was measured to say';
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
  return `after ${span(row.afterMs)} ${share(row.errorRateLast)} new errors and p99 ${duration(row.p99LastUs)}, before ${share(row.errorRateBefore)} and ${duration(row.p99BeforeUs)}`;
}

type Amplified = NonNullable<FaultState['amplification']>;

/** `412 of 8,240 exchanges`, as the proxy counted. */
export function struck({ struck, of, connections }: Amplified): string {
  return `${count(struck)} of ${count(of)} ${connections ? 'connections' : 'exchanges'}`;
}

/** `×6.2`, and its interval: `×6.2 (5.7 to 6.7)`; nothing when nothing was injected. */
export function amplified(
  { times, timesLow, timesHigh }: Amplified['total'],
  full = false,
): string {
  if (times === null) return '';
  if (!full || timesLow === null || timesHigh === null) return `×${times.toFixed(1)}`;
  return `×${times.toFixed(1)} (${timesLow.toFixed(1)} to ${timesHigh.toFixed(1)})`;
}

/** `31.2 % new errors, 0.1 % before`. */
export function seen({ errorRate, before }: Amplified['total']): string {
  const then = before === null ? 'nothing measured before' : `${percent(before)} before`;
  return `${percent(errorRate)} new errors, ${then}`;
}

/** How a command stands `nowMs` into a run, in a few words. */
export function outcome(
  { atMs, tookMs, failure }: CommandState,
  nowMs: number,
  live: boolean,
): string {
  if (tookMs === null) {
    if (!live) return 'not known: the run ended first';
    return nowMs < atMs ? 'waits' : 'runs';
  }
  return failure === '' ? `done in ${duration(tookMs * 1_000)}` : failure;
}

/** How a fault stands `nowMs` into a run that is on. */
export function standing({ fromMs, toMs, on }: FaultState, nowMs: number): string {
  if (!on) return 'switched off';
  if (nowMs < fromMs) return `on in ${span(fromMs - nowMs)}`;
  if (toMs !== null && nowMs >= toMs) return `over for ${span(nowMs - toMs)}`;
  return toMs === null ? 'on' : `on for ${span(toMs - nowMs)} more`;
}
