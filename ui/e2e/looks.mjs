/**
 * Pages that are the same every time, held against the pictures that are kept of them, dark and light: the empty library
 * in docs/screenshots, others in e2e/kept (`node e2e/kept.mjs` takes those anew).
 * They are compared block by block: letters differ a little from machine to machine, the colour of a block does not.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reach, seen, THEMES } from './accessibility.mjs';
import { ALIKE, leave } from './alike.mjs';
import { pictures } from './window.mjs';

const SHOWN = join(import.meta.dirname, '../../docs/screenshots');
/** Where the pictures of the other pages are. */
export const KEPT = join(import.meta.dirname, 'kept');
/** Pixels a side of a block. */
const BLOCK = 16;
/** From here on the mean colour of a block is another one, of 255. */
const FAR = 12;
/** The share of blocks that may be others: what is said of the right to record depends on the machine. */
const TOLERANCE = 0.05;
/** As many may be others where nothing depends on the machine. */
const ALIKE_TOLERANCE = 0.01;

/** Looks at the empty library in both themes, and leaves it as the system would have it. */
export async function looksAsKept(session) {
  await session.until('what there is to say of rights', async () =>
    /record from/.test((await session.text('ol')) ?? ''),
  );
  for (const theme of THEMES) {
    await wear(session, theme);
    await seen(session, `0-empty-${theme}`);
    const shown = await readFile(join(pictures, `0-empty-${theme}.png`), 'base64');
    for (const other of THEMES) {
      const kept = await readFile(join(SHOWN, `01-empty-${other}.png`), 'base64');
      const share = await differing(session, shown, kept);
      assert.equal(typeof share, 'number', share);
      console.log(
        `the empty library, ${theme}: ${(share * 100).toFixed(1)} % unlike the ${other} picture`,
      );
      if (other === theme) assert.ok(share <= TOLERANCE, `${theme} looks as it is kept`);
      else assert.ok(share > 0.5, `${theme} is not ${other}`);
    }
  }
  for (const theme of THEMES) await pagesLookAsKept(session, theme);
  await wear(session, 'as the system');
}

/** Each page as its picture, and not as that of the page after it: a difference would be seen. */
async function pagesLookAsKept(session, theme) {
  await wear(session, theme);
  for (const [index, [name, open]] of ALIKE.entries()) {
    const [other] = ALIKE[(index + 1) % ALIKE.length];
    await open(session);
    await seen(session, `0-${name}-${theme}`);
    const shown = await readFile(join(pictures, `0-${name}-${theme}.png`), 'base64');
    const unlike = async (page) => {
      const share = await differing(
        session,
        shown,
        await readFile(join(KEPT, `${page}-${theme}.png`), 'base64'),
      );
      assert.equal(typeof share, 'number', share);
      return share;
    };
    const [own, its] = [await unlike(name), await unlike(other)];
    console.log(
      `the page ${name}, ${theme}: ${(own * 100).toFixed(2)} % unlike its picture, ${(its * 100).toFixed(1)} % unlike ${other}`,
    );
    assert.ok(own <= ALIKE_TOLERANCE, `${name}, ${theme}, looks as it is kept`);
    assert.ok(its > ALIKE_TOLERANCE, `${name} is not ${other}`);
    await leave(session);
  }
  await reach(session, '1', 'Library');
}

/** Chooses a theme as a user does who knows the palette. */
export async function wear(session, theme) {
  await session.press('\uE009', 'k');
  await session.type('[aria-label="What to do"]', `Theme: ${theme}`);
  await session.press('\uE007');
  await session.until('the palette to be gone', async () => !(await session.find('dialog[open]')));
}

/** The share of blocks of two pictures whose colours are far from each other. */
async function differing(session, one, other) {
  return session.runAsync(
    `const [one, other, block, far, done] = arguments;
     const pixels = async (data) => {
       const image = new Image();
       image.src = 'data:image/png;base64,' + data;
       await image.decode();
       const canvas = document.createElement('canvas');
       [canvas.width, canvas.height] = [image.width, image.height];
       const context = canvas.getContext('2d');
       context.drawImage(image, 0, 0);
       return context.getImageData(0, 0, image.width, image.height);
     };
     const mean = ({ data, width }, left, top) => {
       const sum = [0, 0, 0];
       for (let y = top; y < top + block; y += 1)
         for (let x = left; x < left + block; x += 1)
           for (let of = 0; of < 3; of += 1) sum[of] += data[(y * width + x) * 4 + of];
       return sum.map((all) => all / block / block);
     };
     Promise.all([pixels(one), pixels(other)]).then(([a, b]) => {
       if (a.width !== b.width || a.height !== b.height)
         return done([a, b].map(({ width, height }) => width + 'x' + height).join(' against '));
       let [all, unlike] = [0, 0];
       for (let top = 0; top + block <= a.height; top += block)
         for (let left = 0; left + block <= a.width; left += block) {
           const [here, there] = [mean(a, left, top), mean(b, left, top)];
           all += 1;
           if (here.some((value, of) => Math.abs(value - there[of]) >= far)) unlike += 1;
         }
       done(unlike / all);
     }, (error) => done(String(error)))`,
    one,
    other,
    BLOCK,
    FAR,
  );
}
