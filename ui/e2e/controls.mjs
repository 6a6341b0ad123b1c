/**
 * A live run under its controls: paused, slowed, hastened, with a fault switched off and on, stopped. What each does is
 * seen at the target, and how soon is printed; how soon that has to be depends on the machine, and is no assertion.
 */
import assert from 'node:assert/strict';
import { seen } from './accessibility.mjs';
import { countingTarget, firstAfter, lastAfter, now, rateBetween } from './counting.mjs';
import { clickButton, leaveField, text } from './window.mjs';

/** How long is looked at what a control did. */
const LOOK_MS = 2_000;
/** A fault that leaves nothing to send while it is on. */
const FAULT = '100:error(status=503) for http';

const pause = (ms) => new Promise((resume) => setTimeout(resume, ms));

/** Presses a key in the page; when that was, and how long it took until its header shows what is waited for. */
function keyUntil(session, key, words) {
  return session.runAsync(
    `const [key, words, done] = arguments;
     const begun = performance.now();
     document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
     const look = () => {
       const took = performance.now() - begun;
       const shown = document.querySelector('header').textContent.includes(words);
       if (shown || took > 5000) done([performance.timeOrigin + begun, shown ? took : null]);
       else requestAnimationFrame(look);
     };
     look();`,
    key,
    words,
  );
}

/** Presses a key in the page; when that was. */
function key(session, name, ctrlKey = false) {
  return session.run(
    `const [key, ctrlKey] = arguments;
     document.body.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true }));
     return performance.timeOrigin + performance.now();`,
    name,
    ctrlKey,
  );
}

/** Moves the slider of the rate, as a pointer that lets go of it; when that was. */
function slide(session, rate) {
  return session.run(
    `const slider = document.querySelector('aside input[type=range]');
     slider.value = arguments[0];
     slider.dispatchEvent(new Event('input', { bubbles: true }));
     slider.dispatchEvent(new Event('change', { bubbles: true }));
     return performance.timeOrigin + performance.now();`,
    String(rate),
  );
}

/** Takes a line out of the form; whether none was left. */
function removed(session, what) {
  return session.run(
    `const one = document.querySelector('[aria-label^="Remove ' + arguments[0] + '"]');
     one?.click();
     return one === null`,
    what,
  );
}

/** Plays the recording that is there against a target that counts. */
export async function controlsAct(session) {
  const target = await countingTarget();
  const { arrivals } = target;
  const found = {};
  try {
    await leaveField(session);
    await session.press('3');
    await session.type('[aria-label="HTTP target"]', target.url);
    await session.run(`document.querySelector('input[value=speed]').click()`);
    await session.type('[aria-label="Times the recorded rate"]', '4');
    await session.type('[aria-label="Duration"]', '60s');
    // what an earlier plan in the form had
    for (const what of ['fault', 'command', 'control address'])
      await session.until(`no ${what}`, () => removed(session, what));
    await clickButton(session, /^Add a fault/);
    await session.type('[aria-label="fault 1"]', FAULT);
    await session.type('[aria-label="Name of the run"]', 'controls');
    await session.until('the outlook', () => session.find('.big'), 30_000);
    await clickButton(session, /^Start/);
    await session.until('the run', async () => (await session.text('h1')) === 'controls', 30_000);
    await session.until('it to run', async () => /running/.test(await text(session, 'header')));
    await pause(LOOK_MS);
    assert.equal(arrivals.length, 0, 'the fault answers in the place of the target');

    let begun = await key(session, '1', true);
    await pause(LOOK_MS);
    found['fault off, first request'] = firstAfter(arrivals, begun);
    assert.ok(rateBetween(arrivals, begun + LOOK_MS / 2, begun + LOOK_MS) > 0, 'requests come');
    begun = await key(session, '1', true);
    await pause(LOOK_MS);
    found['fault on, last request'] = lastAfter(arrivals, begun);
    await key(session, '1', true);
    await pause(LOOK_MS);

    [begun, found['pause, shown']] = await keyUntil(session, ' ', 'paused');
    await pause(LOOK_MS);
    found['pause, last request'] = lastAfter(arrivals, begun);
    await seen(session, '23-paused');
    [begun, found['go on, shown']] = await keyUntil(session, ' ', 'running');
    await pause(LOOK_MS);
    found['go on, first request'] = firstAfter(arrivals, begun);

    const before = rateBetween(arrivals, begun, now());
    begun = await slide(session, 0.5);
    await pause(LOOK_MS * 2);
    const slow = rateBetween(arrivals, begun + LOOK_MS, begun + LOOK_MS * 2);
    found['rate / 8: a second before'] = before;
    found['rate / 8: in the 200 ms from 200 ms on'] = rateBetween(
      arrivals,
      begun + 200,
      begun + 400,
    );
    found['rate / 8: a second later'] = slow;
    assert.ok(slow < before * 0.8, `the rate falls: ${before} to ${slow}`);
    begun = await slide(session, 4);
    await pause(LOOK_MS * 2);
    found['rate x 8: in the 200 ms from 200 ms on'] = rateBetween(
      arrivals,
      begun + 200,
      begun + 400,
    );
    assert.ok(rateBetween(arrivals, begun + LOOK_MS, begun + LOOK_MS * 2) > slow, 'the rate rises');

    begun = await key(session, 's');
    await session.until('its end', () => session.find('.run [aria-keyshortcuts="c"]'), 30_000);
    found['stop, last request'] = lastAfter(arrivals, begun);
    await session.press('d');
    await session.until('its fault in the list', () =>
      session.find('footer tr[aria-label^="fault 100"]'),
    );
    await seen(session, '24-disturbances');
    for (const [what, value] of Object.entries(found))
      console.log(`  ${what}: ${value === null ? 'never' : Math.round(value)}`);
  } finally {
    target.close();
  }
}
