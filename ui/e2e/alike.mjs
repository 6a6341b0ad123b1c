/**
 * Pages that are the same on every machine and at every time while the file is empty, each with the way to it. What says
 * something of the machine is on none of them: the interfaces, the right to record, the findings of About.
 */
import { reach } from './accessibility.mjs';
import { ESCAPE, leaveField } from './window.mjs';

/** Goes to a page of which an empty file only says that there is nothing, by its key. */
const nothing = (key, words) => async (session) => {
  await leaveField(session);
  await session.press(key);
  await session.until(words, async () => (await session.text('main'))?.startsWith(words));
};

/** The pages by their names, in an order in which neighbours do not look alike. */
export const ALIKE = [
  ['proxy', (session) => reach(session, '5', 'Proxy')],
  ['replay', nothing('3', 'Nothing to replay yet')],
  ['record', recordOfACommand],
  ['compare', nothing('4', 'Nothing to compare yet')],
  ['settings', settings],
  ['run', nothing('r', 'No run yet')],
  ['keys', keys],
  ['palette', palette],
  ['bin', bin],
];

/** Leaves a page as it was, so that the next one can be gone to. */
export async function leave(session) {
  await session.run(`document.querySelector('input[value=interfaces]')?.click()`);
  await session.press(ESCAPE);
  await session.until('no dialog', async () => !(await session.find('dialog[open]')));
}

/** What a command prints needs no interface; the name is by the clock until another is written. */
async function recordOfACommand(session) {
  await reach(session, '2', 'Record');
  await session.run(`document.querySelector('input[value=command]').click()`);
  await session.until('the field', () =>
    session.find('[aria-label="Command that prints packets"]'),
  );
  await session.type('[aria-label="Name of the recording"]', 'friday');
  await leaveField(session);
}

/** Its first part; where the file of rules is does not show, as it depends on the user's folders. */
async function settings(session) {
  await reach(session, ',', 'Settings');
  await session.until('the rules', () => session.find('[aria-label="Redaction rules"] tbody tr'));
  await session.run(
    `document.querySelector('section[aria-labelledby=redaction] p').style.display = 'none'`,
  );
}

async function keys(session) {
  await reach(session, '5', 'Proxy');
  await session.press('?');
  await session.until('the keys', () => session.find('dialog[open] kbd'));
}

async function palette(session) {
  await reach(session, '5', 'Proxy');
  await session.press('\uE009', 'k');
  await session.until('what can be done', () => session.find('#doings [role=option]'));
}

async function bin(session) {
  await leaveField(session);
  await session.press('1');
  await session.press('b');
  await session.until('the bin', async () => (await session.text('main'))?.startsWith('Bin'));
}
