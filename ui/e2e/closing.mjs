/** Closing the window while something is on: it asks, and ends what is on before it goes. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { clickButton, leaveField, picture, text } from './window.mjs';

/** Starts a run, asks the window to close, stays; asks again and lets it go. The session is over then. */
export async function closeDuringRun(session, display) {
  await leaveField(session);
  await session.press('3');
  await session.until('the outlook', () => session.find('.big'), 30_000);
  await session.type('[aria-label="Name of the run"]', 'closed');
  await clickButton(session, /^Start/);
  await session.until('the run', async () => (await session.text('h1')) === 'closed', 30_000);
  await ask(session, display);
  await picture(session, '17-close-question');
  await clickButton(session, /^Go on/);
  await session.until('it to go on', async () => /running/.test(await text(session, 'header')));
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
