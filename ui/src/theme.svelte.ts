/** Dark or light, as the system says or as the person chose: charts are drawn for it, the style sheet follows. */
import type { ThemeName } from './host/bindings';
import { readKept, writeKept } from './parts/kept';

export type ThemeChoice = 'system' | ThemeName;

const light = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: light)') : null;
const state = $state<{ system: ThemeName; choice: ThemeChoice }>({
  system: light?.matches ? 'light' : 'dark',
  choice: readKept<ThemeChoice>('theme', 'system'),
});
dress();

light?.addEventListener('change', (event) => {
  state.system = event.matches ? 'light' : 'dark';
});

/** The theme in use. */
export function theme(): ThemeName {
  return state.choice === 'system' ? state.system : state.choice;
}

/** What the person chose. */
export function themeChoice(): ThemeChoice {
  return state.choice;
}

/** Uses a theme from now on, or the system's. */
export function chooseTheme(choice: ThemeChoice): void {
  state.choice = choice;
  writeKept('theme', choice);
  dress();
}

/** Tells the style sheet; without a word it asks the system. */
function dress(): void {
  const root = document.documentElement;
  if (state.choice === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = state.choice;
}
