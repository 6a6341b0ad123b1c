/** A standing proxy before the shop: opened, broken by a fault from a form, mended by its switch, stopped. */
import assert from 'node:assert/strict';
import { seen } from './accessibility.mjs';
import { clickButton, leaveField, text } from './window.mjs';

/** Opens a proxy on a free port, and asks the shop through it while its fault is switched. */
export async function standingProxy(session, shopUrl) {
  await leaveField(session);
  await session.press('5');
  await session.until('the page', () => session.find('[aria-label="Forward to"]'));
  await seen(session, '18-proxy-empty');
  await session.type('[aria-label="Forward to"]', shopUrl);
  await session.type('[aria-label="Listen on"]', '0');
  await session.type('[aria-label="Name of the proxy"]', 'shop');
  await clickButton(session, /^Open the proxy/);
  const where = await session.until('the proxy', () =>
    session.run(`return document.querySelector('[aria-label="Proxy shop"] .where')?.textContent`),
  );
  const proxyUrl = `http://${where.split(' ')[0]}/`;
  assert.equal((await fetch(proxyUrl)).status, 200, 'no fault: it forwards');

  await clickButton(session, /^Add a fault/);
  await session.type('[aria-label="The fault as text"]', '100:error(status=503)');
  await session.until('its fields', () => session.find('[aria-label="status"]'));
  await leaveField(session);
  await seen(session, '19-proxy-fault');
  await clickButton(session, /^Switch it on/);
  const flip = '[aria-label="Proxy shop"] [role=switch]';
  await session.until('its switch', () => session.find(flip));
  assert.equal((await fetch(proxyUrl)).status, 503, 'the fault strikes');
  await session.until('that it is counted', async () =>
    /1/.test(await text(session, '[aria-label="Proxy shop"] td.bad')),
  );
  await seen(session, '20-proxy');
  await session.click(flip);
  await session.until('it to be off', () => session.find(`${flip}[aria-checked=false]`));
  assert.equal((await fetch(proxyUrl)).status, 200, 'switched off: it forwards again');
  await session.click('[aria-label="Stop shop"]');
  await session.until(
    'it to be gone',
    async () => !(await session.find('[aria-label="Proxy shop"]')),
  );
  await assert.rejects(fetch(proxyUrl), 'nobody listens any more');
}
