/**
 * Pictures of every page in both themes, from an empty file to a comparison: the path of a new user. They go to
 * docs/screenshots, or to the folder that is named. SIZE=900x600 takes them smaller, THEME=light only these.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { keptPicture } from './kept_picture.mjs';
import { wear } from './looks.mjs';
import { line, start, stopAll } from './processes.mjs';
import { replay } from './replaying.mjs';
import { several } from './searching.mjs';
import { importCapture } from './story.mjs';
import {
  clickButton,
  count,
  ESCAPE,
  leaveField,
  openWindow,
  picture,
  shopProgram,
  text,
} from './window.mjs';

const out = resolve(process.argv[2] ?? join(import.meta.dirname, '../../docs/screenshots'));
const [width, height] = (process.env.SIZE ?? '1280x800').split('x').map(Number);
const ROW = 'tr[aria-label="recording shop"]';
const themes = (process.env.THEME ?? 'dark,light').split(',');
/** Long enough for the charts to have a shape, and for a comparison to tell. */
const RUN_SECONDS = 60;
const FAULT = '20:error(status=503)@20s..40s for http';
/** Notices lie over the page for some seconds. */
const DISMISS = `for (const button of document.querySelectorAll('[aria-label="Dismiss"]')) button.click()`;
/** When a running run is taken: some seconds into its fault. */
const TAKEN_AFTER_MS = 34_000;

/** Goes to a page by its key and waits until something of it is there. */
async function page(session, key, selector) {
  await leaveField(session);
  await session.press(key);
  await session.until(`${selector} on ${key}`, () => session.find(selector), 60_000);
}

const over = (session) =>
  session.until('the end of the run', () => session.find('.run [aria-keyshortcuts="c"]'), 120_000);

/** Looks for the rate at which the shop breaks, to be found in the library later. */
async function search(session) {
  await several(session, 'search');
  await clickButton(session, /^Add a check/);
  await session.type('[aria-label="check 1"]', 'p99<25ms');
  await session.type('[aria-label="Go no higher than"]', '40x');
  await session.type('[aria-label="Measure each step for"]', '4s');
  await session.type('[aria-label="Let each settle before that"]', '1s');
  await session.type('[aria-label="Rest between steps"]', '1s');
  await session.type('[aria-label="Name of the run"]', 'edge');
  await leaveField(session);
  await clickButton(session, /^Start/);
  await session.until('the search', async () => (await session.text('h1')) === 'edge', 60_000);
  await session.until(
    'what was found',
    async () => /shop/.test(await text(session, '[aria-label="What can be said"] .first')),
    300_000,
  );
  await several(session, 'one');
  await session.click('[aria-label="Remove check 1"]');
}

