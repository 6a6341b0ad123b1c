/**
 * Which key does what, right now. An action binds its key while it is on screen and shows it (`parts/Action.svelte`),
 * so what is written beside a button is always what works. The last bound wins.
 *
 * A key is a `KeyboardEvent.key`, `Mod+` in front for Ctrl (or Command): `i`, `Escape`, `Mod+Enter`.
 */
import { keys as text } from './text/frame';

const bound = new Map<string, (() => void)[]>();

/** Binds a key until the returned function is called. */
export function bindKey(key: string, act: () => void): () => void {
  const acts = bound.get(key) ?? [];
  acts.push(act);
  bound.set(key, acts);
  return () => {
    const at = acts.lastIndexOf(act);
    if (at >= 0) acts.splice(at, 1);
  };
}

/** Runs what a key is bound to; keys without `Mod+` are left to a field that has the focus. */
export function onKeydown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || event.repeat) return;
  const mod = event.ctrlKey || event.metaKey;
  if (!mod && event.key !== 'Escape' && isTyping(event.target)) return;
  const act = bound.get(mod ? `Mod+${event.key}` : event.key)?.at(-1);
  if (!act) return;
  event.preventDefault();
  act();
}

/** A key as it is shown: `Ctrl ↵`, `Esc`. */
export function keyLabel(key: string): string {
  const names: Record<string, string> = {
    Enter: '↵',
    Escape: text.esc,
    Delete: text.del,
    ' ': text.space,
  };
  return key
    .split('+')
    .map((part) => (part === 'Mod' ? 'Ctrl' : (names[part] ?? part.toUpperCase())))
    .join(' ');
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'range'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
