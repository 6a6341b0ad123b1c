/** Takes the pictures that pages are held against, on an empty file, into e2e/kept. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALIKE, leave } from './alike.mjs';
import { keptPicture } from './kept_picture.mjs';
import { THEMES } from './accessibility.mjs';
import { KEPT, wear } from './looks.mjs';
import { stopAll } from './processes.mjs';
import { openWindow } from './window.mjs';

const folder = await mkdtemp(join(tmpdir(), 'reprise-kept-'));
try {
  await mkdir(KEPT, { recursive: true });
  const { session } = await openWindow(folder);
  for (const theme of THEMES) {
    await wear(session, theme);
    for (const [name, open] of ALIKE) {
      await open(session);
      await keptPicture(session, `${name}-${theme}`, KEPT);
      await leave(session);
    }
  }
  await session.close();
  console.log(`the pictures are in ${KEPT}`);
} finally {
  await stopAll();
  await rm(folder, { recursive: true, force: true });
}
