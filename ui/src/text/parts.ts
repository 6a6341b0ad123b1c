/** The words of the parts that several pages are made of. */

/** A command for a shell, to be read and copied. */
export const command = {
  copyTheCommand: (command: string) => `Copy the command ${command}`,
  copied: 'Copied',
  copy: 'Copy',
};

/** The message at the foot of the window. */
export const notices = {
  undo: 'Undo',
  dismiss: 'Dismiss',
};

/** The path of a file: typed, or chosen with the system's dialog. */
export const pathField = {
  chooseNamed: (name: string) => `Choose: ${name}`,
  choose: 'Choose…',
};

/** How far a plan is while a long recording is read for it, with the way to end that. */
export const planning = {
  exchangesRead: 'Exchanges read',
  readOf: (read: string, of: string) => `reading ${read} of ${of} exchanges`,
  stopPlanning: 'Stop planning',
  stop: 'Stop',
};

/** A chart drawn by the host, with a crosshair over it from its frame. Charts given the same `hover` read together.
  Where a stretch may be zoomed to, dragging chooses it; where lines may be hidden, the legend does. */
export const chart = {
  cellHolds: (low: string, high: string, count: string) => `${low} to ${high}: ${count}`,
  noAnswer: 'no answer',
};
