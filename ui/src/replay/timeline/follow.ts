/** Following a pointer from where it pressed to where it lets go. */

/** Calls `move` with how far the pointer is from where it pressed, in shares of the box; ends when it lets go. */
export function follow(
  event: PointerEvent,
  box: { width: number; height: number },
  move: (right: number, up: number) => void,
): void {
  if (event.button !== 0 || box.width === 0 || box.height === 0) return;
  event.preventDefault();
  const { clientX, clientY } = event;
  const onmove = (now: PointerEvent) =>
    move((now.clientX - clientX) / box.width, (clientY - now.clientY) / box.height);
  const onend = () => {
    window.removeEventListener('pointermove', onmove);
    window.removeEventListener('pointerup', onend);
    window.removeEventListener('pointercancel', onend);
  };
  window.addEventListener('pointermove', onmove);
  window.addEventListener('pointerup', onend);
  window.addEventListener('pointercancel', onend);
}
