/** One instant, read on several charts at once. */
export class Hover {
  /** The x value under the pointer or the arrow keys; null when there is none. */
  x = $state<number | null>(null);
}
