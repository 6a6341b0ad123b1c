/** Copying text out of the window. */

/** Puts text on the clipboard; answers whether that worked. Has to be called from a press of a key or a button. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** Without the clipboard's own interface: a field's selection is what the system copies. */
function copySelected(text: string): boolean {
  const field = document.createElement('textarea');
  field.className = 'unseen';
  field.value = text;
  document.body.append(field);
  field.select();
  try {
    return document.execCommand('copy');
  } finally {
    field.remove();
  }
}
