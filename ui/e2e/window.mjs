/** The built window on a display of its own, and what every part of the suite does with it. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort, line, listening, start } from './processes.mjs';
import { Session } from './webdriver.mjs';

const root = resolve(import.meta.dirname, '../..');
const target = resolve(process.env.TARGET ?? process.env.CARGO_TARGET_DIR ?? join(root, 'target'));
const built = join(target, process.env.PROFILE ?? 'debug');
/** The program itself. */
export const app = join(built, 'reprise-desktop');
/** The command. */
export const command = join(built, 'reprise');
/** The sample shop. */
export const shopProgram = join(built, 'examples/shop');
/** A capture of the sample shop. */
export const capture = resolve(process.env.CAPTURE ?? join(root, 'fixtures/captures/shop.pcap.gz'));
const driverProgram =
  process.env.TAURI_DRIVER ??
  [join(root, 'target/tools/bin/tauri-driver')].find(existsSync) ??
  'tauri-driver';
/** Where pictures go. */
export const pictures = join(import.meta.dirname, 'screenshots');
/** The key, as drivers are told it. */
export const ESCAPE = '\uE00C';
/** Of every account of the shop; redaction took it out of the capture. */
export const SHOP_PASSWORD = 'correct horse battery staple';

for (const needed of [app, shopProgram, capture]) {
  assert.ok(existsSync(needed), `${needed} is missing; run \`make e2e\``);
}

/** Xvfb, tauri-driver and the built program on a file of its own, dark or light as the system would be. */
export async function openWindow(folder, theme = 'dark') {
  const display = start('Xvfb', [
    '-displayfd',
    '1',
    '-screen',
    '0',
    '1400x1000x24',
    '-nolisten',
    'tcp',
  ]);
  const [, number] = await line(display, /^(\d+)\n/m);
  const [port, nativePort] = [await freePort(), await freePort()];
  const env = {
    ...process.env,
    DISPLAY: `:${number}`,
    WAYLAND_DISPLAY: '',
    GTK_THEME: theme === 'dark' ? 'Adwaita:dark' : 'Adwaita',
    REPRISE_FILE: join(folder, 'window.reprise'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    // one window a user: this one is a user of its own
    XDG_RUNTIME_DIR: folder,
  };
  start(driverProgram, ['--port', String(port), '--native-port', String(nativePort)], { env });
  await listening(port);
  const session = await Session.open(`http://127.0.0.1:${port}`, {
    'tauri:options': { application: app },
  });
  await session.until('the window', () => session.find('nav'));
  await session.resize(1280, 800);
  return { session, display: `:${number}`, app, env };
}

/**
 * Has the windows that are opened from now on draw as a user's does on this machine: without layers where there is no
 * graphics card, which the program leaves to whoever drives it. Pictures of such a window never end.
 */
export function drawAsForUsers() {
  if (!existsSync('/dev/dri')) process.env.WEBKIT_DISABLE_COMPOSITING_MODE ??= '1';
}

/** Presses the button whose words match, in the page or in a question. */
export async function clickButton(session, pattern) {
  await session.until(`a button ${pattern} to press`, () =>
    session.run(
      `const button = [...document.querySelectorAll('main button, dialog button')].find((one) =>
         new RegExp(arguments[0]).test(one.textContent.trim()) && !one.disabled);
       button?.click();
       return button !== undefined`,
      pattern.source,
    ),
  );
}

/** What an element says, without the space around it. */
export async function text(session, selector) {
  return ((await session.text(selector)) ?? '').trim();
}

/** How many elements a selector finds. */
export function count(session, selector) {
  return session.run('return document.querySelectorAll(arguments[0]).length', selector);
}

/** Leaves the field that has the focus, so that keys are the page's. */
export function leaveField(session) {
  return session.run(`document.activeElement.blur()`);
}

/** Lets two frames pass, so that what is on screen is what was asked for. */
export async function picture(session, name, folder = pictures) {
  await session.run(
    'return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))',
  );
  await session.screenshot(join(folder, `${name}.png`));
}
