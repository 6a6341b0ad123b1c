/**
 * Pictures among captured content. Only what begins as one of a few raster formats and states a size that can be
 * decoded is handed to the browser, as a blob; everything else, SVG with it, stays source or bytes.
 */

/** A picture that can be shown. */
export type Picture = { type: string; width: number; height: number };

/** No picture with more pixels is decoded. */
export const MOST_PIXELS = 40_000_000;

/** What picture these bytes begin; null when they are none of those shown here. */
export function pictureOf(bytes: Uint8Array): Picture | null {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = png(data) ?? gif(data) ?? jpeg(data) ?? webp(data);
  if (!found || found.width === 0 || found.height === 0) return null;
  return found;
}

function begins(data: DataView, text: string, from = 0): boolean {
  if (data.byteLength < from + text.length) return false;
  return [...text].every((letter, at) => data.getUint8(from + at) === letter.charCodeAt(0));
}

function png(data: DataView): Picture | null {
  if (!begins(data, '\u0089PNG\r\n\u001a\n') || data.byteLength < 24) return null;
  return { type: 'image/png', width: data.getUint32(16), height: data.getUint32(20) };
}

function gif(data: DataView): Picture | null {
  if (!(begins(data, 'GIF87a') || begins(data, 'GIF89a')) || data.byteLength < 10) return null;
  return { type: 'image/gif', width: data.getUint16(6, true), height: data.getUint16(8, true) };
}

/** The size is in the frame's header, behind segments that each state their length. */
function jpeg(data: DataView): Picture | null {
  if (!begins(data, '\u00ff\u00d8\u00ff')) return null;
  for (let at = 2; at + 9 <= data.byteLength; at += 2 + data.getUint16(at + 2)) {
    if (data.getUint8(at) !== 0xff) return null;
    const marker = data.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame)
      return {
        type: 'image/jpeg',
        width: data.getUint16(at + 7),
        height: data.getUint16(at + 5),
      };
  }
  return null;
}

function webp(data: DataView): Picture | null {
  if (!begins(data, 'RIFF') || !begins(data, 'WEBP', 8) || data.byteLength < 30) return null;
  const type = 'image/webp';
  const three = (at: number) => data.getUint16(at, true) + (data.getUint8(at + 2) << 16);
  if (begins(data, 'VP8X', 12)) return { type, width: three(24) + 1, height: three(27) + 1 };
  if (begins(data, 'VP8L', 12)) {
    const bits = data.getUint32(21, true);
    return { type, width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  if (begins(data, 'VP8 ', 12))
    return {
      type,
      width: data.getUint16(26, true) & 0x3fff,
      height: data.getUint16(28, true) & 0x3fff,
    };
  return null;
}
