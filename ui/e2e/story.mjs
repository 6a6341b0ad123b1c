/**
 * The built window under WebKitWebDriver: import a capture, replay it against the shop with a fault, watch the errors
 * rise while the fault is on, compare with a clean run, record what is sent to the shop. Pictures go to
 * e2e/screenshots.
 *
 * Needs `cargo build -p reprise-desktop` and `cargo build -p reprise-fixtures --example shop` (`make e2e` does both),
 * Xvfb, WebKitWebDriver, tauri-driver, and the right to capture on the loopback. TARGET, TAURI_DRIVER and CAPTURE name others than the usual ones.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, line, listening, start, stopAll } from './processes.mjs';
import { Session } from './webdriver.mjs';

const root = resolve(import.meta.dirname, '../..');
const target = resolve(process.env.TARGET ?? process.env.CARGO_TARGET_DIR ?? join(root, 'target'));
const app = join(target, 'debug/reprise-desktop');
const shopProgram = join(target, 'debug/examples/shop');
const capture = resolve(process.env.CAPTURE ?? join(root, 'fixtures/captures/shop.pcap.gz'));
const driverProgram =
  process.env.TAURI_DRIVER ??
  [join(root, 'target/tools/bin/tauri-driver')].find(existsSync) ??
  'tauri-driver';
const pictures = join(import.meta.dirname, 'screenshots');

/** The fault is on from the third to the sixth second of a run of nine. */
const FAULT = '60:error(status=503)@3s..6s for http';
const RUN_SECONDS = 9;
/** Of every account of the shop; redaction took it out of the capture. */
const SHOP_PASSWORD = 'correct horse battery staple';

for (const needed of [app, shopProgram, capture]) {
  assert.ok(existsSync(needed), `${needed} is missing; run \`make e2e\``);
}

const folder = await mkdtemp(join(tmpdir(), 'reprise-window-'));
try {
  await mkdir(pictures, { recursive: true });
  await story();
  console.log(`the window's story holds; its pictures are in ${pictures}`);
} finally {
  await stopAll();
  await rm(folder, { recursive: true, force: true });
}

async function story() {
  const shop = start(shopProgram, []);
  const [, shopUrl] = await line(shop, /http\s+(http:\/\/[\d.:]+)/);
  const session = await openWindow();
  await session.until('the empty library', () => session.find('code'));
  await picture(session, '1-empty');

  await importCapture(session);
  await picture(session, '2-recording');
  await lookAtExchanges(session);
  await picture(session, '3-exchange');

  await replay(session, shopUrl, 'clean', null);
  await session.until(
    'the clean run to be over',
    () => session.find('.run [aria-keyshortcuts="c"]'),
    60_000,
  );
  await picture(session, '4-clean-run');

  await replay(session, shopUrl, 'broken', FAULT);
  await session.until(
    'the errors to rise',
    async () => (await errorsSoFar(session)) > 0.02,
    60_000,
  );
  await picture(session, '5-fault');
  await session.until(
    'the broken run to be over',
    () => session.find('.run [aria-keyshortcuts="c"]'),
    60_000,
  );
  await picture(session, '6-broken-run');
  await errorsFollowTheFault(session);

  await session.press('4');
  await session.until('a verdict', () => session.find('[aria-label="Verdict"]'), 60_000);
  const verdict = await session.text('[aria-label="Verdict"]');
  // How sure the verdict is depends on how busy this machine is; what it rests on does not.
  assert.match(verdict, /errors went from/, 'many errors in a third of the run are seen');
  await session.until('both charts', async () => (await count(session, '.charts figure')) === 2);
  await picture(session, '7-compare');

  await recordLive(session, shopUrl);
  await session.close();
}

