/** A recording larger than a window can hold at once: what is in view is read, and nothing blocks. */
import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { Capture, message, mysqlLogin, mysqlPacket, mysqlQuery, mysqlRows } from './packets.mjs';
import { importFile } from './story.mjs';
import { leaveField, picture, text } from './window.mjs';

/** Exchanges on one connection. */
const OF_CONNECTION = 200;
const GRID = '[role=grid][aria-label=Exchanges]';

/** Writes a capture of so many exchanges, three of five HTTP, two MySQL; one of 97 is an error. */
export async function writeLarge(file, exchanges) {
  const out = createWriteStream(file);
  const capture = new Capture();
  const fields = { Host: 'shop', Accept: 'application/json' };
  const ok = message(
    'HTTP/1.1 200 OK',
    { 'Content-Type': 'application/json' },
    '{"id":7,"left":41}',
  );
  const failed = message('HTTP/1.1 503 Service Unavailable', {});
  const rows = mysqlRows(['id', 'name'], [['7', 'tea pot']]);
  const deadlock = mysqlPacket(1, Buffer.from('\u00ff\u00bd\u0004#40001Deadlock', 'latin1'));
  for (let id = 0; id < exchanges;) {
    const http = (id / OF_CONNECTION) % 5 < 3;
    const connection = capture.open(http ? 80 : 3306);
    if (!http) mysqlLogin(connection);
    for (let n = 0; n < OF_CONNECTION && id < exchanges; n += 1, id += 1) {
      const [number, fails] = [(id * 7919) % 9_973, id % 97 === 0];
      const tookUs = 300 + ((id * 37) % 5_000);
      if (http)
        connection
          .asks(message(`GET /item/${number}?page=${id % 50} HTTP/1.1`, fields))
          .answers(fails ? failed : ok, tookUs);
      else
        connection
          .asks(mysqlQuery(`SELECT id, name FROM item WHERE id = ${number}`))
          .answers(fails ? deadlock : rows, tookUs);
    }
    connection.closes();
    if (!out.write(capture.take())) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

/** The suite's part: a bounded one, that says nothing of how fast this machine is. */
export async function largeRecording(session, folder) {
  const exchanges = 30_000;
  const file = join(folder, 'large.pcap');
  await writeLarge(file, exchanges);
  await leaveField(session);
  await session.press('1');
  await session.until('the library', async () => (await session.text('h1')) === 'Library');
  await importFile(session, file, 'large');
  await session.press('e');
  await rowAt(session, 0);
  assert.equal(await text(session, '.bar [role=status]'), '30,000 exchanges');

  await session.run(`document.querySelector(arguments[0]).focus()`, GRID);
  await session.press('\uE010');
  await rowAt(session, exchanges - 1);
  await scrollTo(session, 0.5);
  await rowAt(session, exchanges / 2);
  assert.ok((await rowsHeld(session)) < 100, 'only the rows in view are there');

  await filtered(session, 'status:503,1213');
  await session.until('all that match', async () =>
    /^\d+ exchanges$/.test(await text(session, '.bar [role=status]')),
  );
  const matching = parseInt(await text(session, '.bar [role=status]'), 10);
  assert.equal(matching, Math.ceil(exchanges / 97));
  await halfWritten(session);
  await filtered(session, '');
  // What is looked at stays in view in another order; now it is let go.
  await leaveField(session);
  await session.press('x');
  await sortedBy(session, 'took');
  await scrollTo(session, 0);
  const longest = await rowText(session, 0);
  assert.match(longest, /5\.3 ms/, 'the longest comes first');
  await picture(session, '23-large-sorted');
  await sortedBy(session, 'took');
  assert.match(await rowText(session, 0), /0\.30 ms/, 'then the shortest');
}

/** A filter that is still being written leaves the table as it is, and is no error before the field is left. */
async function halfWritten(session) {
  const field = '[aria-label="Filter the exchanges"]';
  const invalid = () =>
    session.run(`return document.querySelector(arguments[0]).ariaInvalid`, field);
  await session.type(field, 'status:');
  await session.until('what is missing', async () =>
    /something is missing/.test(await text(session, '.bar [role=status]')),
  );
  const row = await session.run(`return document.querySelector('[id^=row-]').textContent`);
  assert.match(row, /503|1213/, 'the table stays');
  assert.equal(await invalid(), 'false');
  await leaveField(session);
  await session.until('the error', async () => (await invalid()) === 'true');
}

/** Scrolls to a share of the way, as a drag of the scroll bar does. */
export function scrollTo(session, share) {
  return session.run(
    `const list = document.querySelector(arguments[0]);
     list.scrollTop = (list.scrollHeight - list.clientHeight) * arguments[1]`,
    GRID,
    share,
  );
}

/** Waits until the row at a place is on screen and read. */
export function rowAt(session, place, timeoutMs = 30_000) {
  return session.until(
    `the row at ${place}`,
    async () => (await rowText(session, place)) !== '',
    timeoutMs,
  );
}

async function rowText(session, place) {
  return session.until(`a row at ${place}`, () =>
    session.run(
      `const row = document.getElementById('row-' + arguments[0]);
       return row === null ? '' : row.textContent.trim()`,
      place,
    ),
  );
}

export async function filtered(session, filter) {
  await session.type('[aria-label="Filter the exchanges"]', filter === '' ? ' ' : filter);
  await session.until('the filter to be applied', () =>
    session.run(
      `return document.querySelector(arguments[0]).dataset.filter === arguments[1]`,
      '.table',
      filter,
    ),
  );
  await idle(session);
}

/** Presses the head of a column, and waits until all are sorted. */
export async function sortedBy(session, title) {
  const before = await session.run(`return document.querySelector('[aria-sort]')?.outerHTML ?? ''`);
  await session.run(
    `[...document.querySelectorAll('[role=columnheader] button')]
       .find((one) => one.textContent.trim().startsWith(arguments[0])).click()`,
    title,
  );
  await session.until('another order', () =>
    session.run(
      `return (document.querySelector('[aria-sort]')?.outerHTML ?? '') !== arguments[0]`,
      before,
    ),
  );
  await idle(session);
}

/** Waits until all of a listing was looked at and the first row is there. */
function idle(session) {
  return session.until('the listing to be whole', () =>
    session.run(
      `const table = document.querySelector('.table');
       const row = document.querySelector('[id^=row-]');
       return table?.getAttribute('aria-busy') === 'false' && (row === null || row.textContent.trim() !== '')`,
    ),
  );
}

export function rowsHeld(session) {
  return session.run(`return document.querySelectorAll('[id^=row-]').length`);
}
