/** What can be done right now: every button on screen that has a key, as it is written there. */
import { keyLabel } from './keys';

/** Something to do: its words, where they were found if not there, its key as it is shown, and the doing of it. */
export type Doing = { says: string; where?: string; key: string; act: () => void };

/** What the page and the rail offer now, or one of them, each once. */
export function onScreen(of: ('main' | 'nav')[] = ['main', 'nav']): Doing[] {
  const buttons = document.querySelectorAll<HTMLButtonElement>(
    of.map((part) => `${part} button[aria-keyshortcuts]`).join(', '),
  );
  const found = new Map<string, Doing>();
  for (const button of buttons) {
    if (button.disabled) continue;
    const key = keyLabel(
      (button.getAttribute('aria-keyshortcuts') ?? '').replace('Control', 'Mod'),
    );
    const says = wordsOf(button);
    if (says !== '' && !found.has(says)) found.set(says, { says, key, act: () => button.click() });
  }
  return [...found.values()];
}

/** What a button says, without its key and what it tells beside that. */
function wordsOf(button: HTMLButtonElement): string {
  const label = button.getAttribute('aria-label');
  if (label) return label;
  const copy = button.cloneNode(true) as HTMLElement;
  copy.querySelectorAll('kbd, [data-beside]').forEach((beside) => beside.remove());
  return copy.textContent?.replace(/\s+/g, ' ').trim() ?? '';
}
