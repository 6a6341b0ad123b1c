/** Dark or light, as the system says: charts are drawn for it, the style sheet follows by itself. */
import type { ThemeName } from './host/bindings';

const light = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: light)') : null;
const state = $state<{ theme: ThemeName }>({ theme: light?.matches ? 'light' : 'dark' });

light?.addEventListener('change', (event) => {
  state.theme = event.matches ? 'light' : 'dark';
});

/** The theme in use. */
export function theme(): ThemeName {
  return state.theme;
}
