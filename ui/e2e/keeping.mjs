/** Names, notes, tags, finding, the bin; another file; the program started a second time; what is kept over a start. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { obeysTheRules, seen } from './accessibility.mjs';
import { start } from './processes.mjs';
import { app, clickButton, count, ESCAPE, leaveField, picture } from './window.mjs';

const ROW = (what) => `tr[aria-label="${what}"]`;
const focus = (session, selector) =>
  session.run('document.querySelector(arguments[0]).focus()', selector);

/** The name of the file that is open, as the rail knows it. */
const fileNow = (session) =>
  session.run(`return document.querySelector('nav .file')?.title.split('/').at(-1) ?? ''`);

async function library(session) {
  await leaveField(session);
  await session.press('1');
  await session.until('the library', async () => (await session.text('h1')) === 'Library');
}

/** Renames, tags and notes a run, finds it by its tag, deletes it and takes it out of the bin again. */
export async function keptInOrder(session) {
  await library(session);
  await session.until('the run', () => session.find(ROW('run broken')));
  await focus(session, ROW('run broken'));
  await session.press('\uE032');
  await session.type('dialog [aria-label="Name"]', 'broken at five');
  await session.type('dialog [aria-label="Tags"]', 'peak');
  await session.type('dialog [aria-label="Note"]', 'the shop answers 503 for three seconds');
  await obeysTheRules(session, 'the question for a name');
  await picture(session, '20-remarks');
  await clickButton(session, /^Save/);
  await session.until('its new name', () => session.find(ROW('run broken at five')));

  await session.type('[aria-label="Find recordings and runs"]', 'tag:peak');
  await session.until('it alone', async () => (await count(session, 'tr[tabindex]')) === 1);
  await picture(session, '21-found');
  await session.press(ESCAPE);
  await leaveField(session);

  await session.press('\uE009', 'k');
  await session.type('[aria-label="What to do"]', 'no such thing');
  await session.until('that there is none', () =>
    session.run(`return /nothing has that/.test(document.querySelector('#doings')?.textContent)`),
  );
  await obeysTheRules(session, 'a palette with nothing in it');
  await session.type('[aria-label="What to do"]', 'answers 503');
  await session.until('the run by its note', () =>
    session.run(`return /broken at five/.test(document.querySelector('#doings')?.textContent)`),
  );
  await seen(session, '22-palette');
  await session.press('\uE007');
  await session.until('its page', async () => (await session.text('h1')) === 'broken at five');

  await session.press('\uE017');
  await session.until('the library', async () => (await session.text('h1')) === 'Library');
  assert.equal(await session.find(ROW('run broken at five')), null, 'what was deleted is gone');
  await session.press('b');
  await session.until('it in the bin', () => session.find(ROW('run broken at five')));
  await obeysTheRules(session, 'Bin');
  await picture(session, '23-bin');
  await session.press('e');
  await keptAfterTheQuestion(session, 'the question before the bin is emptied');
  await focus(session, ROW('run broken at five'));
  await session.press('\uE017');
  await keptAfterTheQuestion(session, 'the question before one is removed');
  await focus(session, ROW('run broken at five'));
  await session.press('\uE007');
  await session.until('an empty bin', async () => (await count(session, 'tr[tabindex]')) === 0);
  await library(session);
  await session.until('it back', () => session.find(ROW('run broken at five')));
  await focus(session, ROW('run broken at five'));
  await session.press('\uE032');
  await session.type('dialog [aria-label="Name"]', 'broken');
  await clickButton(session, /^Save/);
  await session.until('its old name', () => session.find(ROW('run broken')));
}

/** Holds a question of the bin against the rules, and answers that all is kept. */
async function keptAfterTheQuestion(session, question) {
  await session.until(question, () => session.find('dialog[open]'));
  await obeysTheRules(session, question);
  await session.press(ESCAPE);
  await session.until('no question', async () => !(await session.find('dialog[open]')));
  assert.ok(await session.find(ROW('run broken at five')), 'it is kept');
}

/** A second start hands its file to this window, and the theme chosen here is used. */
export async function oneWindow(session, folder, env) {
  const other = join(folder, 'other.reprise');
  await leaveField(session);
  await session.press(',');
  await session.until('the settings', async () => (await session.text('h1')) === 'Settings');
  await session.run(`document.querySelector('input[name=theme][value=light]').click()`);
  await session.until('light', () =>
    session.run(`return document.documentElement.dataset.theme === 'light'`),
  );
  await session.press('a');
  await session.until('what was found', async () => (await count(session, '.finding')) > 4, 30_000);
  await obeysTheRules(session, 'About, in light');
  await picture(session, '24-about');

  const before = await fileNow(session);
  await session.runAsync(
    `const done = arguments[arguments.length - 1];
     window.__TAURI_INTERNALS__.invoke('open_library', { path: arguments[0], make: true }).then(
       () => { done(null); setTimeout(() => location.reload(), 50); }, (error) => done(error))`,
    other,
  );
  await session.until('the other file', async () => (await fileNow(session)) === 'other.reprise');
  assert.ok(
    await session.run(`return document.documentElement.dataset.theme === 'light'`),
    'the theme is kept',
  );
  await session.press('0');
  await session.until('the files', () => session.find('dialog li'));
  await obeysTheRules(session, 'the files');
  await picture(session, '25-files');
  await clickButton(session, /^Close/);

  const second = start(app, [join(folder, before)], { env });
  const ended = new Promise((resume) => second.once('exit', resume));
  assert.equal(await ended, 0, `the second start ends: ${second.said}`);
  await session.until('its file here', async () => (await fileNow(session)) === before);
  await session.press(',');
  await session.until('the settings', () => session.find('input[name=theme]'));
  await session.run(`document.querySelector('input[name=theme][value=system]').click()`);
  await library(session);
}
