/**
 * A run that has a standing proxy of the window under its control: a fault there, a command at a time, and what both came
 * to, on one axis; then its plan kept, opened and deleted with the way back.
 */
import assert from 'node:assert/strict';
import { obeysTheRules, seen } from './accessibility.mjs';
import { clickButton, count, ESCAPE, leaveField, picture, SHOP_PASSWORD, text } from './window.mjs';

/** What chooses a kept plan to be compared. */
const TICK = '[aria-label^="Compare "][type=checkbox]';

const click = (session, selector) =>
  session.until(`${selector} to press`, () =>
    session.run(
      `const one = document.querySelector(arguments[0]); one?.click(); return one !== null`,
      selector,
    ),
  );

/** Opens a proxy before the shop, and has a run break it. */
export async function conductedProxy(session, shopUrl) {
  await leaveField(session);
  await session.press('5');
  await session.type('[aria-label="Forward to"]', shopUrl);
  await session.type('[aria-label="Listen on"]', '0');
  await session.type('[aria-label="Name of the proxy"]', 'front');
  await clickButton(session, /^Open the proxy/);
  await session.until('the proxy', () => session.find('[aria-label="Proxy front"]'));
  const [listen] = /127\.0\.0\.1:\d+/.exec(await text(session, '[aria-label="Proxy front"]'));

  await leaveField(session);
  await session.press('3');
  await session.type('[aria-label="HTTP target"]', `http://${listen}`);
  await session.run(`document.querySelector('input[value=copies]').click()`);
  await session.type('[aria-label="Times the recorded rate"]', '5');
  await session.type('[aria-label="Duration"]', '9s');
  await session.run(
    `document.querySelectorAll('[aria-label^="Remove fault"], [aria-label^="Remove probe"]').forEach((one) => one.click())`,
  );
  if (!(await session.find('[aria-label="Proxies"]')))
    await session.run(
      `[...document.querySelectorAll('summary')].find((one) => /under this run/.test(one.textContent)).click()`,
    );
  await click(session, '[aria-label="Proxies"] input');
  await click(session, '[aria-label="Add a fault in front"]');
  await session.type('[aria-label="fault 1"]', '40:error(status=503)@2s..4s via front for http');
  await clickButton(session, /^Add a command/);
  await session.type('[aria-label="Time of command 1"]', '6s');
  await session.type('[aria-label="Command 1"]', 'echo restarted the shop');
  await session.until('its mark on the axis', () =>
    session.find('[aria-label="Moment of command 1"]'),
  );
  if (!(await session.find('[aria-label="Value of secret 1"]')))
    await session.click('[aria-label="Supply login.password"]');
  await session.type('[aria-label="Value of secret 1"]', SHOP_PASSWORD);
  await session.type('[aria-label="Name of the run"]', 'conducted');
  await session.until('the outlook', () => session.find('.big'), 30_000);
  await session.run(`document.querySelector('.timeline').scrollIntoView({ block: 'center' })`);
  await seen(session, '26-conducted-plan');

  await clickButton(session, /^Start/);
  await session.until('the run', async () => (await session.text('h1')) === 'conducted', 30_000);
  await session.press('d');
  const fault = 'footer tr[aria-label^="fault 40"]';
  await session.until('the fault in the list', () => session.find(fault));
  await picture(session, '27-conducted-run');
  await session.until('its end', () => session.find('.run [aria-keyshortcuts="c"]'), 60_000);
  await session.until('what users saw', async () => /struck \d/.test(await text(session, fault)));
  const command = 'footer tr[aria-label^="command echo"]';
  assert.match(await text(session, command), /done in/);
  await click(session, command);
  await session.until('what it wrote', async () =>
    /restarted the shop/.test((await session.text('footer pre')) ?? ''),
  );
  await seen(session, '28-conducted-over');
  await keptPlan(session);
}

/** Keeps the plan of the run, opens it, deletes it and takes that back. */
async function keptPlan(session) {
  await session.press('p');
  await session.type('[aria-label="Name of the plan"]', 'storm');
  await session.press('\uE007');
  await session.until('the plan to be kept', async () =>
    /Kept the plan/.test((await session.text('body')) ?? ''),
  );
  await leaveField(session);
  await session.press('3');
  await session.press('p');
  await click(session, '[aria-label="Open the plan storm"]');
  await session.until('the plan in the form', () =>
    session.run(
      `return document.querySelector('[aria-label="Command 1"]')?.value === 'echo restarted the shop'`,
    ),
  );
  await seen(session, '29-plans');
  await comparedWithItsCopy(session);
  await click(session, '[aria-label="Delete the plan storm"]');
  await session.until(
    'it to be gone',
    async () => !(await session.find('[aria-label="Open the plan storm"]')),
  );
  await clickAnywhere(session, /^Undo/);
  await session.until('it again', () => session.find('[aria-label="Open the plan storm"]'));
  await leaveField(session);
  await session.press(ESCAPE);
  await session.press('5');
  await session.click('[aria-label="Stop front"]');
}

/** Copies the plan, holds both against each other, asks what running it needs, and deletes the copy. */
async function comparedWithItsCopy(session) {
  await click(session, '[aria-label="Copy the plan storm"]');
  await session.until('its copy', async () => (await count(session, TICK)) === 2);
  await session.run(`document.querySelectorAll(arguments[0]).forEach((one) => one.click())`, TICK);
  await session.until('in what they differ', () =>
    session.find('[aria-label$="ask for differently"]'),
  );
  await seen(session, '30-plans-compared');
  await click(session, '[aria-label="Run the plan storm"]');
  await session.until('the question', () => session.find('dialog[open]'));
  await obeysTheRules(session, 'the question before a plan is run');
  await clickButton(session, /^Not now/);
  await click(session, '[aria-label^="Delete the plan"]:not([aria-label$=" storm"])');
  await session.until('one plan', async () => (await count(session, TICK)) === 1);
}

function clickAnywhere(session, pattern) {
  return session.until(`a button ${pattern}`, () =>
    session.run(
      `const button = [...document.querySelectorAll('button')].find((one) => new RegExp(arguments[0]).test(one.textContent.trim()));
       button?.click();
       return button !== undefined`,
      pattern.source,
    ),
  );
}
