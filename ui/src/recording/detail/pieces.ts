/** A text in pieces: what redaction put in the place of a secret, and what would not be seen, each apart. */
import { visible } from '../../parts/visible';

/** A piece of a text. */
export type Piece = { text: string; redacted: boolean };

const PSEUDONYM = /(\brp_[a-z0-9]{6,}\b)/;

/** A line as it is shown, the pseudonyms apart: they say themselves that they are. */
export function marked(line: string): Piece[] {
  return line
    .split(PSEUDONYM)
    .map((piece, index) => ({ text: piece, redacted: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}

/** A text as it can be shown, in lines of at most so many characters, broken where a word ends if one does nearby. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const line of text.replace(/\r\n/g, '\n').replaceAll('\t', '  ').split('\n')) {
    let rest = visible(line);
    while (rest.length > width) {
      const at = breakBefore(rest, width);
      lines.push(rest.slice(0, at));
      rest = rest.slice(at);
    }
    lines.push(rest);
  }
  return lines;
}

/** Words are not looked for further back than this: no pseudonym is longer. */
const NEARBY = 24;

function breakBefore(text: string, width: number): number {
  for (let at = width; at > Math.max(1, width - NEARBY); at -= 1)
    if (!/\w/.test(text[at] ?? '') || !/\w/.test(text[at - 1] ?? '')) return whole(text, at);
  return whole(text, width);
}

/** Not between the two halves of one character. */
function whole(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff && at > 1 ? at - 1 : at;
}
