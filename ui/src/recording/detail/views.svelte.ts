/** How exchanges are looked at: chosen once, the same for the next exchange. */

/** Set out for reading, as text, or byte by byte. */
export type View = 'setOut' | 'text' | 'bytes';

export const VIEWS: View[] = ['setOut', 'text', 'bytes'];

class Views {
  view = $state<View>('setOut');
  /** Chunks and codings undone, or as it was sent. */
  decoded = $state(true);
  /** The exchanges of the connection, instead of request and answer. */
  connection = $state(false);

  next(): void {
    const at = VIEWS.indexOf(this.view);
    this.view = VIEWS[(at + 1) % VIEWS.length] ?? 'setOut';
  }
}

export const views = new Views();
