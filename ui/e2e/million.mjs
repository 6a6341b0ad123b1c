/**
 * How the window does on a recording of a million exchanges: prints what each thing took, and judges nothing. Writes
 * the recording first unless FILE names a file that has one called `million`; EXCHANGES makes it another size. PROFILE says which
 * programs are measured: `release`, as `make bench-window` builds them.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { filtered, rowAt, rowsHeld, scrollTo, sortedBy, writeLarge } from './large.mjs';
import { stopAll } from './processes.mjs';
import { command, leaveField, openWindow, picture } from './window.mjs';

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

/** Has the page note how long its main thread was away, until it is asked. */
function watchMainThread(session) {
  return session.run(`
    const channel = new MessageChannel();
    const watch = { longest: 0, over: 0, on: true };
    let before = performance.now();
    channel.port1.onmessage = () => {
      const now = performance.now();
      watch.longest = Math.max(watch.longest, now - before);
      if (now - before > 50) watch.over += 1;
      before = now;
      if (watch.on) channel.port2.postMessage(null);
    };
    channel.port2.postMessage(null);
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

/** The processes of this window by their number: the program and its web process. */
function* ours() {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const program = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0];
      const kind = ['reprise-desktop', 'WebKitWebProcess'].find((name) => program.endsWith(name));
      if (kind && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder))
        yield { pid, kind };
    } catch {
      // It is over, or another user's.
    }
  }
}

/** The share of memory that is theirs alone, and their part of what they share (PSS). */
function memory() {
  return [...ours()]
    .map(({ pid, kind }) => {
      const pss = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
      return `${kind} ${Math.round(Number(pss?.[1] ?? 0) / 1_000)} MB`;
    })
    .join(', ');
}

/** How long the program has been there. */
function ageMs() {
  const program = [...ours()].find(({ kind }) => kind === 'reprise-desktop');
  if (program === undefined) throw new Error('the program is not there');
  // proc(5): the 22nd field, in hundredths of a second since the system began; the name before may have spaces
  const fields = readFileSync(`/proc/${program.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const upS = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  return upS * 1_000 - Number(fields[19]) * 10;
}

try {
  await record();
  console.log(`${exchanges} exchanges; load average ${loadavg().map((one) => one.toFixed(1))}`);
  const { session } = await openWindow(folder);
  const row = 'tr[aria-label="recording million"]';
  await session.until('the library', () => session.find(row));
  print('start until the library is there, at most', ageMs());
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
  console.log(`memory: ${memory()}`);

  await watchMainThread(session);
  await timed(session, 'End', key('End'), exchanges - 1);
  await timed(session, 'to the middle by the scroll bar', jump(0.5), Math.round(exchanges / 2));
  await timed(session, 'Home', key('Home'), 0);
  await longestTask(session, 'jumps');
  await picture(session, 'million', folder);

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
  await watchMainThread(session);
  for (let at = 1; at <= 100; at += 1) await scrollTo(session, at / 100);
  await rowAt(session, exchanges - 1);
  await longestTask(session, '100 jumps of the scroll bar');
  console.log(`rows held: ${await rowsHeld(session)}; memory: ${memory()}`);

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
  console.log(`memory: ${memory()}`);
  await session.close();
} finally {
  await stopAll();
  await rm(folder, { recursive: true, force: true });
}
