/** Where the window is: one page with what it shows. */

export type Place =
  | { page: 'library' }
  | { page: 'bin' }
  | { page: 'recording'; name: string; exchange?: number; filter?: string }
  | { page: 'record' }
  | { page: 'replay'; recording: string | null }
  | { page: 'run'; name: string | null }
  | { page: 'search'; name: string }
  | { page: 'compare'; a: string[] | null; b: string[] | null }
  | { page: 'trend'; run: string }
  | { page: 'proxy' }
  | { page: 'settings' }
  | { page: 'about' };

const state = $state<{ now: Place }>({ now: { page: 'library' } });

/** The page on screen. */
export function place(): Place {
  return state.now;
}

/** Goes to a page. */
export function go(to: Place): void {
  state.now = to;
}
