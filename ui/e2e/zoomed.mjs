/** Everything shown twice as large, by keys: no page needs to be scrolled sideways, and nothing lies outside. */
import assert from 'node:assert/strict';
import { PAGES, reach } from './accessibility.mjs';
import { picture } from './window.mjs';

/** The largest size of all. */
const TWICE = 2;

export async function twiceAsLarge(session) {
  const designed = await session.run('return innerWidth');
  const larger = async (factor) =>
    Math.abs((await session.run('return innerWidth')) * factor - designed) <= factor;
  for (let step = 0; step < 5; step += 1) await session.press('\uE009', '+');
  await session.until('twice the size', () => larger(TWICE));
  for (const [key, heading] of PAGES) {
    await reach(session, key, heading);
    assert.deepEqual(await outside(session), [], `${heading} at twice the size`);
    await picture(session, `19-twice-${heading.toLowerCase()}`);
  }
  await reach(session, '1', 'Library');
  // The driver's own click takes its place from the size as designed.
  await session.run(`document.querySelector('tr[aria-label="recording shop"]').click()`);
  await session.until('the recording', async () => (await session.text('h1')) === 'shop');
  await session.press('e');
  await session.until('rows', () => session.find('[role=grid] [role=row]'));
  const tall = await session.run('return document.querySelector("[role=grid]").clientHeight');
  assert.ok(tall < 2_000, `the list of exchanges has an end, not ${tall} pixels`);
  await session.press('\uE009', '0');
  await session.until('the designed size', () => larger(1));
}

/** Controls that are beside the window, and whether the page or the window is wider than there is room. */
function outside(session) {
  return session.run(
    `const wide = [document.documentElement, document.querySelector('main')]
       .filter((one) => one.scrollWidth > one.clientWidth + 1)
       .map((one) => one.tagName + ' is ' + one.scrollWidth + ' wide, has ' + one.clientWidth);
     const beside = [...document.querySelectorAll('main button, main input, main select, nav button')]
       .filter((one) => {
         const { left, right, width } = one.getBoundingClientRect();
         return width > 0 && (left < -1 || right > innerWidth + 1);
       })
       .map((one) => one.getAttribute('aria-label') ?? one.textContent.trim());
     return [...wide, ...beside]`,
  );
}
