/** The axis of nines: a place on it is how many nines a quantile has. */

/** What is at a place: 0 is the median's end, `p90` at 1, `p99` at 2, `p99.9` at 3. */
export function quantileName(nines: number): string {
  const share = 100 * (1 - 10 ** -nines);
  const digits = nines < 2 ? 0 : Math.min(3, Math.ceil(nines - 2 + 1e-9));
  return `p${share.toFixed(nines <= 1 ? 0 : Math.max(1, digits)).replace(/\.0$/, '')}`;
}
