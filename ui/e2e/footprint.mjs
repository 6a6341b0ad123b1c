/** What the processes of a window take of the machine: the program itself, and WebKit's that draws the page. */
import { readdirSync, readFileSync } from 'node:fs';

/** So often a second Linux counts processor time (`getconf CLK_TCK`). */
const TICKS_PER_S = 100;
/** Threads that send, judge and store, as `replay` and `store` name them: they would run without a window. */
const ENGINE = /^(replay|store)-/;

/** The processes of the window whose file is in a folder. */
export function processesOf(folder) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const program = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0];
        const kind = ['reprise-desktop', 'WebKitWebProcess'].find((name) => program.endsWith(name));
        const isOurs = kind && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
        return isOurs ? [{ pid, kind }] : [];
      } catch {
        // It is over, or another user's.
        return [];
      }
    });
}

/** Memory that is theirs alone, and their part of what they share (PSS), in megabytes. */
export function memory(folder) {
  return processesOf(folder)
    .map(({ pid, kind }) => {
      const pss = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
      return `${kind} ${Math.round(Number(pss?.[1] ?? 0) / 1_000)} MB`;
    })
    .join(', ');
}

/** How long ago the program was started. */
export function ageMs(folder) {
  const program = processesOf(folder).find(({ kind }) => kind === 'reprise-desktop');
  if (program === undefined) throw new Error('the program is not there');
  const upS = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  const startedS = Number(stat(`/proc/${program.pid}/stat`)[19]) / TICKS_PER_S;
  return (upS - startedS) * 1_000;
}

/** Processor time so far, seconds: of the web process, of the engine's threads, of all others of the program. */
export function processorTime(folder) {
  const spent = { web: 0, engine: 0, own: 0 };
  for (const { pid, kind } of processesOf(folder)) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const at = `/proc/${pid}/task/${thread}`;
      const name = readFileSync(`${at}/comm`, 'utf8').trim();
      const part = kind === 'WebKitWebProcess' ? 'web' : ENGINE.test(name) ? 'engine' : 'own';
      const [user, system] = stat(`${at}/stat`).slice(11, 13);
      spent[part] += (Number(user) + Number(system)) / TICKS_PER_S;
    }
  }
  return spent;
}

/** The fields of proc(5)'s stat behind the name, which may have spaces in it. */
function stat(path) {
  return readFileSync(path, 'utf8').split(') ').at(-1).split(' ');
}
