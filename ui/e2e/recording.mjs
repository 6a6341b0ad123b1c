/** Recording what a command prints, here a capture that grows: the ways that need no right to capture. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { obeysTheRules, seen } from './accessibility.mjs';
import { capture, clickButton, count, leaveField, picture, text } from './window.mjs';

/** A capture comes in so many pieces. */
const PIECES = 4;

/** Follows a file while a capture is appended to it, and stops; then one with a limit, which stops by itself. */
export async function recordFromCommand(session, folder) {
  const growing = join(folder, 'growing.pcap');
  const bytes = await decompressed(capture);
  await writeFile(growing, '');
  await form(session, `tail -c +1 -f '${growing}'`, 'grown');
  await rawIsAQuestion(session);
  await seen(session, '13-record-command');
  await clickButton(session, /^Start recording/);
  let before = 0;
  for (let piece = 0; piece < PIECES; piece += 1) {
    const [from, to] = [piece, piece + 1].map((at) => Math.floor((bytes.length * at) / PIECES));
    await appendFile(growing, bytes.subarray(from, to));
    await session.until(`more exchanges from piece ${piece + 1}`, async () => {
      const now = await exchanges(session);
      return now > before ? (before = now) : null;
    });
  }
  await seen(session, '14-recording-command');
  await session.press('s');
  await session.until('its end', () => session.find('[aria-label="What was recorded"]'), 30_000);
  await session.press('o');
  await session.until('its rate by protocol', async () => {
    const legend = await text(session, '[data-chart=recorded_rate] figcaption');
    return /HTTP/.test(legend) && /MySQL/.test(legend);
  });
  await picture(session, '15-recording-page');

  await form(session, `cat '${growing}'`, 'limited');
  await session.type('[aria-label="Stop after this many packets"]', '500');
  await clickButton(session, /^Start recording/);
  await session.until('it to stop by itself', () =>
    session.find('[aria-label="What was recorded"]'),
  );
}

/** Asks for secrets as they are, reads the question, and keeps the redaction. */
async function rawIsAQuestion(session) {
  await session.click('.raw input');
  await session.until('the question', () => session.find('dialog[open]'));
  await obeysTheRules(session, 'the question before secrets are stored');
  await clickButton(session, /^Keep the redaction/);
  assert.equal(await session.run(`return document.querySelector('.raw input').checked`), false);
}

/** Fills the Record page for a command; what was recorded before makes way. */
async function form(session, command, name) {
  await leaveField(session);
  await session.press('2');
  const before = '[aria-label="What was recorded"]';
  await session.until('the page', () => session.find(`input[value=command], ${before}`));
  if (await session.find(before)) await session.press('n');
  await session.until('the choice', () => session.find('input[value=command]'));
  await session.run(`document.querySelector('input[value=command]').click()`);
  await session.type('[aria-label="Command that prints packets"]', command);
  await session.type('[aria-label="Name of the recording"]', name);
  await leaveField(session);
}

async function exchanges(session) {
  if ((await count(session, 'dl[aria-label="The recording in numbers"]')) === 0) return 0;
  const shown = await text(session, 'dl dd');
  return parseFloat(shown.replaceAll(',', '')) * (shown.endsWith('k') ? 1_000 : 1);
}

async function decompressed(file) {
  const gzip = spawn('gzip', ['-dc', file]);
  const parts = [];
  gzip.stdout.on('data', (part) => parts.push(part));
  await once(gzip, 'close');
  return Buffer.concat(parts);
}