/** Xvfb, tauri-driver and the built program on a file of its own. */
async function openWindow() {
  const display = start('Xvfb', [
    '-displayfd',
    '1',
    '-screen',
    '0',
    '1400x1000x24',
    '-nolisten',
    'tcp',
  ]);
  const [, number] = await line(display, /^(\d+)\n/);
  const [port, nativePort] = [await freePort(), await freePort()];
  const env = {
    ...process.env,
    DISPLAY: `:${number}`,
    WAYLAND_DISPLAY: '',
    GTK_THEME: 'Adwaita:dark',
    REPRISE_FILE: join(folder, 'window.reprise'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CACHE_HOME: join(folder, 'cache'),
  };
  start(driverProgram, ['--port', String(port), '--native-port', String(nativePort)], { env });
  await listening(port);
  const session = await Session.open(`http://127.0.0.1:${port}`, {
    'tauri:options': { application: app },
  });
  await session.until('the window', () => session.find('nav'));
  await session.resize(1280, 800);
  return session;
}

async function importCapture(session) {
  await session.press('i');
  await session.type('[aria-label="Import a capture"] textarea', capture);
  await session.type('[aria-label="Import a capture"] input', 'shop');
  await clickButton(session, /^Import/);
  await session.until('the recording', async () => (await session.text('h1')) === 'shop', 60_000);
  await session.until('its operations', async () => (await count(session, 'td.operation')) > 5);
}

async function lookAtExchanges(session) {
  await session.press('e');
  await session.until('rows', async () => (await count(session, '[role=option] .mono')) > 5);
  await session.type('[aria-label="Filter the exchanges"]', 'method:POST');
  await session.until('only the matching rows', () =>
    session.run(`const rows = [...document.querySelectorAll('[role=option] .mono')];
      return rows.length > 0 && rows.every((row) => row.textContent.startsWith('POST '))`),
  );
  await session.run(`document.querySelector('[role=option]').click()`);
  await session.until('its request', async () =>
    /HTTP\/1\.1/.test((await session.text('pre')) ?? ''),
  );
  await session.run(`document.activeElement.blur()`);
}

/** Records what is sent to the shop, and finds every request of it in the recording. */
async function recordLive(session, shopUrl) {
  const sent = 20;
  await session.run(`document.activeElement.blur()`);
  await session.press('2');
  await session.click('#interface-lo:not(:disabled)');
  await session.type('[aria-label="Ports"]', new URL(shopUrl).port);
  await session.type('[aria-label="Name of the recording"]', 'live');
  await session.type('[aria-label="Capture filter"]', 'tcp prot 80');
  await session.run(`document.activeElement.blur()`);
  await session.until('what is wrong with the filter', async () =>
    /syntax error/.test((await session.text('[role=alert]')) ?? ''),
  );
  assert.ok(await session.find('header button:disabled'), 'a filter that is wrong cannot start');
  await session.type('[aria-label="Capture filter"]', 'host 127.0.0.1');
  await session.run(`document.activeElement.blur()`);
  await picture(session, '8-record');

  await clickButton(session, /^Start recording/);
  await session.until('the sign in the rail', () => session.find('nav .recording'), 30_000);
  for (let i = 0; i < sent; i += 1) await (await fetch(`${shopUrl}/?number=${i}`)).text();
  await session.until(
    'the requests',
    async () => parseInt((await session.text('dl dd')) ?? '', 10) >= sent,
  );
  await session.until('the last of them', () => session.find('[aria-label="The last exchanges"]'));
  await picture(session, '9-recording');
  await session.press('1');
  await session.until('the library', async () => (await session.text('h1')) === 'Library');
  assert.ok(await session.find('nav .recording'), 'it goes on beside other pages');
  await session.press('2');
  await session.press('s');
  await session.until('its end', () => session.find('[aria-label="What was recorded"]'), 30_000);
  await picture(session, '10-recorded');

  await clickButton(session, /^Open recording/);
  await session.press('e');
  await session.type('[aria-label="Filter the exchanges"]', '/number=/');
  await session.until(
    'every request and no other',
    async () => (await text(session, '.bar [role=status]')) === `${sent} exchanges`,
  );
}

/** Fills the Replay page and starts; resolves once the Run page shows charts. */
async function replay(session, shopUrl, name, fault) {
  await session.run(`document.activeElement.blur()`);
  await session.press('3');
  await session.type('[aria-label="HTTP target"]', shopUrl);
  await session.run(`document.querySelector('input[value=copies]').click()`);
  await session.type('[aria-label="Times the recorded rate"]', '5');
  await session.type('[aria-label="Duration"]', `${RUN_SECONDS}s`);
  if (fault) {
    await clickButton(session, /^Add a fault/);
    await session.type('[aria-label="fault 1"]', fault);
  }
  if (!(await session.find('[aria-label="Value of secret 1"]'))) {
    await session.click('[aria-label="Supply login.password"]');
    await session.type('[aria-label="Value of secret 1"]', SHOP_PASSWORD);
  }
  await session.type('[aria-label="Name of the run"]', name);
  await session.until('the outlook', () => session.find('.big'), 30_000);
  await picture(session, `replay-${name}`);
  await clickButton(session, /^Start/);
  await session.until('the run', async () => (await session.text('h1')) === name, 30_000);
  await session.until('its charts', async () => (await count(session, 'figure img')) >= 3, 30_000);
}

/** The new error rate as the tile shows it. */
async function errorsSoFar(session) {
  const share = await session.run(`return [...document.querySelectorAll('dl div')]
    .find((tile) => tile.querySelector('dt')?.textContent === 'New errors')?.querySelector('dd').textContent`);
  return parseFloat(share ?? '0') / 100;
}

/** Reads the error chart as a user would, with the crosshair: nothing before the fault, much while it is on. */
async function errorsFollowTheFault(session) {
  const during = await readErrors(session, 4.5 / RUN_SECONDS);
  const before = await readErrors(session, 1.5 / RUN_SECONDS);
  assert.ok(during > 0.2, `errors at 4.5 s: ${during}`);
  assert.ok(before < 0.05, `errors at 1.5 s: ${before}`);
}

/** The sum of all error lines at a share of the way along the run. */
async function readErrors(session, share) {
  return session.run(
    `const plot = document.querySelector('[data-chart=error_rate] .plot');
     plot.focus();
     for (let i = 0; i < 60; i += 1) plot.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }));
     for (let i = 0; i < Math.round(50 * arguments[0]); i += 1) plot.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
     return new Promise((resolve) => requestAnimationFrame(() => {
       const read = [...document.querySelectorAll('[data-chart=error_rate] figcaption b')];
       resolve(read.reduce((sum, value) => sum + parseFloat(value.textContent.replace('<', '')) / 100, 0));
     }));`,
    share,
  );
}

async function clickButton(session, pattern) {
  await session.until(`a button ${pattern} to press`, () =>
    session.run(
      `const button = [...document.querySelectorAll('main button')].find((one) =>
         new RegExp(arguments[0]).test(one.textContent.trim()) && !one.disabled);
       button?.click();
       return button !== undefined`,
      pattern.source,
    ),
  );
}

async function text(session, selector) {
  return ((await session.text(selector)) ?? '').trim();
}

function count(session, selector) {
  return session.run('return document.querySelectorAll(arguments[0]).length', selector);
}

/** Lets two frames pass, so that what is on screen is what was asked for. */
async function picture(session, name) {
  await session.run(
    'return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))',
  );
  await session.screenshot(join(pictures, `${name}.png`));
}
