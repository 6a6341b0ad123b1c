/**
 * Captured text as it can be shown: characters that would hide, reorder or join what stands around them are written
 * out. What is copied is never changed by this.
 */

const HIDDEN =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** A character as it is written out: `‹U+202E›`. */
function writtenOut(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
}

/** A text with every character to be seen. */
export function visible(text: string): string {
  return text.replace(HIDDEN, writtenOut);
}

/** The same on one line: where lines end, and for tabs, there is a space. */
export function inOneLine(text: string): string {
  return visible(text.replace(/[\t\r\n][\t\r\n ]*/g, ' '));
}
