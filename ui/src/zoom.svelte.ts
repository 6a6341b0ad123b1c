/** How large everything is shown: chosen in Settings or by keys, kept from one start to the next. */
import { host } from './host/host';
import { readKept, writeKept } from './parts/kept';

/** In hundredths of what was designed. */
const STEPS = [75, 90, 100, 110, 125, 150, 175, 200];
export const AS_DESIGNED = 100;

const state = $state({ percent: readKept('zoom', AS_DESIGNED) });

/** The size in use, in percent. */
export function zoom(): number {
  return state.percent;
}

/** Shows everything at a size from now on. */
export async function setZoom(percent: number): Promise<void> {
  await host().setZoom(percent / 100);
  state.percent = percent;
  writeKept('zoom', percent);
}

/** The size after or before the one in use; the last one stays. */
export function stepZoom(by: 1 | -1): Promise<void> {
  const next =
    by > 0
      ? STEPS.find((step) => step > state.percent)
      : STEPS.findLast((step) => step < state.percent);
  return setZoom(next ?? state.percent);
}

/** Brings back the size that was kept. */
export async function resumeZoom(): Promise<void> {
  if (state.percent !== AS_DESIGNED) await host().setZoom(state.percent / 100);
}
