/** The words around the pages: the rail, the palette, the keys, the question at closing. */

/** The frame: the rail, the page on screen, messages, and files dropped anywhere. */
export const app = {
  dropFiles: 'Drop captures, HAR, .gor or log files to import them, or a .reprise file to open it',
};

/** Asked when the window shall close while a recording, a run or a proxy is on: closing ends it. */
export const closeQuestion = {
  aRecording: 'a recording',
  aSeriesOfRuns: 'a series of runs',
  aRun: 'a run',
  aProxy: 'a proxy',
  proxies: (n: number) => `${n} proxies`,
  and: ' and ',
  oneIsOn: (what: string) => `${what} is on`,
  manyAreOn: (what: string) => `${what} are on`,
  recordingHas: (elapsed: string, exchanges: string) =>
    `has been recording for ${elapsed} and has ${exchanges} exchanges. Closing the window ends it; what was recorded is kept.`,
  seriesIsAt: (step: string) =>
    `is at ${step}. Closing the window ends it; what was measured is kept.`,
  runHasSent: (exchanges: string) =>
    `has sent ${exchanges} exchanges. Closing the window ends it; what was measured is kept.`,
  theProxy: 'The proxy',
  proxyHas: (connections: string, listen: string) =>
    `has ${connections} connections open. Closing the window closes them: what was pointed at ${listen} finds nobody there.`,
  inTheBackground: (comesBack: string) =>
    `In the background all goes on without a window: start Reprise again to have it back${comesBack}.`,
  comesBackByItself: '; when the run is over it comes by itself',
  stay: 'Stay',
  goOnInTheBackground: 'Go on in the background',
  stopAndClose: 'Stop and close',
};

/** Which key does what on this page, and everywhere. */
export const keys = {
  find: 'find something to do, to go to, or in names, notes, tags and operations',
  theseKeys: 'these keys',
  nextControl: 'the next control; arrows walk rows, charts and sliders',
  openRow: 'open the row',
  deleteRow: 'put the row into the bin',
  nameTagsNote: 'name, tags and note of the row or the page',
  undo: 'take that back, while it is offered',
  filter: 'write a filter or find, where there is a field for it',
  pauseRun: 'pause a run, or let it go on',
  rateOfRun: 'the rate of a run that is on',
  zoom: 'everything smaller, larger, as designed',
  switchFault: 'switch a fault of a run or a proxy',
  keys: 'Keys',
  onThisPage: 'On this page',
  everywhere: 'Everywhere',
  close: 'Close',
  esc: 'Esc',
  del: 'Del',
  space: 'Space',
};

/** Everything that can be done or gone to from here, and everything in the file that has what is typed: in names, notes, tags, operations. */
export const palette = {
  recordingNamed: (name: string) => `Recording ${name}`,
  replayNamed: (name: string) => `Replay ${name}`,
  runNamed: (name: string) => `Run ${name}`,
  compareNamed: (name: string) => `Compare ${name}`,
  searchNamed: (name: string) => `Search ${name}`,
  bin: 'Bin',
  aboutRepriseAndThisMachine: 'About Reprise and this machine',
  themeDark: 'Theme: dark',
  themeLight: 'Theme: light',
  themeAsTheSystem: 'Theme: as the system',
  inRecording: (name: string) => `in ${name}`,
  findSomethingToDo: 'Find something to do',
  whatToDo: 'What to do',
  whatToDoPlaceholder: 'what to do, where to go, or what to find',
  whatCanBeDone: 'What can be done',
  nothingHasThatInIt: 'nothing has that in it',
};

/** Where one can go, with the key for each. */
export const rail = {
  library: 'Library',
  record: 'Record',
  replay: 'Replay',
  run: 'Run',
  compare: 'Compare',
  proxy: 'Proxy',
  settings: 'Settings',
  pages: 'Pages',
  reprise: 'Reprise',
  aRunIsOn: 'a run is on',
  aRecordingIsOn: 'a recording is on',
  aFaultyProxyIsOn: 'a proxy is on, with faults',
  aProxyIsOn: 'a proxy is on',
  otherFilesNow: 'Other files, now ',
  oneRecording: 'recording',
  manyRecordings: 'recordings',
  oneRun: 'run',
  manyRuns: 'runs',
};
