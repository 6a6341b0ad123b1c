/** What jsdom lacks and the window uses: object URLs, scrolling, and a size for what is on screen. */
import { configure } from '@testing-library/svelte';

// A slow machine is no failure.
configure({ asyncUtilTimeout: 15_000 });

URL.createObjectURL = () => 'blob:test';
URL.revokeObjectURL = () => undefined;
Element.prototype.scrollTo = () => undefined;
globalThis.ResizeObserver = class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
for (const [name, size] of [
  ['clientWidth', 900],
  ['clientHeight', 500],
] as const) {
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => size });
}

// jsdom has the element and not what it does.
HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
  this.open = true;
};
