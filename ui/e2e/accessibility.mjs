/** Every page by keyboard alone and as a screen reader meets it: axe-core's rules, and what Tab reaches. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { leaveField, picture } from './window.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Both that there are. */
export const THEMES = ['dark', 'light'];
/** The pages by their keys, with what shows that one is there. */
export const PAGES = [
  ['1', 'Library'],
  ['2', 'Record'],
  ['3', 'Replay'],
  ['4', 'Compare'],
  ['5', 'Proxy'],
  [',', 'Settings'],
];

/** Goes to each page by its key and holds it against the rules. */
export async function pagesAreReachable(session) {
  for (const [key, heading] of PAGES) {
    await reach(session, key, heading);
    await obeysTheRules(session, heading);
    assert.equal(await session.run('return document.getAnimations().length'), 0, 'nothing moves');
    await everyControlIsReached(session, heading);
  }
}

/** Goes to a page by its key. */
export async function reach(session, key, heading) {
  await leaveField(session);
  await session.press(key);
  if (heading === 'Record' && (await session.text('h1')) !== heading) await session.press('n');
  await session.until(`the page ${heading}`, async () =>
    ((await session.text('h1')) ?? '').startsWith(heading),
  );
}

/** A picture of what is on screen, which has to obey the rules. */
export async function seen(session, name) {
  await obeysTheRules(session, name);
  await picture(session, name);
}

/** No violation of WCAG 2.1 A and AA on what is on screen, in either theme. */
export async function obeysTheRules(session, page) {
  await session.run(`if (!window.axe) { ${axe} }`);
  const violations = await session.runAsync(
    `const [themes, done] = arguments;
     const root = document.documentElement;
     const worn = root.dataset.theme;
     const held = async () => {
       const all = [];
       for (const theme of themes) {
         root.dataset.theme = theme;
         const { violations } = await window.axe.run(document,
           { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
         all.push(...violations.map((one) => theme + ', ' + one.id + ': ' +
           one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160)).join(' | ')));
       }
       return all;
     };
     held().catch((error) => [String(error)]).then((found) => {
       if (worn === undefined) delete root.dataset.theme;
       else root.dataset.theme = worn;
       done(found);
     })`,
    THEMES,
  );
  assert.deepEqual(violations, [], `${page} breaks rules`);
}

/** Whatever can be pressed or typed into has a name and is in the order of Tab. */
async function everyControlIsReached(session, page) {
  const unreached = await session.run(
    `const shown = (one) => one.offsetParent !== null && !one.disabled;
     const name = (one) => (one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent).trim();
     return [...document.querySelectorAll('button, input, select, textarea, [role=switch], summary')]
       .filter((one) => shown(one) && (one.tabIndex < 0 || name(one) === ''))
       .map((one) => one.outerHTML.slice(0, 160))`,
  );
  assert.deepEqual(
    unreached,
    [],
    `${page} has controls that a keyboard does not reach or that have no name`,
  );
}
