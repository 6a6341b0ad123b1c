import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeHost } from '../host/fake/fake';
import { useHost } from '../host/host';
import { ExchangePages, PAGE } from './exchange_pages.svelte';

describe('pages of exchanges', () => {
  let fake: FakeHost;
  beforeEach(() => {
    fake = new FakeHost(false, 1_000);
    useHost(fake);
  });

  it('are read from the middle at once when nothing is filtered', async () => {
    const pages = new ExchangePages('shop-friday', '', 126_104);
    expect(pages.total).toBe(126_104);
    pages.want(100_000, 100_010);
    await vi.waitFor(() => expect(pages.row(100_005)?.id).toBe(100_006));
    expect(fake.asked).toEqual(['exchanges  after 100000']);
  });

  it('follow each other when filtered, and say how many there are once they are all read', async () => {
    const pages = new ExchangePages('shop-friday', 'status:5xx', 126_104);
    expect(pages.complete).toBe(false);
    pages.want(0, 10);
    await vi.waitFor(() => expect(pages.total).toBe(2 * PAGE));
    for (let page = 1; !pages.complete; page += 1) {
      pages.want(page * PAGE, page * PAGE);
      await vi.waitFor(() => expect(pages.complete || pages.total > (page + 1) * PAGE).toBe(true));
    }
    expect(pages.row(pages.total - 1)).toBeDefined();
    expect(pages.row(pages.total)).toBeUndefined();
  });

  it('show why a filter cannot be read', async () => {
    const pages = new ExchangePages('shop-friday', 'status:', 126_104);
    pages.want(0, 10);
    await vi.waitFor(() => expect(pages.problem).toContain('status:5xx'));
    expect(pages.total).toBe(0);
  });
});
