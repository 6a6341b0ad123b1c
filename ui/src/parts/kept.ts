/** What the window remembers from one start to the next: small things of the person's own, by name. */

/** What was kept under a name; `otherwise` when nothing was, or nothing that can be read. */
export function readKept<Kept>(name: string, otherwise: Kept): Kept {
  try {
    const text = localStorage.getItem(name);
    return text === null ? otherwise : (JSON.parse(text) as Kept);
  } catch {
    return otherwise;
  }
}

/** Keeps something under a name; where nothing can be kept, it is forgotten with the window. */
export function writeKept(name: string, kept: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(kept));
  } catch {
    return;
  }
}
