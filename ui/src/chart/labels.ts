/** The words of a picture apart from it: an image cannot use the window's fonts, so the window writes them over it. */

/** A word of a picture, where it stands in the picture's own measure. */
export type Label = {
  x: number;
  y: number;
  dy: string;
  anchor: string;
  size: string;
  fill: string;
  weight: string;
  text: string;
};

/** A picture without its words, and the words. */
export type Apart = { picture: string; box: string; labels: Label[] };

const TEXT = /<text((?:\s+[\w-]+="[^"]*")*)>([^<]*)<\/text>\n?/g;
const ATTRIBUTE = /([\w-]+)="([^"]*)"/g;
const ENTITIES: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&#39;': "'",
  '&amp;': '&',
};

/** Takes a picture apart. What is not understood stays in it: a picture within another, words that are turned. */
export function apart(svg: string): Apart {
  const box = /^\s*<svg[^>]*\sviewBox="([\d. -]+)"/.exec(svg)?.[1] ?? '';
  if (box === '' || svg.indexOf('<svg', 5) > 0) return { picture: svg, box, labels: [] };
  const labels: Label[] = [];
  const picture = svg.replace(TEXT, (whole, attributes: string, words: string) => {
    const label = labelOf(attributes, words);
    if (!label) return whole;
    labels.push(label);
    return '';
  });
  return { picture, box, labels };
}

function labelOf(attributes: string, words: string): Label | null {
  const given = Object.fromEntries(
    [...attributes.matchAll(ATTRIBUTE)].map(([, name, value]) => [name, value]),
  ) as Record<string, string | undefined>;
  const [x, y] = [Number(given['x']), Number(given['y'])];
  if (!Number.isFinite(x) || !Number.isFinite(y) || given['transform']) return null;
  return {
    x,
    y,
    dy: given['dy'] ?? '0',
    anchor: given['text-anchor'] ?? 'start',
    size: given['font-size'] ?? '11',
    fill: given['fill'] ?? 'currentColor',
    weight: given['font-weight'] ?? 'normal',
    text: words
      .trim()
      .replace(/&(?:lt|gt|quot|apos|#39|amp);/g, (entity) => ENTITIES[entity] ?? entity),
  };
}
