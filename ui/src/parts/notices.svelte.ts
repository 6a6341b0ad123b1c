/** Short messages at the foot of the window: what was done, what failed, how to undo it. */
import { asFailure } from '../host/host';

export type Notice = {
  text: string;
  tone: 'plain' | 'bad';
  undo: (() => void) | null;
};

const SHOWN_MS = 8_000;
const state = $state<{ notice: Notice | null }>({ notice: null });
let timer: ReturnType<typeof setTimeout> | undefined;

/** What is being said now. */
export function notice(): Notice | null {
  return state.notice;
}

/** Says something, with a way back when there is one. */
export function say(text: string, undo: (() => void) | null = null): void {
  show({ text, tone: 'plain', undo });
}

/** Says what went wrong. */
export function complain(thrown: unknown): void {
  show({ text: asFailure(thrown).message, tone: 'bad', undo: null });
}

/** Takes the message away. */
export function dismiss(): void {
  clearTimeout(timer);
  state.notice = null;
}

function show(next: Notice): void {
  clearTimeout(timer);
  state.notice = next;
  // What went wrong stays until it was read.
  if (next.tone !== 'bad') timer = setTimeout(dismiss, SHOWN_MS);
}
