/**
 * The path of a new user, step by step, each a numbered picture: from an empty home to a compared run at five times the
 * rate with a fault, in the built window, by keyboard and mouse alone. Pictures go to docs/first-run, or to the folder
 * that is named. Says how long it took.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { keptPicture } from './kept_picture.mjs';
import { stopAll } from './processes.mjs';
import { clickButton, count, leaveField, openWindow, picture } from './window.mjs';

const out = resolve(process.argv[2] ?? join(import.meta.dirname, '../../docs/first-run'));
const theme = process.env.THEME ?? 'light';
const FAULT = '20:error(status=503)@8s..16s for http';

let step = 0;
const say = (what) => console.log(`${String(step).padStart(2, '0')} ${what}`);

/** A picture of where the user is now. */
async function shot(session, name) {
  step += 1;
  const file = `${String(step).padStart(2, '0')}-${name}`;
  await keptPicture(session, file, out);
  say(name);
}

/** Waits until a run is over. */
const over = (session) =>
  session.until('the end of the run', () => session.find('.run [aria-keyshortcuts="c"]'), 120_000);

/** Everything between the empty window and the comparison. */
async function firstRun(session) {
  await session.until('the offer of the sample', () => session.find('[aria-keyshortcuts="s"]'));
  await session.until('what there is to say of rights', async () =>
    /record from/.test((await session.text('ol')) ?? ''),
  );
  await shot(session, 'welcome');

  await session.press('s');
  await session.until('the recording', async () => (await session.text('h1')) === 'shop', 60_000);
  await session.until('its chart', () => session.find('[data-chart=recorded_rate] img'));
  await shot(session, 'recording');

  await session.press('p');
  await session.until('the offer of the shop', () => session.find('[aria-keyshortcuts="u"]'));
  await shot(session, 'replay');
  await session.press('u');
  await session.until('the outlook', () => session.find('.big'), 60_000);
  await session.run(`document.querySelector('input[value=copies]').click()`);
  await session.until('five times', () => session.find('[aria-label="Times the recorded rate"]'));
  await session.type('[aria-label="Duration"]', '24s');
  await leaveField(session);
  await session.until('the outlook of that', () =>
    session.find('header button.main:not(:disabled)'),
  );
  await shot(session, 'five-times');

  await clickButton(session, /^Start/);
  await session.until('its charts', async () => (await count(session, 'figure img')) >= 3, 60_000);
  await over(session);
  await shot(session, 'clean-run');

  await session.press('3');
  await clickButton(session, /^Add a fault/);
  await session.type('[aria-label="fault 1"]', FAULT);
  await leaveField(session);
  await session.until('the outlook of that', () =>
    session.find('header button.main:not(:disabled)'),
  );
  await session.run(`document.querySelector('.timeline').scrollIntoView({ block: 'center' })`);
  await shot(session, 'fault');
  await clickButton(session, /^Start/);
  // Its text is cut by an ellipsis where the header is narrow, and the driver reads none of what may be cut.
  await session.until('the fault', () => session.find('header .faults'));
  await new Promise((resume) => setTimeout(resume, 12_000));
  await shot(session, 'broken-run');
  await over(session);

  await session.press('c');
  await session.until('the verdict', () => session.find('[aria-label="Verdict"]'), 60_000);
  await session.until('its charts', async () => (await count(session, 'figure img')) >= 3, 60_000);
  await shot(session, 'compared');
}

const folder = await mkdtemp(join(tmpdir(), 'reprise-first-run-'));
try {
  await mkdir(out, { recursive: true });
  const { session } = await openWindow(folder, theme);
  try {
    const began = Date.now();
    await firstRun(session);
    const seconds = Math.round((Date.now() - began) / 1_000);
    console.log(
      `${step} pictures in ${out}; from the empty window to the comparison in ${seconds} s`,
    );
    if (seconds > 300) throw new Error('that is more than five minutes');
  } catch (error) {
    await picture(session, 'failed', out).catch(() => undefined);
    throw error;
  }
} finally {
  await stopAll();
  await rm(folder, { recursive: true, force: true });
}
