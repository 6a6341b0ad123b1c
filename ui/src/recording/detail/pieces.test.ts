import { describe, expect, it } from 'vitest';
import { inOneLine, visible } from '../../parts/visible';
import { marked, wrapped } from './pieces';
import { pictureOf } from './pictures';

describe('captured text', () => {
  it('hides nothing and reorders nothing', () => {
    expect(visible('a\u202eb\u200bc\u0000\u001b[31m\u2066\ufeff')).toBe(
      'a‹U+202E›b‹U+200B›c‹U+0000›‹U+001B›[31m‹U+2066›‹U+FEFF›',
    );
    expect(inOneLine('SELECT a,\r\n\t  b\u202e')).toBe('SELECT a, b‹U+202E›');
    expect(visible('Grüße, 世界, שלום 🙂')).toBe('Grüße, 世界, שלום 🙂');
  });

  it('has what redaction replaced apart', () => {
    expect(marked('Cookie: session=rp_k7q2m5; a=1')).toEqual([
      { text: 'Cookie: session=', redacted: false },
      { text: 'rp_k7q2m5', redacted: true },
      { text: '; a=1', redacted: false },
    ]);
  });

  it('is broken into lines that fit, and nothing of it is lost', () => {
    expect(wrapped('one two three', 8)).toEqual(['one two ', 'three']);
    const long = 'x'.repeat(1_000_000);
    const lines = wrapped(`a\r\n${long}`, 80);
    expect(lines.length).toBe(1 + 12_500);
    expect(lines.slice(1).join('')).toBe(long);
    expect(
      wrapped('🙂'.repeat(50), 7).every((line) => [...line].every((one) => one === '🙂')),
    ).toBe(true);
    expect(wrapped('a\u202e\u202e\tb', 10)).toEqual(['a‹U+202E›‹', 'U+202E›  b']);
    expect(wrapped('key=rp_k7q2m5aaaaaaaaa', 12)).toEqual(['key=', 'rp_k7q2m5aaa', 'aaaaaa']);
  });
});

describe('a picture', () => {
  const bytes = (...parts: (string | number[])[]) =>
    Uint8Array.from(
      parts.flatMap((part) =>
        typeof part === 'string' ? [...part].map((letter) => letter.charCodeAt(0)) : part,
      ),
    );

  it('is what begins as one, whatever it is said to be', () => {
    const png = bytes('\u0089PNG\r\n\u001a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 1, 0, 0, 0, 0, 9]);
    expect(pictureOf(png)).toEqual({ type: 'image/png', width: 256, height: 9 });
    const gif = bytes('GIF89a', [3, 0, 2, 0]);
    expect(pictureOf(gif)).toEqual({ type: 'image/gif', width: 3, height: 2 });
    const jpeg = bytes([255, 216, 255, 224, 0, 4, 1, 1, 255, 192, 0, 17, 8, 0, 5, 0, 7, 3]);
    expect(pictureOf(jpeg)).toEqual({ type: 'image/jpeg', width: 7, height: 5 });
    const webp = bytes(
      'RIFF',
      [0, 0, 0, 0],
      'WEBPVP8X',
      [10, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 4, 0, 0],
    );
    expect(pictureOf(webp)).toEqual({ type: 'image/webp', width: 10, height: 5 });
  });

  it('is nothing that a program draws, and nothing cut off', () => {
    for (const other of ['<svg xmlns="http://www.w3.org/2000/svg">', '<?xml?>', 'GIF89a', '', 'BM'])
      expect(pictureOf(bytes(other))).toBeNull();
    expect(pictureOf(bytes([255, 216, 255, 224, 0, 0, 0, 0, 0, 0, 0, 0]))).toBeNull();
  });
});
