/** One instant, read on several charts at once, and the stretch that is being chosen on one of them. */
export class Hover {
  /** The x value under the pointer or the arrow keys; null when there is none. */
  x = $state<number | null>(null);
  /** From and to, while a pointer is held down. */
  stretch = $state.raw<[number, number] | null>(null);
}
