/** The proxies that are on: read again and again while their page is shown. */
import type { ProxyCard, ProxyForm } from '../host/bindings';
import { host } from '../host/host';

/** Rates are those of this long. */
const RECENT_MS = 2_000;

/** What a proxy had done at a moment. */
type Reading = { atMs: number; exchanges: number; bytes: number; injected: number };

/** What a proxy does in a second. */
export type Rates = { exchanges: number; bytes: number; injected: number };

class Proxies {
  cards = $state.raw<ProxyCard[]>([]);
  private readings = new Map<string, Reading[]>();

  /** Whether a fault is switched on in one of them. */
  get faulty(): boolean {
    return this.cards.some((card) => card.faults.some((fault) => fault.on));
  }

  /** Reads how they stand. */
  async refresh(): Promise<void> {
    const cards = await host().proxies();
    const atMs = performance.now();
    for (const card of cards) {
      const before = this.readings.get(card.name) ?? [];
      const recent = before.filter((reading) => atMs - reading.atMs <= RECENT_MS);
      this.readings.set(card.name, [...recent, readingOf(card, atMs)]);
    }
    this.cards = cards;
  }

  /** What a proxy did in a second of late. */
  rates(name: string): Rates {
    const readings = this.readings.get(name) ?? [];
    const [first, last] = [readings[0], readings.at(-1)];
    if (!first || !last || last.atMs === first.atMs) return { exchanges: 0, bytes: 0, injected: 0 };
    const seconds = (last.atMs - first.atMs) / 1_000;
    // A fault that was removed takes what it counted with it.
    const rate = (of: 'exchanges' | 'bytes' | 'injected') =>
      Math.max(0, (last[of] - first[of]) / seconds);
    return { exchanges: rate('exchanges'), bytes: rate('bytes'), injected: rate('injected') };
  }

  async open(form: ProxyForm): Promise<void> {
    await host().openProxy(form);
    this.readings.delete(form.name.trim());
    await this.refresh();
  }

  /** Lets replays have one under their control; where that is done. */
  async control(name: string): Promise<string> {
    const at = await host().controlProxy(name);
    await this.refresh();
    return at;
  }

  /** Where all of these are controlled; null when one of them is not of this window. */
  async controlsOf(names: string[]): Promise<string[] | null> {
    await this.refresh();
    const here = this.cards.map((card) => card.name);
    if (names.length === 0 || !names.every((name) => here.includes(name))) return null;
    return Promise.all(names.map((name) => host().controlProxy(name)));
  }

  async close(name: string): Promise<void> {
    await host().closeProxy(name);
    this.readings.delete(name);
    await this.refresh();
  }
}

function readingOf(card: ProxyCard, atMs: number): Reading {
  return {
    atMs,
    exchanges: card.exchanges,
    bytes: card.toServerBytes + card.toClientBytes,
    injected: injectedOf(card),
  };
}

/** How often the faults of a proxy struck. */
export function injectedOf(card: ProxyCard): number {
  return card.faults.reduce((sum, fault) => sum + fault.injected, 0);
}

export const proxies = new Proxies();
