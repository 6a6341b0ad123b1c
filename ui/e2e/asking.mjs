/** What is asked before another machine is sent anything: whether it may be reached, then whether its data may change. */
import assert from 'node:assert/strict';
import { obeysTheRules, seen } from './accessibility.mjs';
import { ESCAPE, leaveField, text } from './window.mjs';

/** Of the addresses that belong to nobody: nothing is sent there. */
const HOST = '192.0.2.7';

/** Names a host that is not allowed, allows it, starts, thinks better of it, and takes all that back. */
export async function askedBeforeWrites(session, shopUrl) {
  await leaveField(session);
  await session.press('3');
  await session.type('[aria-label="HTTP target"]', `http://${HOST}:8080`);
  await leaveField(session);
  await session.until('the refusal', async () => {
    const said = await text(session, 'aside [role=alert]');
    return (
      said.startsWith(`refused to send traffic to ${HOST}: `) && said.endsWith('allow it first')
    );
  });
  await session.press('w');
  await obeysTheRules(session, 'the question before a host is allowed');
  await session.press('y');
  await session.until('the outlook', () => session.find('.big'), 30_000);
  await session.until('it to be startable', () =>
    session.find('header button.main:not(:disabled)'),
  );
  await session.press('\uE009', '\uE007');
  await session.until('the question', () => session.find('dialog[open]'));
  assert.match(await text(session, 'dialog'), /may change data at/);
  await seen(session, '21-start-question');
  await session.press(ESCAPE);
  await session.until('no question', async () => !(await session.find('dialog[open]')));
  assert.equal(await session.text('h1'), 'Replay', 'nothing was started');

  await session.type('[aria-label="HTTP target"]', shopUrl);
  await leaveField(session);
  await session.press(',');
  await session.click(`[aria-label="Forget ${HOST}"]`);
  await session.until(
    'it to be forgotten',
    async () => !(await session.find(`[aria-label="Forget ${HOST}"]`)),
  );
}
