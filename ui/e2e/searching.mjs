/** Several runs in a row: the search for the rate at which a target breaks, and two sides in turn that are compared. */
import assert from 'node:assert/strict';
import { obeysTheRules, seen } from './accessibility.mjs';
import { clickButton, count, leaveField, picture, text } from './window.mjs';

const LONG = 90_000;
const CHECK = 'error_rate<90%';
const DELETE = '\uE017';
const EDGE = 'tr[aria-label="search edge"]';

/** How many runs of the search the library shows. */
const steps = (session) => count(session, 'tr[aria-label^="run edge-"]');

/** Searches between 1x and 2x in short steps, sees it go on, reads what was found, and finds it again in the library. */
export async function searchedForTheEdge(session) {
  await askFor(session, 'edge');
  await picture(session, '20-replay-search');
  await clickButton(session, /^Start/);
  await session.until('the search', async () => (await session.text('h1')) === 'edge', LONG);
  await session.until('its second step', async () =>
    /step 2, at /.test(await text(session, 'header')),
  );
  await leaveField(session);
  await session.press('w');
  await session.until('the run that is on', async () =>
    /of the search edge/.test(await text(session, '[aria-label="Several runs"]')),
  );
  await picture(session, '21-step-of-a-search');
  await clickButton(session, /^To the search/);
  await session.until(
    'what was found',
    async () => /shop/.test(await text(session, '[aria-label="What can be said"] .first')),
    LONG,
  );
  await session.until('its charts', async () => (await count(session, 'figure img')) === 2);
  assert.ok((await count(session, 'tbody tr')) >= 2, 'the steps are listed');
  await obeysTheRules(session, 'Search');
  await picture(session, '22-search');
  await unfolded(session);
  await session.click(`${EDGE} b`);
  await session.until('it again', async () => (await session.text('h1')) === 'edge');
  await session.until('its steps', async () => (await count(session, 'tbody tr')) >= 2);
  await deletedAndBack(session);
  await stoppedOnItsWay(session);
}

/** Its runs in the library: one line until it is unfolded, and none is compared unless it is chosen. */
async function unfolded(session) {
  await session.press('1');
  await session.until('its line', () => session.find(EDGE));
  assert.equal(await steps(session), 0, 'its runs are folded');
  await seen(session, '22-library-search');
  await session.run('document.querySelector(arguments[0]).focus()', EDGE);
  await session.press('\uE014');
  await session.until('its runs', async () => (await steps(session)) >= 2);
  await seen(session, '22-library-search-unfolded');
  await session.press('4');
  await session.until(
    'what is compared',
    async () => (await count(session, 'header select')) === 2,
  );
  const sides = await session.run(
    `return [...document.querySelectorAll('header select')].map((one) => one.selectedOptions[0].label)`,
  );
  assert.ok(!sides.some((side) => side.startsWith('edge-')), `no step of a search: ${sides}`);
  await session.press('1');
}

/** Deletes a search from its page, with its runs, and takes that back. */
async function deletedAndBack(session) {
  await session.press(DELETE);
  await session.until('the library', async () => (await session.text('h1')) === 'Library');
  await session.until('it to be gone', async () => (await session.find(EDGE)) === null);
  await session.until('its runs to be gone', async () => (await steps(session)) === 0);
  await session.press('z');
  await session.until('it again', () => session.find(EDGE));
  await session.until('its runs again', async () => (await steps(session)) >= 2);
}

/** Stops a search once it has tried a rate: what it knows then is said. */
async function stoppedOnItsWay(session) {
  await askFor(session, 'cut short');
  await session.type('[aria-label="Go no higher than"]', '64x');
  await leaveField(session);
  await clickButton(session, /^Start/);
  await session.until('the search', async () => (await session.text('h1')) === 'cut short', LONG);
  await session.until('a rate that was tried', () => session.find('tbody tr'), LONG);
  await session.press('s');
  await session.until(
    'its end',
    () => session.find('[aria-label="What can be said"] .first'),
    LONG,
  );
  assert.match(await text(session, '[aria-label="What can be said"]'), /stopped/);
  await picture(session, '22-search-stopped');
  await session.press(DELETE);
  await session.until('the library', async () => (await session.text('h1')) === 'Library');
}

/** Fills the fields of a short search, with a check of its own. */
async function askFor(session, name) {
  await several(session, 'search');
  const checks = await session.run(
    `return [...document.querySelectorAll('[aria-label^="check "]')].map((one) => one.value)`,
  );
  if (!checks.includes(CHECK)) {
    await clickButton(session, /^Add a check/);
    await session.type(`[aria-label="check ${checks.length + 1}"]`, CHECK);
  }
  await session.type('[aria-label="Go no higher than"]', '2x');
  await session.type('[aria-label="Measure each step for"]', '1s');
  await session.type('[aria-label="Let each settle before that"]', '500ms');
  await session.type('[aria-label="Rest between steps"]', '500ms');
  await session.type('[aria-label="Name of the run"]', name);
  await leaveField(session);
}

/** Plays against two targets in turn, here the same, and is led to the comparison of both. */
export async function twoSidesInTurn(session, shopUrl) {
  await several(session, 'sides');
  await session.type('[aria-label="HTTP target of B"]', shopUrl);
  await session.type('[aria-label="Runs"]', '2');
  await session.run(`document.querySelector('input[value=recorded]').click()`);
  await session.type('[aria-label="Duration"]', '2s');
  await session.type('[aria-label="Name of the run"]', 'both');
  await leaveField(session);
  await picture(session, '23-replay-two-sides');
  await clickButton(session, /^Start/);
  await session.until(
    'its second run',
    async () => /run 2 of 4, side [AB]/.test(await text(session, '[aria-label="Several runs"]')),
    LONG,
  );
  await picture(session, '24-run-of-two-sides');
  await session.until('the comparison', async () => (await session.text('h1')) === 'Compare', LONG);
  await session.until('its verdict', () => session.find('[aria-label="Verdict"]'), LONG);
  const sides = await session.run(
    `return [...document.querySelectorAll('header select')].map((one) => one.selectedOptions[0].label)`,
  );
  assert.deepEqual(sides, ['both-a-1 … both-a-2 (2 runs)', 'both-b-1 … both-b-2 (2 runs)']);
  await obeysTheRules(session, 'Compare');
  await picture(session, '25-two-sides-compared');
  await several(session, 'one');
  await session.run(`document.querySelector('input[value=copies]').click()`);
  await session.type('[aria-label="Duration"]', '60s');
  await leaveField(session);
}

/** Goes to the Replay page and says what is played. */
export async function several(session, kind) {
  await leaveField(session);
  await session.press('3');
  await session.until('the outlook', () => session.find('.big'), LONG);
  await session.run(
    `document.querySelector('input[name=several][value=' + arguments[0] + ']').click()`,
    kind,
  );
}
