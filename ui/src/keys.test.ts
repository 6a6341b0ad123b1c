import { afterEach, describe, expect, it, vi } from 'vitest';
import { bindKey, keyLabel, onKeydown } from './keys';

function press(
  key: string,
  target: EventTarget = document.body,
  more: KeyboardEventInit = {},
): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, cancelable: true, bubbles: true, ...more });
  target.addEventListener('keydown', (heard) => onKeydown(heard as KeyboardEvent), { once: true });
  target.dispatchEvent(event);
  return event;
}

describe('keys', () => {
  const free: (() => void)[] = [];
  afterEach(() => free.splice(0).forEach((release) => release()));

  it('run the action bound last, and the one before it once that is gone', () => {
    const [first, second] = [vi.fn(), vi.fn()];
    free.push(bindKey('x', first));
    const release = bindKey('x', second);
    press('x');
    release();
    press('x');
    expect(second).toHaveBeenCalledTimes(1);
    expect(first).toHaveBeenCalledTimes(1);
  });

  it('are left to a field that is being typed into, but for Escape and Ctrl', () => {
    const [letter, escape, start] = [vi.fn(), vi.fn(), vi.fn()];
    free.push(bindKey('i', letter), bindKey('Escape', escape), bindKey('Mod+Enter', start));
    const field = document.createElement('input');
    expect(press('i', field).defaultPrevented).toBe(false);
    press('Escape', field);
    press('Enter', field, { ctrlKey: true });
    expect(letter).not.toHaveBeenCalled();
    expect(escape).toHaveBeenCalledOnce();
    expect(start).toHaveBeenCalledOnce();
  });

  it('are written as they stand on a keyboard', () => {
    expect(keyLabel('Mod+Enter')).toBe('Ctrl ↵');
    expect(keyLabel('i')).toBe('I');
  });
});
