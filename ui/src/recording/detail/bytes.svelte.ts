/** The bytes of one side of an exchange, read a piece at a time as they come into view. */
import type { SideName } from '../../host/bindings';
import { asFailure, host } from '../../host/host';

/** Bytes in a piece. */
const PIECE = 16_384;
const KEPT = 16;
/** All bytes at once are not more than this. */
export const MOST = 8 * 1024 * 1024;

export class Bytes {
  /** How many there are; null until some were read. */
  total = $state<number | null>(null);
  problem = $state('');
  private pieces = $state.raw(new Map<number, Uint8Array>());
  private asked = new Set<number>();

  constructor(
    private readonly recording: string,
    private readonly exchange: number,
    private readonly side: SideName,
    private readonly decoded: boolean,
  ) {
    this.want(0, 1);
  }

  /** Some bytes from a place on; fewer, or none, while they are being read. */
  slice(from: number, to: number): Uint8Array {
    const piece = this.pieces.get(Math.floor(from / PIECE));
    const start = from % PIECE;
    return piece?.subarray(start, start + to - from) ?? new Uint8Array();
  }

  /** Makes sure that these are there or on their way. */
  want(from: number, to: number): void {
    for (let piece = Math.floor(from / PIECE); piece * PIECE < to; piece += 1)
      void this.read(piece);
  }

  private async read(piece: number): Promise<void> {
    if (this.pieces.has(piece) || this.asked.has(piece)) return;
    this.asked.add(piece);
    try {
      const { recording, exchange, side, decoded } = this;
      const from = piece * PIECE;
      const answer = await host().exchangeBytes(recording, exchange, side, decoded, from, PIECE);
      const pieces = new Map(this.pieces);
      pieces.set(piece, fromBase64(answer.base64));
      for (const kept of pieces.keys()) {
        if (pieces.size <= KEPT) break;
        if (Math.abs(kept - piece) > 2) pieces.delete(kept);
      }
      this.pieces = pieces;
      this.total = answer.total;
    } catch (thrown) {
      this.problem = asFailure(thrown).message;
    } finally {
      this.asked.delete(piece);
    }
  }
}

/** All bytes of a side at once, up to `MOST`, and how many there are. */
export async function allBytes(
  recording: string,
  exchange: number,
  side: SideName,
  decoded: boolean,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; total: number }> {
  const answer = await host().exchangeBytes(recording, exchange, side, decoded, 0, MOST);
  return { bytes: fromBase64(answer.base64), total: answer.total };
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
