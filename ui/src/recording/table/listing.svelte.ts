/**
 * The exchanges of a recording, read a page at a time as they scroll into view. Without a filter an exchange's id
 * is its place, so any page can be read at once; with one, pages follow each other. Holds a bounded number of pages.
 */
import type { ExchangeLine } from '../host/bindings';
import { asFailure, host } from '../host/host';

export const PAGE = 200;
const KEPT_PAGES = 60;

export class ExchangePages {
  /** How many rows can be scrolled through; grows as filtered pages arrive. */
  total = $state(0);
  /** Whether `total` is the end. */
  complete = $state(true);
  /** Why the filter or the file cannot be read; empty when it can. */
  problem = $state('');
  private pages = $state.raw(new Map<number, ExchangeLine[]>());
  private asked = new Set<number>();
  private after: (number | null)[] = [null];

  constructor(
    private readonly recording: string,
    private readonly filter: string,
    exchanges: number,
  ) {
    const filtered = filter.trim() !== '';
    this.complete = !filtered;
    this.total = filtered ? PAGE : exchanges;
  }

  /** The row at a place, or undefined while it is being read. */
  row(index: number): ExchangeLine | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Makes sure the rows from `first` to `last` are there or on their way. */
  want(first: number, last: number): void {
    for (let page = Math.floor(first / PAGE); page * PAGE <= last; page += 1) void this.read(page);
  }

  private async read(page: number): Promise<void> {
    if (this.pages.has(page) || this.asked.has(page) || page * PAGE >= this.total) return;
    const after = this.filter.trim() === '' ? page * PAGE || null : this.after[page];
    if (after === undefined) return;
    this.asked.add(page);
    try {
      const answer = await host().exchanges(this.recording, this.filter, after, PAGE);
      const pages = new Map(this.pages);
      pages.set(page, answer.lines);
      this.forgetFarFrom(page, pages);
      this.pages = pages;
      if (!this.complete && page === this.after.length - 1)
        this.extend(page, answer.lines.length, answer.next);
    } catch (thrown) {
      this.problem = asFailure(thrown).message;
      if (this.filter.trim() !== '') this.total = 0;
    } finally {
      this.asked.delete(page);
    }
  }

  private extend(page: number, lines: number, next: number | null): void {
    this.total = page * PAGE + lines;
    this.complete = next === null;
    if (next === null) return;
    this.after.push(next);
    this.total += PAGE;
  }

  private forgetFarFrom(page: number, pages: Map<number, ExchangeLine[]>): void {
    while (pages.size > KEPT_PAGES) {
      let farthest = page;
      for (const kept of pages.keys()) {
        if (Math.abs(kept - page) > Math.abs(farthest - page)) farthest = kept;
      }
      pages.delete(farthest);
    }
  }
}
