/** The curve editor of the Replay page: stages added and dragged over the rate, a fault dragged along the run. */
import assert from 'node:assert/strict';
import { seen } from './accessibility.mjs';
import { leaveField } from './window.mjs';

/** Draws two stages and a fault with the mouse, and leaves the page as it was. */
export async function drawnPlan(session) {
  await leaveField(session);
  await session.press('3');
  const chart = '[data-chart=planned_rate]';
  await session.until('the curve', () => session.find(chart));
  await session.press('g');
  await session.until('two stages', async () => (await value(session, 'Stages')) !== '');
  await session.until('their handles', () => session.find('.grip.both'));
  await drag(session, '[aria-label="Rate of stage 2"]', 0, -30);
  const raised = await value(session, 'Stages');
  const [first, second] = raised.split(',').map((stage) => parseFloat(stage));
  assert.ok(first === 1 && second > 2, `the second stage was raised: ${raised}`);
  await drag(session, '[aria-label="End of stage 1"]', 60, 0);
  const moved = await value(session, 'Stages');
  const [longer, shorter] = moved.split(',').map((stage) => parseFloat(stage.split(':')[1]));
  assert.ok(longer > shorter, `the first stage is the longer one now: ${moved}`);

  await session.press('f');
  await session.type('[aria-label="fault 1"]', '20:delay(ms=250)@2s..4s');
  await session.until('its span', () => session.find('[aria-label="When of fault 1"]'));
  await drag(session, '[aria-label="When of fault 1"]', 120, 0);
  const fault = await value(session, 'fault 1');
  const [, from, to] = /@(\d+)m?s\.\.(\d+)m?s$/.exec(fault) ?? [];
  assert.ok(Number(from) > 2, `the fault begins later: ${fault}`);
  assert.ok(Number(to) > Number(from), `and is as long: ${fault}`);
  await session.click('[aria-label="Show the fields of fault 1"]');
  await session.until('its fields', () => session.find('[aria-label="± ms"]'));
  await leaveField(session);
  await seen(session, '21-replay-curve');

  await session.click('[aria-label="Remove fault 1"]');
  for (const _ of [1, 2]) await session.click('[aria-label="Remove stage 1"]');
  await session.until('one rate again', async () => (await value(session, 'Stages')) === '');
}

/** What a field holds. */
function value(session, label) {
  return session.run(
    `return document.querySelector('[aria-label="' + arguments[0] + '"]')?.value ?? ''`,
    label,
  );
}

/** Takes hold of an element and lets it go so many pixels to the right and below. */
async function drag(session, selector, right, below) {
  await session.run(
    `const [selector, right, below] = arguments;
     const held = document.querySelector(selector);
     const box = held.getBoundingClientRect();
     const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
     const at = (type, target, clientX, clientY) => target.dispatchEvent(
       new PointerEvent(type, { clientX, clientY, button: 0, bubbles: true, cancelable: true }));
     at('pointerdown', held, x, y);
     at('pointermove', window, x + right / 2, y + below / 2);
     at('pointermove', window, x + right, y + below);
     at('pointerup', window, x + right, y + below);`,
    selector,
    right,
    below,
  );
}
