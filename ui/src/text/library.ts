/** The words of the Library page, the bin, and importing. */

/** What was deleted: looked at, brought back, or removed for good. */
export const bin = {
  isBack: (name: string) => `${name} is back`,
  isGoneForGood: (name: string) => `${name} is gone for good`,
  theBinIsEmpty: 'The bin is empty',
  bin: 'Bin',
  removing: 'removing…',
  keptSevenDays: (size: string) => `${size}; what has been here for seven days goes by itself`,
  back: 'Back',
  emptyTheBin: 'Empty the bin',
  emptyHelp:
    'Recordings and runs that are deleted come here, and can be brought back for seven days.',
  deleted: 'Deleted',
  what: 'what',
  when: 'when',
  size: 'size',
  actions: 'actions',
  restoreNamed: (name: string) => `Restore ${name}`,
  restore: 'Restore',
  removeNamedForGood: (name: string) => `Remove ${name} for good`,
  removeNamedForGoodQuestion: (name: string) => `Remove ${name} for good?`,
  emptyTheBinQuestion: 'Empty the bin?',
  goneThenAndFree: (what: string, size: string) =>
    `${what} cannot be brought back then; ${size} become free.`,
  thisOne: 'This',
  theseMany: (n: number) => `These ${n} recordings and runs`,
  keep: 'Keep',
  removeForGood: 'Remove for good',
};

/** A recording or a run as a row: opened by a click or Enter, deleted by its key, with one action of its own. */
export const entry = {
  keepingNamed: (name: string) => `Name, tags and note of ${name}`,
  deleteNamed: (name: string) => `Delete ${name}`,
};

/** The import that is on, whatever page is shown: how far it is, and how to stop it. */
export const importBar = {
  importInProgress: 'Import in progress',
  importing: 'Importing',
  stop: 'Stop',
  shareOfTheFilesRead: 'Share of the files read',
  readSoFar: (read: string, of: string, packets: string, exchanges: string) =>
    `${read} of ${of} · ${packets} packets · ${exchanges} exchanges`,
  opening: 'opening',
};

/** Which files, and the recording's name. Paths can be typed, chosen or dropped. */
export const importForm = {
  importACapture: 'Import a capture',
  filesOneALine:
    'Capture files, one a line: pcap, pcapng, HAR, .gor, MySQL or access logs, also .gz and .zst',
  filesExample: '/var/tmp/shop-friday.pcapng',
  nameOfTheRecording: 'Name of the recording',
  chooseFiles: 'Choose files…',
  close: 'Close',
  import: 'Import',
};

/** What a recording or a run is called, and what is written beside it. */
export const keepingQuestion = {
  run: 'Run',
  recording: 'Recording',
  name: 'Name',
  tags: 'Tags',
  tagsHint: 'words to find it by, with blanks between',
  tagsExample: 'peak v2',
  note: 'Note',
  cancel: 'Cancel',
  save: 'Save',
};

/** Everything in the file, newest first. */
export const library = {
  library: 'Library',
  findPlaceholder: 'find by name, tag or note   /',
  findRecordingsAndRuns: 'Find recordings and runs',
  bin: 'Bin',
  import: 'Import',
};

/** A table of what is in the file: a head, a row for each, a word when there is none. */
export const listing = {
  actions: 'actions',
};

/** The recordings: what was captured, when, how much, what is missing. */
export const recordings = {
  httpCount: (exchanges: string) => `${exchanges} HTTP`,
  mysqlCount: (exchanges: string) => `${exchanges} MySQL`,
  nothingDecoded: 'nothing decoded',
  recordings: 'Recordings',
  requestsOverTime: 'requests over time',
  exchanges: 'exchanges',
  size: 'size',
  length: 'length',
  began: 'began',
  noneFound: 'None is called or tagged so.',
  noneYet: 'No recordings; record or import some traffic to begin.',
  replay: 'Replay',
  httpAndMysql: (http: string, mysql: string) => `${http} HTTP, ${mysql} MySQL`,
  ofCaptured: (bytes: string) => `of ${bytes}`,
};

/** What was written beside a recording or a run, in its page's first line, and the way to change it. */
export const remarks = {
  nameAndNote: 'Name and note',
};

/** The runs: what was replayed and how it went. */
export const runs = {
  runs: 'Runs',
  newErrorsOverTime: 'new errors over time',
  sent: 'sent',
  newErrors: 'new errors',
  length: 'length',
  began: 'began',
  noneFound: 'None is called or tagged so.',
  noneYet: 'No runs yet; replay a recording against a target.',
  ofRecording: (recording: string) => `of ${recording}`,
  step: (step: number, times: number) => `step ${step}, at ${times}x`,
  stepOf: (search: string, step: number, times: number) =>
    `step ${step} of the search ${search}, at ${times}x`,
  compare: 'Compare',
  running: 'running',
  baselineHelp: 'other runs of its recording are compared with it',
  baseline: 'baseline',
  generatorLateHelp: "these numbers are not the server's",
  generatorLate: 'generator late',
  unfaithfulHelp: 'more than 5 % of the answers differ',
  unfaithful: 'unfaithful',
  checksFailed: (n: number, checks: string) => `${n} ${checks} failed`,
  oneCheck: 'check',
  manyChecks: 'checks',
};

/** The searches for an edge that runs are left of: each a line that unfolds to its runs, and is deleted with them. */
export const searches = {
  running: 'running',
  searchNamed: (name: string) => `search ${name}`,
  ofSearch: (runs: string, name: string) => `${runs} of the search ${name}`,
  oneRun: '1 run',
  manyRuns: (n: number) => `${n} runs`,
  deleteNamed: (name: string) => `Delete the search ${name}`,
};

/** The empty file: the sample in one press, one's own captures, and whether this user may record. */
export const welcome = {
  nothingRecordedYet: 'Nothing recorded yet',
  whatRepriseDoes:
    'Reprise replays recorded HTTP and MySQL traffic, faster and with more users, while things go wrong on purpose, and says what changed. It starts from a capture.',
  tryTheSampleShop: 'Try it on the sample shop',
  sampleShopHelp:
    'Its traffic is here, and the shop itself can be opened on this machine as a target: a first comparison takes three minutes.',
  importTheSampleShop: 'Import the sample shop',
  bringACapture: 'Bring a capture',
  dropFilesAnywhere:
    'Drop files anywhere on this window: pcap, pcapng, HAR, .gor, MySQL and access logs.',
  chooseACapture: 'Choose a capture…',
  recordFromThisMachine: 'Record from this machine',
  toTheRecordPage: 'To the Record page',
};

/** Reading capture files into a recording: what is proposed, what is going on. One import at a time. */
export const importer = {
  imported: (made: string) => `Imported ${made}`,
};

/** What the file holds, as last read: the rail, the library and the pickers share it. */
export const shelf = {
  deletedNamed: (what: string, name: string) => `Deleted the ${what} ${name}`,
  itsRun: 'its run',
  itsRuns: (runs: number) => `its ${runs} runs`,
  deletedSearch: (name: string, all: string) => `Deleted the search ${name} and ${all}`,
};
