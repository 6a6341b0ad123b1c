import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeHost } from '../../host/fake/fake';
import { useHost } from '../../host/host';
import { Listing, PAGE } from './listing.svelte';

const ALL = { filter: '', sort: 'number', descending: false } as const;

describe('a listing', () => {
  let fake: FakeHost;
  beforeEach(() => {
    fake = new FakeHost(false, 1_000);
    useHost(fake);
  });

  it('is read from the middle at once, a page at a time', async () => {
    const listing = new Listing('shop-friday', ALL);
    await vi.waitFor(() => expect(listing.total).toBe(126_104));
    listing.want(100_000, 100_010);
    await vi.waitFor(() => expect(listing.row(100_005)?.id).toBe(100_006));
    expect(fake.asked).toHaveLength(2);
    expect(fake.asked[1]).toBe(`exchanges  by number from ${Math.floor(100_000 / PAGE) * PAGE}`);
  });

  it('reads what is in view now, not what was scrolled past meanwhile', async () => {
    const listing = new Listing('shop-friday', ALL);
    await vi.waitFor(() => expect(listing.complete).toBe(true));
    for (let first = 0; first < 120_000; first += 1_000) listing.want(first, first + 30);
    listing.want(60_000, 60_030);
    await vi.waitFor(() => expect(listing.row(60_020)?.id).toBe(60_021));
    expect(fake.asked.length).toBeLessThan(6);
  });

  it('holds a bounded number of rows', async () => {
    const listing = new Listing('shop-friday', ALL);
    await vi.waitFor(() => expect(listing.complete).toBe(true));
    for (let page = 0; page < 100; page += 1) {
      listing.want(page * PAGE, page * PAGE + 10);
      await vi.waitFor(() => expect(listing.row(page * PAGE)).toBeDefined());
    }
    const held = Array.from({ length: 100 }, (_, page) => listing.row(page * PAGE));
    expect(held.filter((row) => row !== undefined).length).toBe(16);
  });

  it('knows how many match, and where one of them is', async () => {
    const listing = new Listing('shop-friday', { ...ALL, filter: 'status:5xx', sort: 'latency' });
    await vi.waitFor(() => expect(listing.complete).toBe(true));
    expect(listing.total).toBeGreaterThan(10);
    const third = listing.row(2);
    expect(await listing.find(third!.id)).toBe(2);
    expect(await listing.find(999_999)).toBeNull();
  });

  it('shows why a filter cannot be read', async () => {
    const listing = new Listing('shop-friday', { ...ALL, filter: 'status:' });
    await vi.waitFor(() => expect(listing.failure?.message).toContain('status:5xx'));
    expect(listing.total).toBe(0);
  });

  it('goes on asking while the recording is looked through', async () => {
    let asked = 0;
    fake.exchanges = async () => {
      asked += 1;
      const complete = asked >= 3;
      return { lines: [], total: asked * 10, lookedAt: asked * 100, complete, place: null };
    };
    const listing = new Listing('shop-friday', { ...ALL, filter: 'took:>1s' });
    await vi.waitFor(() => expect(listing.complete).toBe(true));
    expect([listing.total, listing.lookedAt]).toEqual([30, 300]);
  });
});
