/** When a fault is on, as it is dragged along the run. */
import type { FaultReading } from '../../host/bindings';
import { spans as text } from '../../text/timeline';

/** Which part of a span is taken hold of. */
export type Grip = 'from' | 'to' | 'both';

/** A span of a run, in milliseconds; one that ends with the run has no end. */
export type Span = { fromMs: number; toMs: number | null };

/** The step that suits a run of this length. */
export function stepOf(totalMs: number): number {
  return totalMs >= 20_000 ? 1_000 : 100;
}

/** A span after it was moved, or one end of it, within a run of `totalMs`. */
export function moveSpan(span: Span, grip: Grip, byMs: number, totalMs: number): Span {
  const step = stepOf(totalMs);
  const end = span.toMs ?? totalMs;
  const snap = (ms: number) => Math.round(ms / step) * step;
  if (grip === 'from') {
    const fromMs = Math.max(0, Math.min(snap(span.fromMs + byMs), end - step));
    return { ...span, fromMs };
  }
  if (grip === 'to') {
    const toMs = Math.max(span.fromMs + step, snap(end + byMs));
    return { ...span, toMs: toMs >= totalMs ? null : toMs };
  }
  const long = end - span.fromMs;
  const fromMs = Math.max(0, Math.min(snap(span.fromMs + byMs), totalMs - step));
  // What goes over the end of the run is cut only while it is there.
  return { fromMs, toMs: fromMs + long >= totalMs ? null : fromMs + long };
}

/** A moment after it was moved, within a run of `totalMs`. */
export function moveMoment(ms: number, byMs: number, totalMs: number): number {
  const step = stepOf(totalMs);
  return Math.max(0, Math.min(Math.round((ms + byMs) / step) * step, totalMs));
}

/** When it is on, in words. */
export function saySpan({ fromMs, toMs }: Span): string {
  if (fromMs === 0 && toMs === null) return text.allTheTime;
  const seconds = (ms: number) => `${Math.round(ms) / 1_000}s`;
  return text.fromTo(seconds(fromMs), toMs === null ? text.theEnd : seconds(toMs));
}

/** The span of a fault. */
export function spanOf({ fromMs, toMs }: FaultReading): Span {
  return { fromMs, toMs };
}
