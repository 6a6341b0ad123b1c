/**
 * The built window under WebKitWebDriver, from an empty file to its end. Pictures go to e2e/screenshots.
 *
 * Needs `cargo build -p reprise-desktop` and `cargo build -p reprise-fixtures --example shop` (`make e2e` does both),
 * Xvfb, WebKitWebDriver, tauri-driver, python3, and the right to capture on the loopback. TARGET, TAURI_DRIVER and
 * CAPTURE name others than the usual ones.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obeysTheRules, pagesAreReachable } from './accessibility.mjs';
import { askedBeforeWrites } from './asking.mjs';
import { closeDuringRun } from './closing.mjs';
import { conductedProxy } from './conducted.mjs';
import { controlsAct } from './controls.mjs';
import { engineFails } from './failing.mjs';
import { keptInOrder, oneWindow } from './keeping.mjs';
import { hostileRecording } from './hostile.mjs';
import { largeRecording } from './large.mjs';
import { looksAsKept } from './looks.mjs';
import { line, start, stopAll } from './processes.mjs';
import { standingProxy } from './proxying.mjs';
import { recordFromCommand } from './recording.mjs';
import { heldHastenedStopped } from './replaying.mjs';
import { searchedForTheEdge, twoSidesInTurn } from './searching.mjs';
import { redactionRules } from './settings.mjs';
import { story } from './story.mjs';
import { drawnPlan } from './timeline.mjs';
import { trendOf } from './trend.mjs';
import { lookedAtAndRunAgain } from './watching.mjs';
import { openWindow, picture, pictures, shopProgram } from './window.mjs';
import { twiceAsLarge } from './zoomed.mjs';

/** Takes what the built-in rules leave: what the shop's customers searched for. */
const RULE = {
  name: 'searched',
  text: '[[rule]]\nname = "searched"\nquery = ["q"]\naction = "shape"\n',
};

const folder = await mkdtemp(join(tmpdir(), 'reprise-window-'));
try {
  await mkdir(pictures, { recursive: true });
  const shop = start(shopProgram, [], { endsWithInput: true });
  const [, shopUrl] = await line(shop, /http\s+(http:\/\/[\d.:]+)/);
  const window = await openWindow(folder);
  const { session, env } = window;
  try {
    await looksAsKept(session);
    await oneWindow(session, folder, env);
    await story(session, shopUrl);
    await keptInOrder(session);
    await heldHastenedStopped(session, shopUrl);
    await obeysTheRules(session, 'Run');
    await recordFromCommand(session, folder);
    await hostileRecording(session, folder);
    await largeRecording(session, folder);
    await pagesAreReachable(session);
    await redactionRules(session, 'shop', RULE);
    await twiceAsLarge(session);
    await lookedAtAndRunAgain(session, 'broken');
    await trendOf(session, 'broken');
    await searchedForTheEdge(session);
    await twoSidesInTurn(session, shopUrl);
    await drawnPlan(session);
    await askedBeforeWrites(session, shopUrl);
    await standingProxy(session, shopUrl);
    await conductedProxy(session, shopUrl);
    await controlsAct(session);
    await engineFails(session, shopUrl, window.env.REPRISE_FILE);
    await closeDuringRun(session, window);
  } catch (error) {
    // What was on screen tells more than what was waited for.
    await picture(session, 'failed').catch(() => undefined);
    throw error;
  }
  console.log(`the window's suite holds; its pictures are in ${pictures}`);
} finally {
  await stopAll();
  await rm(folder, { recursive: true, force: true });
}
