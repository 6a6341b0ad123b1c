/**
 * What it costs to draw a live run: replays the sample shop at RATE times its recorded rate (44 is 5,000 requests a
 * second) with the Run page in view, and prints how much of a core each part of the window took; judges nothing.
 * PROFILE says which programs are measured: `release`, as `make bench-window` builds them.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory, processorTime } from './footprint.mjs';
import { line, start, stopAll } from './processes.mjs';
import {
  capture,
  clickButton,
  command,
  count,
  drawAsForUsers,
  leaveField,
  openWindow,
  SHOP_PASSWORD,
  shopProgram,
} from './window.mjs';

const times = process.env.RATE ?? '44';
const SETTLING_S = 5;
const WATCHED_S = 20;
const folder = await mkdtemp(join(tmpdir(), 'reprise-drawing-'));
const file = join(folder, 'window.reprise');
const seconds = (count) => new Promise((resume) => setTimeout(resume, count * 1_000));

/** Starts the run from the Replay page and waits for its charts. */
async function replay(session, shopUrl) {
  const row = 'tr[aria-label="recording shop"]';
  await session.until('the recording', () => session.find(row));
  await session.run('document.querySelector(arguments[0]).click()', row);
  await session.until('its operations', () => session.find('td.operation'));
  await session.press('p');
  await session.type('[aria-label="HTTP target"]', shopUrl);
  await session.run(`document.querySelector('input[value=copies]').click()`);
  await session.type('[aria-label="Times the recorded rate"]', times);
  await session.type('[aria-label="Duration"]', `${SETTLING_S + WATCHED_S + 15}s`);
  await session.click('[aria-label="Supply login.password"]');
  await session.type('[aria-label="Value of secret 1"]', SHOP_PASSWORD);
  await session.type('[aria-label="Name of the run"]', 'drawn');
  await leaveField(session);
  await session.until('the outlook', () => session.find('header button.main:not(:disabled)'));
  await clickButton(session, /^Start/);
  await session.until('its charts', async () => (await count(session, 'figure img')) >= 3);
}

drawAsForUsers();
try {
  execFileSync(command, ['--file', file, 'import', capture, '--name', 'shop'], { stdio: 'ignore' });
  const shop = start(shopProgram, [], { endsWithInput: true });
  const [, shopUrl] = await line(shop, /http\s+(http:\/\/[\d.:]+)/);
  const { session } = await openWindow(folder);
  await replay(session, shopUrl);
  await seconds(SETTLING_S);
  const before = processorTime(folder);
  await seconds(WATCHED_S);
  const after = processorTime(folder);
  const load = loadavg()[0].toFixed(1);
  const used = memory(folder);
  await session.until('its end', () => session.find('.run [aria-keyshortcuts="c"]'));
  const report = JSON.parse(
    execFileSync(command, ['--file', file, 'report', 'drawn', '--json'], { encoding: 'utf8' }),
  );
  console.log(`${Math.round(report.rate.sent_per_s)} requests/s; load average ${load}`);
  for (const part of ['own', 'web', 'engine'])
    console.log(
      `${part.padEnd(7)} ${(((after[part] - before[part]) / WATCHED_S) * 100).toFixed(1).padStart(5)} % of a core`,
    );
  console.log(`memory: ${used}`);
  await session.close();
} finally {
  await stopAll();
  await rm(folder, { recursive: true, force: true });
}