/** Everything there is to see, on an empty file or on one that the pictures of the other theme have filled. */
async function take(session, shopUrl, theme, first) {
  const shot = async (name) => {
    await session.run(DISMISS);
    await keptPicture(session, `${name}-${theme}`, out);
  };
  if (first) {
    await session.until('what there is to say of rights', async () =>
      /record from/.test((await session.text('ol')) ?? ''),
    );
    // the file is empty only now
    for (const one of themes) {
      await wear(session, one);
      await keptPicture(session, `01-empty-${one}`, out);
    }
    await wear(session, 'as the system');
    await importCapture(session);
    await replay(session, shopUrl, 'clean', null, { seconds: RUN_SECONDS });
    await over(session);
    await search(session);
  } else {
    await session.until('the library', () => session.find('tr[tabindex]'));
  }
  await page(session, '1', ROW);
  await session.run('document.querySelector(arguments[0]).click()', ROW);
  await session.until('its chart', () => session.find('[data-chart=recorded_rate] img'));
  await shot('02-recording');
  await session.press('e');
  await session.type('[aria-label="Filter the exchanges"]', 'method:POST');
  await session.until('only the matching rows', () =>
    session.run(`const rows = [...document.querySelectorAll('[id^=row-] .mono')];
      return rows.length > 3 && rows.every((row) => row.textContent.startsWith('POST '))`),
  );
  await session.run(`document.querySelector('#row-0').click()`);
  await session.until('its request', () => session.find('[aria-label=Request] .line'));
  await leaveField(session);
  await shot('03-exchange');

  await replay(session, shopUrl, `broken-${theme}`, FAULT, {
    seconds: RUN_SECONDS,
    checks: ['p99<250ms', 'error_rate<1%', 'recovers within 10s'],
  });
  await new Promise((resume) => setTimeout(resume, TAKEN_AFTER_MS));
  await shot('05-run');
  await over(session);
  await session.press('e');
  await session.until('what failed', () => session.find('footer tr[aria-current]'), 30_000);
  await session.run(`document.querySelector('footer tr[aria-current]').click()`);
  await shot('06-errors');

  await page(session, '3', '[data-chart=planned_rate] img');
  await session.press('g');
  await session.until('stages', () => session.find('.grip'));
  await session.until(
    'the outlook of that',
    () => session.find('header button.main:not(:disabled)'),
    60_000,
  );
  await session.run(`document.querySelector('.timeline').scrollIntoView({ block: 'center' })`);
  await shot('04-replay');

  await page(session, '4', '[aria-label=Verdict]');
  await session.run(`const a = document.querySelector('select.a');
    a.value = '["clean"]';
    a.dispatchEvent(new Event('change', { bubbles: true }));`);
  await session.until(
    'the verdict on runs of one plan',
    async () =>
      !/did not do the same work/.test((await text(session, '[aria-label=Verdict]')) ?? ''),
    60_000,
  );
  await session.until('its charts', async () => (await count(session, 'figure img')) >= 3, 60_000);
  await shot('07-compare');

  await page(session, '5', '[aria-label="Forward to"]');
  await session.type('[aria-label="Forward to"]', shopUrl);
  await session.type('[aria-label="Listen on"]', '0');
  await clickButton(session, /^Open the proxy/);
  await session.until('the proxy', () => session.find('[aria-label="Proxy db"]'));
  await clickButton(session, /^Add a fault/);
  await session.type('[aria-label="The fault as text"]', '20:delay(ms=250,jitter=50)');
  await clickButton(session, /^Switch it on/);
  await session.until('its switch', () => session.find('[role=switch]'));
  await shot('08-proxy');
  await session.click('[aria-label="Stop db"]');

  await page(session, '2', 'h1');
  await session.until('the interfaces', () => session.find('[id^=interface-]'));
  await shot('09-record');
  await page(session, ',', '[aria-label="Redaction rules"]');
  await shot('10-settings');
  await page(session, '1', 'tr[tabindex]');
  await shot('11-library');
  await session.press('?');
  await session.until('the keys', () => session.find('dialog[open]'));
  await shot('12-keys');
  await session.press(ESCAPE);
  await page(session, ',', '[aria-label="Redaction rules"]');
  await session.press('a');
  await session.until('what was found', () => session.find('.finding'), 30_000);
  await shot('13-about');
  await page(session, '1', `tr[aria-label="run broken-${theme}"]`);
  await session.run(
    'document.querySelector(arguments[0]).focus()',
    `tr[aria-label="run broken-${theme}"]`,
  );
  await session.press('\uE032');
  await session.type('dialog [aria-label="Tags"]', 'peak 503');
  await session.type(
    'dialog [aria-label="Note"]',
    'every second answer a 503, before the retry was added',
  );
  await shot('14-note');
  await clickButton(session, /^Save/);
  await session.until('its tag', () => session.find('td .pill'));
  await session.press('\uE009', 'k');
  await session.type('[aria-label="What to do"]', 'item');
  await session.until('operations', () => session.find('#doings .where'));
  await shot('15-find');
  await session.press(ESCAPE);
  await session.run(
    'document.querySelector(arguments[0]).focus()',
    `tr[aria-label="run broken-${theme}"]`,
  );
  await session.press('\uE017');
  await page(session, 'b', 'tr[tabindex]');
  await shot('16-bin');
  await page(session, '1', 'tr[aria-label="search edge"]');
  await session.click('tr[aria-label="search edge"] b');
  await session.until('its steps', async () => (await count(session, 'tbody tr')) >= 2, 60_000);
  await session.until('its charts', async () => (await count(session, 'figure img')) === 2, 60_000);
  await shot('17-search');
  await page(session, '1', 'tr[tabindex]');
}

const folder = await mkdtemp(join(tmpdir(), 'reprise-screenshots-'));
try {
  await mkdir(out, { recursive: true });
  const shop = start(shopProgram, [], { endsWithInput: true });
  const [, shopUrl] = await line(shop, /http\s+(http:\/\/[\d.:]+)/);
  for (const [index, theme] of themes.entries()) {
    const { session } = await openWindow(folder, theme);
    await session.resize(width, height);
    try {
      await take(session, shopUrl, theme, index === 0);
    } catch (error) {
      await picture(session, 'failed', out).catch(() => undefined);
      throw error;
    }
    await session.close();
  }
  console.log(`the pictures are in ${out}`);
} finally {
  await stopAll();
  await rm(folder, { recursive: true, force: true });
}
