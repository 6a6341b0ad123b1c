/** Pictures that are kept in the repository, for people to read. */
import { join } from 'node:path';
import { start } from './processes.mjs';
import { picture } from './window.mjs';

/** A picture of the page in a folder, in as few colours as it takes. */
export async function keptPicture(session, name, folder) {
  await picture(session, name, folder);
  await smaller(join(folder, `${name}.png`));
}

/** Fewer colours, where the program for it is there. */
async function smaller(file) {
  const quantising = start('pngquant', ['--force', '--ext', '.png', '--speed', '1', '96', file]);
  await new Promise((resume) => {
    quantising.once('exit', resume);
    quantising.once('error', resume);
  });
}
