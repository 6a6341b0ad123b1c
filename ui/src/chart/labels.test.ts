import { describe, expect, it } from 'vitest';
import { apart } from './labels';

const picture = (inside: string) =>
  `<svg width="90" height="32" viewBox="0 0 900 320">\n${inside}</svg>`;

describe('the words of a picture', () => {
  it('stand where they stood, and no more in the picture', () => {
    const svg = picture(
      '<rect width="5"/>\n<text x="56" y="13" dy="0.5ex" text-anchor="end" font-size="119.3" fill="#98a3b0">\n10 ms\n</text>\n<rect width="6"/>\n',
    );
    const { picture: left, box, labels } = apart(svg);
    expect(left).toBe(picture('<rect width="5"/>\n<rect width="6"/>\n'));
    expect(box).toBe('0 0 900 320');
    expect(labels).toEqual([
      {
        x: 56,
        y: 13,
        dy: '0.5ex',
        anchor: 'end',
        size: '119.3',
        fill: '#98a3b0',
        weight: 'normal',
        text: '10 ms',
      },
    ]);
  });

  it('are words, whatever they say', () => {
    const svg = picture('<text x="1" y="2">&lt;script&gt; &amp;lt; "a"</text>');
    expect(apart(svg).labels[0]?.text).toBe('<script> &lt; "a"');
  });

  it('stay in the picture when they are turned, or in a picture within it', () => {
    const turned = picture('<text x="1" y="2" transform="rotate(90)">a</text>');
    expect(apart(turned)).toMatchObject({ picture: turned, labels: [] });
    const within = picture('<g><svg viewBox="0 0 9 9"><text x="1" y="2">a</text></svg></g>');
    expect(apart(within)).toMatchObject({ picture: within, labels: [] });
  });
});
