/**
 * A recording whose every part wants to be run, to be rendered, or to hide: nothing of it may do so in the window.
 * Whatever runs marks the page; whatever is fetched breaks the content security policy, which is listened to.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seen } from './accessibility.mjs';
import { Capture, message, mysqlLogin, mysqlQuery, mysqlRows } from './packets.mjs';
import { leaveField, picture } from './window.mjs';
import { importFile } from './story.mjs';

const RUN = 'window.captured=1';
const MARKUP = `<img src=x onerror="${RUN}"><script>${RUN}</script><a href="javascript:${RUN}">x</a>`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"><script>${RUN}</script><image href="http://10.0.0.9/x"/></svg>`;
/** Reads as `exe.jpg` where the override is obeyed; holds what is not seen, and what a terminal obeys. */
const HIDDEN = 'safe\u202egpj.exe\u2066\u200b\u200d\ufeff\u00ad\u001b[31m';
const LONG = 1_000_000;

function capture() {
  const capture = new Capture();
  const html = { 'Content-Type': 'text/html' };
  const web = capture.open(80);
  const exchange = (target, fields, answer) =>
    web.asks(message(`GET ${target} HTTP/1.1`, { Host: 'a', ...fields })).answers(answer);
  exchange(`/?q=${MARKUP.replaceAll(' ', '/')}`, {}, message('HTTP/1.1 200 OK', html, MARKUP));
  exchange(
    '/svg',
    { 'X-Markup': MARKUP },
    message('HTTP/1.1 200 OK', { 'Content-Type': 'image/svg+xml' }, SVG),
  );
  exchange('/png', {}, message('HTTP/1.1 200 OK', { 'Content-Type': 'image/png' }, SVG));
  exchange(
    '/json',
    {},
    message(
      'HTTP/1.1 200 OK',
      { 'Content-Type': 'application/json' },
      JSON.stringify({ a: MARKUP, b: HIDDEN }),
    ),
  );
  exchange(
    `/${HIDDEN.replaceAll('\u001b', '')}`,
    { 'X-Hidden': HIDDEN },
    message('HTTP/1.1 200 OK', html, HIDDEN),
  );
  exchange('/long', {}, message('HTTP/1.1 200 OK', { 'X-Long': 'x'.repeat(LONG) }, 'after'));
  exchange(
    '/big',
    {},
    message(
      'HTTP/1.1 200 OK',
      { 'Content-Type': 'text/plain' },
      MARKUP.repeat(LONG / MARKUP.length),
    ),
  );
  web.closes();
  const sql = mysqlLogin(capture.open(3306));
  sql.asks(mysqlQuery(`SELECT '${MARKUP}', '${HIDDEN}' FROM t`)).answers(
    mysqlRows(
      [MARKUP, HIDDEN],
      [
        [MARKUP, HIDDEN],
        [SVG, 'plain'],
      ],
    ),
  );
  sql.closes();
  return capture.take();
}

/** Imports it and looks at every exchange in every way. */
export async function hostileRecording(session, folder) {
  const file = join(folder, 'hostile.pcap');
  await writeFile(file, capture());
  await session.run(`window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI))`);
  await leaveField(session);
  await session.press('1');
  await session.until('the library', async () => (await session.text('h1')) === 'Library');
  await importFile(session, file, 'hostile');
  await inert(session, 'its operations');
  await session.press('e');
  const rows = 8;
  await session.until('its rows', () =>
    session.run(
      `const all = [...document.querySelectorAll('[id^=row-]')];
       return all.length === arguments[0] && all.every((row) => row.textContent.trim() !== '')`,
      rows,
    ),
  );
  await seen(session, '20-hostile-table');
  await inert(session, 'its table');
  for (let row = 0; row < rows; row += 1) {
    await session.run('document.querySelector(arguments[0]).click()', `#row-${row}`);
    await session.until(`exchange ${row + 1}`, () =>
      session.find(`section[aria-label="Exchange ${row + 1}"] [aria-label=Answer] .rows`),
    );
    for (const view of ['text', 'bytes', 'setOut']) {
      await session.press('v');
      await session.until(`it as ${view}`, () =>
        session.run(
          `return document.querySelector('input[name=view]:checked')?.value === arguments[0]`,
          view,
        ),
      );
      await inert(session, `exchange ${row + 1} as ${view}`);
    }
    await session.press('d');
    await inert(session, `exchange ${row + 1} as sent`);
    await session.press('d');
    if (row === 4) await seen(session, '21-hostile-text');
  }
  await picture(session, '22-hostile-rows');
  await session.press('c');
  await session.until('its connection', () => session.find('[id^=of-connection-]'));
  await inert(session, 'its connection');
  await session.press('c');
  await session.press('x');
}

/** Nothing ran, nothing was fetched, nothing of it is an element, and nothing is on screen that is not seen. */
async function inert(session, where) {
  const found = await session.run(
    `const hidden = /[\\u202a-\\u202e\\u2066-\\u2069\\u200b-\\u200f\\ufeff\\u00ad\\u001b]/;
     const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
     let unseen = '';
     while (walker.nextNode()) if (hidden.test(walker.currentNode.data)) unseen = walker.currentNode.data.slice(0, 80);
     return { ran: window.captured ?? null, violations: window.violations, unseen,
       elements: document.querySelectorAll('main script, main iframe, main object, main a[href], main [onerror], main [onload], main image').length,
       pictures: [...document.querySelectorAll('main section img')].map((one) => one.src.slice(0, 40)) }`,
  );
  assert.deepEqual(
    found,
    { ran: null, violations: [], unseen: '', elements: 0, pictures: [] },
    `${where} is shown and does nothing`,
  );
}
