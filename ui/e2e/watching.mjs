/** A run that is over: its charts zoomed and its lines hidden, what failed with a sample, and its plan run again. */
import assert from 'node:assert/strict';
import { obeysTheRules, seen } from './accessibility.mjs';
import { clickButton, count, ESCAPE, leaveField, SHOP_PASSWORD, text } from './window.mjs';

/** As WebDriver calls the key. */

/** Looks at the run of this name, then runs its plan again and stops it. */
export async function lookedAtAndRunAgain(session, run) {
  await leaveField(session);
  await session.press('1');
  const row = `tr[aria-label="run ${run}"]`;
  await session.until('the run in the library', () => session.find(row));
  await session.run('document.querySelector(arguments[0]).click()', row);
  await session.until('its charts', async () => (await count(session, 'figure img')) >= 3, 30_000);

  await dragOver(session, '[data-chart=rate] .plot', 0.4, 0.6);
  await session.until('the stretch', async () => / to /.test(await text(session, '.view')));
  await session.press(ESCAPE);
  await session.until('the whole run', () => session.find('.view [aria-pressed=true]'));
  await session.run(`document.querySelector('[data-chart=response_time] button').click()`);
  await session.until('a line that is hidden', () =>
    session.find('[data-chart=response_time] [aria-pressed=false]'),
  );

  await session.press('e');
  const failure = 'footer tr[aria-current]';
  await session.until('what failed', () => session.find(failure), 30_000);
  await session.run(`document.querySelector('${failure}').click()`);
  await session.until('one of them', () => session.find('footer pre'));
  assert.match(await text(session, 'footer'), /touched by/, 'the fault that did it is named');
  await seen(session, '22-errors');
  await session.press('?');
  await session.until('the keys', () => session.find('dialog[open]'));
  await seen(session, '22-keys-of-a-run');
  await session.press(ESCAPE);
  await session.press('o');
  await obeysTheRules(session, 'the operations of a run');

  await session.press('a');
  await session.type('[aria-label="Secret login.password"]', SHOP_PASSWORD);
  await session.type('[aria-label="Name of the new run"]', 'again');
  await obeysTheRules(session, 'the question before a run is run again');
  await clickButton(session, /^Start/);
  await session.until('the new run', async () => (await session.text('h1')) === 'again', 30_000);
  await session.until('it to run', async () => /running/.test(await text(session, 'header')));
  await session.press('s');
  await session.until('its end', () => session.find('.run [aria-keyshortcuts="c"]'), 30_000);
}

/** Drags over an element, from one share of its width to another. */
function dragOver(session, selector, from, to) {
  return session.run(
    `const [selector, from, to] = arguments;
     const plot = document.querySelector(selector);
     const box = plot.getBoundingClientRect();
     const at = (type, target, share) => target.dispatchEvent(new PointerEvent(type, {
       clientX: box.left + box.width * share, clientY: box.top + box.height / 2, button: 0, bubbles: true, cancelable: true }));
     at('pointerdown', plot, from);
     at('pointermove', window, to);
     at('pointerup', window, to);`,
    selector,
    from,
    to,
  );
}
