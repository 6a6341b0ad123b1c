/**
 * The exchanges of a recording that match a filter, in an order, read a page at a time as they scroll into view. Any
 * page can be read at once; while the recording is still being looked through, the total grows. Holds a bounded number
 * of pages, and asks for one at a time: the one that is in view now.
 */
import type { ExchangeLine, Failure, ListingForm } from '../../host/bindings';
import { asFailure, host } from '../../host/host';

export const PAGE = 128;
const KEPT_PAGES = 16;
const AGAIN_MS = 60;

export class Listing {
  /** How many rows can be scrolled through; grows while they are being found. */
  total = $state(0);
  /** How many exchanges were looked at. */
  lookedAt = $state(0);
  /** Whether `total` is the end. */
  complete = $state(false);
  /** Whether there is something to show: rows, or that there are none. */
  answered = $state(false);
  /** Why the filter or the file cannot be read, when it cannot. */
  failure = $state.raw<Failure | null>(null);
  private pages = $state.raw(new Map<number, ExchangeLine[]>());
  private wanted: [number, number] = [0, 0];
  /** Pages that were read since the end is known: what they lack is not there. */
  private final = new Set<number>();
  private busy = false;
  private closed = false;

  constructor(
    private readonly recording: string,
    private readonly form: ListingForm,
  ) {
    void this.read();
  }

  /** The row at a place, or undefined while it is being read. */
  row(index: number): ExchangeLine | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Makes sure the rows from `first` to `last` are there or on their way. */
  want(first: number, last: number): void {
    this.wanted = [Math.max(0, first), Math.max(0, last)];
    if (!this.closed) void this.read();
  }

  /** The place of an exchange; null when it is not among those found. */
  async find(exchange: number): Promise<number | null> {
    for (;;) {
      const answer = await host().exchanges(this.recording, this.form, 0, 0, exchange);
      if (answer.place !== null || answer.complete || this.closed) return answer.place;
      await pause();
    }
  }

  /** Asks for nothing any more: another listing is being looked for, and the host looks for one at a time. */
  close(): void {
    this.closed = true;
  }

  /** Goes on after it was closed. */
  reopen(): void {
    if (!this.closed) return;
    this.closed = false;
    void this.read();
  }

  /** Reads what is wanted and missing, a page at a time, and goes on while the end is not known. */
  private async read(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      for (let page = this.missing(); page !== null && !this.closed; page = this.missing()) {
        const whole = await this.readPage(page);
        if (!whole) await pause();
      }
    } catch (thrown) {
      this.failure = asFailure(thrown);
      this.total = 0;
      this.complete = true;
    } finally {
      this.busy = false;
    }
  }

  /** The page to read next: one that is in view, else the first as long as the end is not known. */
  private missing(): number | null {
    const [first, last] = this.wanted;
    for (let page = Math.floor(first / PAGE); page * PAGE <= last; page += 1) {
      const least = Math.min(PAGE, this.total - page * PAGE);
      const short = (this.pages.get(page)?.length ?? 0) < least;
      if (short && !(this.final.has(page) && this.pages.has(page))) return page;
    }
    return this.complete ? null : Math.floor(first / PAGE);
  }

  /** Reads a page; whether all was there that can be. */
  private async readPage(page: number): Promise<boolean> {
    const answer = await host().exchanges(this.recording, this.form, page * PAGE, PAGE, null);
    if (this.closed) return true;
    if (answer.complete) this.final.add(page);
    if (answer.complete || answer.lines.length > (this.pages.get(page)?.length ?? 0)) {
      const pages = new Map(this.pages);
      pages.set(page, answer.lines);
      forgetFarFrom(page, pages);
      this.pages = pages;
    }
    this.total = answer.total;
    this.lookedAt = answer.lookedAt;
    this.complete = answer.complete;
    this.answered ||= answer.complete || answer.lines.length > 0;
    return answer.complete;
  }
}

function pause(): Promise<void> {
  return new Promise((resume) => setTimeout(resume, AGAIN_MS));
}

function forgetFarFrom(page: number, pages: Map<number, ExchangeLine[]>): void {
  while (pages.size > KEPT_PAGES) {
    let farthest = page;
    for (const kept of pages.keys()) {
      if (Math.abs(kept - page) > Math.abs(farthest - page)) farthest = kept;
    }
    pages.delete(farthest);
  }
}
