/** An engine that cannot go on: the file takes nothing more while a run is on, and the page says so until it is left. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { seen } from './accessibility.mjs';
import { clickButton, leaveField, text } from './window.mjs';

/** Holds the one write lock of an SQLite file until its input ends. */
const HOLD = `
import sqlite3, sys
file = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
file.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
`;

/** Starts a run, takes the file away from it, and reads what the page says. */
export async function engineFails(session, shopUrl, file) {
  await leaveField(session);
  await session.press('3');
  await session.type('[aria-label="HTTP target"]', shopUrl);
  await session.until('the outlook', () => session.find('.big'), 30_000);
  await session.type('[aria-label="Duration"]', '60s');
  await session.type('[aria-label="Name of the run"]', 'starved');
  await clickButton(session, /^Start/);
  await session.until('the run', async () => (await session.text('h1')) === 'starved', 30_000);
  await session.until('it to run', async () => /running/.test(await text(session, 'header')));
  const holder = spawn('python3', ['-c', HOLD, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await once(holder.stdout, 'data');
    await session.until(
      'that it failed',
      async () =>
        /failed/.test(await text(session, 'header')) &&
        // beside other alarms: a machine that is busy has a late generator, too
        (await session.run(
          `return [...document.querySelectorAll('.alarm')].some((one) => /the run ended/i.test(one.textContent))`,
        )),
      120_000,
    );
    await seen(session, '25-engine-failed');
  } finally {
    holder.stdin.end();
    await once(holder, 'exit');
  }
}
