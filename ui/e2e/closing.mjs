/**
 * Closing the window while something is on: it asks; what is on goes on without a window, which starting the program
 * again brings back; or it ends before the window goes.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { seen } from './accessibility.mjs';
import { clickButton, leaveField, text } from './window.mjs';

/** Starts a run, asks the window to close, stays; hides it and fetches it back; asks again and lets it go. The session
 * is over then. */
export async function closeDuringRun(session, { display, app, env }) {
  await leaveField(session);
  await session.press('3');
  await session.until('the outlook', () => session.find('.big'), 30_000);
  await session.type('[aria-label="Duration"]', '60s');
  await session.type('[aria-label="Name of the run"]', 'closed');
  await clickButton(session, /^Start/);
  await session.until('the run', async () => (await session.text('h1')) === 'closed', 30_000);
  await ask(session, display);
  await seen(session, '17-close-question');
  await clickButton(session, /^Stay/);
  await session.until('it to go on', async () => /running/.test(await text(session, 'header')));

  await ask(session, display);
  await clickButton(session, /^Go on in the background/);
  const state = () => session.run('return document.visibilityState');
  await session.until('no window', async () => (await state()) === 'hidden');
  const again = spawn(app, [], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(again, 'exit');
  assert.equal(code, 0, 'the second one leaves the window to the first');
  await session.until('the window', async () => (await state()) === 'visible');
  assert.match(await text(session, 'header'), /running/, 'the run went on');

  await ask(session, display);
  await clickButton(session, /^Stop and close/);
  await session.until('the window to be gone', () =>
    session.find('nav').then(
      () => false,
      () => true,
    ),
  );
}

async function ask(session, display) {
  const asked = spawnSync('python3', [join(import.meta.dirname, 'close_asked.py'), 'Reprise'], {
    env: { ...process.env, DISPLAY: display },
    encoding: 'utf8',
  });
  if (asked.status !== 0) throw new Error(`cannot ask the window to close: ${asked.stderr}`);
  await session.until('the question', async () =>
    /A run is on/.test((await text(session, 'dialog')) ?? ''),
  );
}
