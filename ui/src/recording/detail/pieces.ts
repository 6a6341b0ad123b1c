/** Finding what redaction put in the place of a secret: its pseudonyms say so themselves. */

/** A piece of a text, and whether it is a pseudonym. */
export type Piece = { text: string; redacted: boolean };

const PSEUDONYM = /(\brp_[a-z0-9]{6,}\b)/;

/** A text in pieces, the pseudonyms apart. */
export function marked(text: string): Piece[] {
  return text
    .split(PSEUDONYM)
    .map((piece, index) => ({ text: piece, redacted: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}
