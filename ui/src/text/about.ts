/** What this program and this machine are, in words. */

/** What this program is, and what this machine is good for. */
export const about = {
  reprise: (version: string) => `Reprise ${version}`,
  webEngine: (webEngine: string) => `web engine ${webEngine}`,
  copied: 'Copied',
  about: 'About',
  back: 'Back',
  lookAgain: 'Look again',
  copy: 'Copy',
  whatRepriseDoes:
    'Records production HTTP and MySQL traffic, replays it harder against staging while things break, and says what changed.',
  name: 'Reprise',
  isFrenchFor: 'is French for “once more, from there”.',
  webKit: (version: string) => `WebKitGTK ${version}`,
  licences: '· MIT or Apache-2.0',
  thisMachineAndThisFile: 'This machine and this file',
  theSameAs: 'The same as',
  doctorCommand: 'reprise doctor',
  says: 'says.',
  looking: 'looking…',
};

/** Whether this user may record here, as it is now, and the one command that changes it. */
export const captureRights = {
  mayNotRecordYet:
    'This user cannot record from an interface of this machine yet. In a terminal, once:',
  lookAgain: 'Look again',
  importingCapturesNeedsNoRight: 'Importing captures needs no right.',
  mayRecord: (found: string) => `This user may record from this machine: ${found}.`,
  looking: 'looking whether this user may record here…',
};

/** One thing that was looked at on this machine, and what mends it. */
export const finding = {
  capture: 'Recording from an interface',
  theFile: 'The file',
  keyOfPseudonyms: 'The key of pseudonyms',
  roomOnItsDisk: 'Room on its disk',
  openFiles: 'Open files',
  portsForConnections: 'Ports for connections',
  processors: 'Processors',
  timer: 'Timer',
  clock: 'Clock',
};
