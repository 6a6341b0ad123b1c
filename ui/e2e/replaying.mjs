/** Replays through the Replay page, and what can be done with a run while it is on: hold, hasten, stop it. */
import { seen } from './accessibility.mjs';
import { clickButton, count, leaveField, picture, SHOP_PASSWORD, text } from './window.mjs';

/** How long a replay lasts where nothing else is asked for. */
export const RUN_SECONDS = 9;

/** Fills the Replay page and starts; resolves once the Run page shows charts. */
export async function replay(
  session,
  shopUrl,
  name,
  fault,
  { seconds = RUN_SECONDS, checks = [] } = {},
) {
  await leaveField(session);
  await session.press('3');
  await session.type('[aria-label="HTTP target"]', shopUrl);
  await session.run(`document.querySelector('input[value=copies]').click()`);
  await session.type('[aria-label="Times the recorded rate"]', '5');
  await session.type('[aria-label="Duration"]', `${seconds}s`);
  if (fault) {
    await clickButton(session, /^Add a fault/);
    await session.type('[aria-label="fault 1"]', fault);
  }
  for (const [index, check] of checks.entries()) {
    await clickButton(session, /^Add a check/);
    await session.type(`[aria-label="check ${index + 1}"]`, check);
  }
  if (!(await session.find('[aria-label="Value of secret 1"]'))) {
    await session.click('[aria-label="Supply login.password"]');
    await session.type('[aria-label="Value of secret 1"]', SHOP_PASSWORD);
  }
  await session.type('[aria-label="Name of the run"]', name);
  await session.until('the outlook', () => session.find('.big'), 30_000);
  await picture(session, `replay-${name}`);
  await clickButton(session, /^Start/);
  await session.until('the run', async () => (await session.text('h1')) === name, 30_000);
  await session.until('its charts', async () => (await count(session, 'figure img')) >= 3, 30_000);
}

/** Tries the targets, leaves a value as recorded, watches with a probe; then pauses, hastens and stops the run. */
export async function heldHastenedStopped(session, shopUrl) {
  await leaveField(session);
  await session.press('3');
  await session.until('the outlook', () => session.find('.big'), 30_000);
  await clickButton(session, /^Try the targets/);
  await session.until('the target to answer', async () =>
    /answers/.test((await text(session, 'aside [role=status]')) ?? ''),
  );
  await clickButton(session, /^Show them/);
  const values = '[aria-label="Values taken from the target"]';
  await session.until('the values that are swapped', () => session.find(values));
  await clickButton(session, /^Add a probe/);
  await session.type('[aria-label="probe 1"]', `home=${shopUrl}/`);
  await session.type('[aria-label="Duration"]', '60s');
  await session.type('[aria-label="Name of the run"]', 'held');
  await leaveField(session);
  await seen(session, '11-replay-in-full');
  await clickButton(session, /^Start/);
  await session.until('the run', async () => (await session.text('h1')) === 'held', 30_000);
  await session.until('the chart of its probe', () => session.find('[data-chart=probes]'), 30_000);

  await session.press(' ');
  await session.until('the pause', async () => /paused/.test(await text(session, 'header')));
  await session.press(' ');
  await session.until('it to go on', async () => /running/.test(await text(session, 'header')));
  const before = await text(session, 'aside .grow');
  await session.press('+');
  await session.until('a higher rate', async () => (await text(session, 'aside .grow')) !== before);
  await session.press('b');
  await session.until("the probe's row", () =>
    session.run(`return document.querySelector('footer td.operation')?.textContent === 'home'`),
  );
  await picture(session, '12-held-run');
  await session.press('s');
  await session.until('its end', () => session.find('.run [aria-keyshortcuts="c"]'), 30_000);
  await session.until('what became of it', async () =>
    /stopped/.test(await text(session, 'header')),
  );
  await session.press('m');
  await session.until('its mismatches, or that there are none', () =>
    session.run(`return document.querySelector('footer table, footer p') !== null`),
  );
}
