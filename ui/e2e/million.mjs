/**
 * How the window does on a recording of a million exchanges: prints what each thing took, and judges nothing. Writes
 * the recording first unless FILE names a file that has one called `million`; EXCHANGES makes it another size. PROFILE says which
 * programs are measured: `release`, as `make bench-window` builds them.
 */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ageMs, memory } from './footprint.mjs';
import { filtered, rowAt, rowsHeld, scrollTo, sortedBy, writeLarge } from './large.mjs';
import { stopAll } from './processes.mjs';
import { command, drawAsForUsers, leaveField, openWindow } from './window.mjs';

const exchanges = Number(process.env.EXCHANGES ?? 1_000_000);
const GRID = '[role=grid][aria-label=Exchanges]';

const folder = await mkdtemp(join(tmpdir(), 'reprise-million-'));
const file = join(folder, 'window.reprise');

/** Puts a recording of so many exchanges into the file. */
async function record() {
  if (process.env.FILE) return copyFile(process.env.FILE, file);
  const capture = join(folder, 'million.pcap');
  await writeLarge(capture, exchanges);
  execFileSync(command, ['--file', file, 'import', capture, '--name', 'million'], {
    stdio: 'ignore',
  });
  await rm(capture);
}

/** Has the page note how long its main thread was away from a timer of 4 ms, until it is asked. */
function watchMainThread(session) {
  return session.run(`
    const watch = { longest: 0, over: 0, on: true };
    let before = performance.now();
    const look = () => {
      const away = performance.now() - before - 4;
      watch.longest = Math.max(watch.longest, away);
      if (away > 50) watch.over += 1;
      before = performance.now();
      if (watch.on) setTimeout(look, 4);
    };
    setTimeout(look, 4);
    window.mainThread = watch;`);
}

/** The longest the main thread was away, and how often longer than 50 ms. */
async function longestTask(session, what) {
  const { longest, over } = await session.run(
    `window.mainThread.on = false; return window.mainThread`,
  );
  print(`${what}: longest task`, longest, `${over} over 50 ms`);
}

function print(what, ms, more = '') {
  console.log(`${what.padEnd(52)} ${String(Math.round(ms)).padStart(7)} ms  ${more}`);
}

/** Does something in the page and answers how long it took until a row at a place was on screen, drawn. */
async function timed(session, what, act, place) {
  const ms = await session.runAsync(
    `const done = arguments[arguments.length - 1];
     const began = performance.now();
     { ${act} }
     const look = () => {
       const row = document.getElementById('row-' + arguments[0]);
       const busy = document.querySelector('.table')?.getAttribute('aria-busy') !== 'false';
       if (row && row.textContent.trim() !== '' && !busy)
         requestAnimationFrame(() => done(performance.now() - began));
       else setTimeout(look, 1);
     };
     setTimeout(look, 0);`,
    place,
  );
  print(what, ms);
}

drawAsForUsers();
try {
  await record();
  console.log(`${exchanges} exchanges; load average ${loadavg().map((one) => one.toFixed(1))}`);
  const { session } = await openWindow(folder);
  const row = 'tr[aria-label="recording million"]';
  await session.until('the library', () => session.find(row));
  print('start until the library is there, at most', ageMs(folder));
  await session.run('document.querySelector(arguments[0]).click()', row);
  await session.until('its operations', () => session.find('td.operation'));
  const press = (key) =>
    `document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '${key}', bubbles: true }))`;
  const jump = (share) =>
    `const list = document.querySelector('${GRID}');
     list.scrollTop = (list.scrollHeight - list.clientHeight) * ${share}`;
  const key = (name) =>
    `const list = document.querySelector('${GRID}'); list.focus();
     list.dispatchEvent(new KeyboardEvent('keydown', { key: '${name}', bubbles: true }))`;
  await timed(session, 'first page', press('e'), 0);
  console.log(`memory: ${memory(folder)}`);

  await watchMainThread(session);
  await timed(session, 'End', key('End'), exchanges - 1);
  await timed(session, 'to the middle by the scroll bar', jump(0.5), Math.round(exchanges / 2));
  await timed(session, 'Home', key('Home'), 0);
  await longestTask(session, 'jumps');

  await watchMainThread(session);
  await session.runAsync(
    `const done = arguments[arguments.length - 1];
     const list = document.querySelector('${GRID}');
     let step = 0;
     const scroll = () => {
       list.scrollTop += 120;
       step += 1;
       if (step < 60) requestAnimationFrame(scroll); else done(null);
     };
     requestAnimationFrame(scroll);`,
  );
  await longestTask(session, '60 steps of the wheel');
  for (let round = 1; round <= 4; round += 1) {
    await watchMainThread(session);
    for (let at = 1; at <= 100; at += 1) await scrollTo(session, at / 100);
    await rowAt(session, exchanges - 1);
    await longestTask(session, `100 jumps of the scroll bar, round ${round}`);
    console.log(`rows held: ${await rowsHeld(session)}; memory: ${memory(folder)}`);
  }

  for (const filter of [
    'status:503',
    'status:error',
    'operation:/item took:>4ms',
    'nowhere',
    'connection:2500',
  ]) {
    const began = performance.now();
    await watchMainThread(session);
    await leaveField(session);
    await filtered(session, filter);
    print(
      `filter ${filter} (typing pauses 250 ms of it)`,
      performance.now() - began,
      await session.text('.bar [role=status]'),
    );
    await longestTask(session, `filter ${filter}`);
  }
  await filtered(session, '');
  for (const title of ['took', 'received', 'answer', 'at']) {
    const began = performance.now();
    await watchMainThread(session);
    await sortedBy(session, title);
    print(`sort by ${title}`, performance.now() - began);
    await longestTask(session, `sort by ${title}`);
  }
  console.log(`memory: ${memory(folder)}`);
  await session.close();
} finally {
  await stopAll();
  await rm(folder, { recursive: true, force: true });
}
