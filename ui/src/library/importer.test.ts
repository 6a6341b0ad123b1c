import { describe, expect, it } from 'vitest';
import { freeName, nameFromPath } from './importer.svelte';

describe("a recording's name", () => {
  it('comes from the file, without its folders and endings', () => {
    expect(nameFromPath('/data/shop-friday.pcapng.zst')).toBe('shop-friday');
    expect(nameFromPath('dump.pcap')).toBe('dump');
    expect(nameFromPath('checkout.har')).toBe('checkout');
    expect(nameFromPath('mysql-slow.log.gz')).toBe('mysql-slow');
    expect(nameFromPath('')).toBe('');
  });

  it('gets a number when it is taken', () => {
    expect(freeName('shop', [])).toBe('shop');
    expect(freeName('shop', ['shop', 'shop-2'])).toBe('shop-3');
  });
});
