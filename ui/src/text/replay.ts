/** The words of the Replay page. */

/** What is run on this machine at which moment of the run: to restart or to pause what the target depends on. */
export const commands = {
  commandsAtATime: 'Commands at a time, on this machine',
  addACommand: 'Add a command',
  timeOfCommand: (n: number) => `Time of command ${n}`,
  run: 'run',
  commandExample: 'systemctl restart mysql',
  command: (n: number) => `Command ${n}`,
  removeCommand: (n: number) => `Remove command ${n}`,
  commandsHelp:
    'Restart a database or pause a container while users are there; what it writes is kept with the run.',
};

/** Standing proxies that the run has under its control: those of the Proxy page, and others by the address they are
  controlled at. What was found there is said, and can be given faults. */
export const controls = {
  says: 'faults between the target and what it talks to',
  noneFound: 'none found',
  proxiesUnderThisRunsControl: "Proxies under this run's control",
  proxies: 'Proxies',
  elsewhere: (protocol: string) => `${protocol}, elsewhere`,
  addressExample: 'http://127.0.0.1:8474, as `reprise proxy --control` shows',
  controlAddress: (n: number) => `Control address ${n}`,
  removeControlAddress: (n: number) => `Remove control address ${n}`,
  allow: (allow: string) => `Allow ${allow}`,
  addAControlAddress: 'Add a control address',
  looking: 'looking',
  tokenLabel: 'Token they want to be told',
  tokenHint: 'of this run only, never stored',
  controlToken: 'Control token',
  addAFaultIn: (name: string) => `Add a fault in ${name}`,
  addAFault: 'Add a fault',
  hasOwnFaults: (faults: string) =>
    `has faults of its own on, which are on none of this run's charts: ${faults}`,
  aReplayMayReach: (name: string) => `A replay may reach ${name} from now on`,
};

/** Recorded values that the target's own answers replace: what was found, each to be kept or left; and more by hand. */
export const correlations = {
  valuesOfTheTarget: 'Values of the target',
  valuesHelp:
    "Cookies, tokens and ids that the target's answers give are swapped; the list appears with the outlook.",
  valuesTakenFromTheTarget: 'Values taken from the target',
  keptByName: 'kept by name',
  moreUsedLess: (n: number) => `and ${n} more, used less;`,
  dryRunOption: '--dry-run --json',
  listsAll: 'lists all',
  addedByHand: 'Added by hand',
  correlation: 'correlation',
};

/** What recorded MySQL needs to mean the same on the target: who logs in, keys that copies may not share, the clock. */
export const databases = {
  users: (n: number) => `${n} users`,
  keys: (shiftKeys: string) => `keys ${shiftKeys}`,
  recordedClock: 'recorded clock',
  statementsFromAFile: 'statements from a file',
  mysql: 'MySQL',
  usersKeysTheClock: 'users, keys, the clock',
  whoLogsIn: 'Who logs in for a recorded user',
  addAUser: 'Add a user',
  everybodyTheSame: "Everybody logs in as the target's address says.",
  recordedUserPlaceholder: 'recorded user',
  recordedUser: (n: number) => `Recorded user ${n}`,
  targetUserPlaceholder: 'user of the target',
  targetUser: (n: number) => `User of the target ${n}`,
  passwordPlaceholder: 'password',
  passwordOfUser: (n: number) => `Password of user ${n}`,
  removeUser: (n: number) => `Remove user ${n}`,
  keysThatEachCopyShifts: 'Keys that each copy shifts',
  keysHint: 'so that copies do not insert the same row: auto, or table.column',
  keysToShiftExample: 'none; auto, items.id, lines.order_id=orders.id',
  keysToShift: 'Keys to shift',
  fileOfStatements: 'File of statements',
  preparedBefore: 'What was prepared before the recording began',
  none: 'none',
  tellTheRecordedTime: 'tell sessions the recorded time before statements that ask for it',
};

/** What shall go wrong: as text, in fields, and dragged along the run above. */
export const faults = {
  faults: 'Faults',
  fault: 'fault',
  notInReplay: (why: string) => `A replay cannot do this: it ${why}.`,
  fieldsOfFault: (shown: string, n: number) => `${shown} of fault ${n}`,
  hideTheFields: 'Hide the fields',
  showTheFields: 'Show the fields',
};

/** What is changed on the way, so that the target understands what was meant for another. */
export const fidelity = {
  sentAsRecorded: ' sent as recorded',
  ownAccounts: 'own accounts',
  baselineIs: (baseline: string) => `baseline ${baseline}`,
  fidelity: 'Fidelity',
  fidelityHelp: 'secrets, rewriting, values of the target',
  rewriting: 'Rewriting',
  rule: 'rule',
  fileOfRules: 'File of rules',
  fileOfAccounts: 'File of accounts',
  moreRules: 'More rules, from a TOML file',
  none: 'none',
  accounts: 'Accounts of the copies, user:password a line',
  theRecordedAccounts: 'the recorded accounts',
  mismatchesAreNoNews: 'Mismatches of this run are no news',
  baseline: 'Baseline',
  requestsAreOneUsersBy: "Requests are one user's by",
  lanesByExample: 'session; cookie:NAME, header:NAME, connection',
  lanesBy: 'Lanes by',
  waitForAnswers: "a user's requests wait for the answers they waited for",
  leaveOutWithoutValue: 'leave requests out that carry a value nobody supplies',
  sendMysqlBesideHttp: 'send recorded MySQL beside the HTTP that causes it',
};

/** What must hold, what one user feels beside the load, and what servers tell meanwhile. */
export const judging = {
  checksProbesServers: 'Checks, probes, servers',
  whatMustHoldWhat: 'what must hold, what is watched',
  checks: 'Checks',
  check: 'check',
  mustHold: 'must hold',
  probesWhatOneUser: 'Probes: what one user feels beside the load',
  probe: 'probe',
  watchedWhatServersAnd: 'Watched: what servers and machines tell of themselves',
  source: 'source',
};

/** A list of lines in one of the small languages (faults, checks, rules), each read by the host as it is typed. */
export const lines = {
  addA: (what: string) => `Add a ${what}`,
  remove: (what: string, n: number) => `Remove ${what} ${n}`,
};

/** What the replay would send and leave out, and why; or why it is refused, with the way to allow it. */
export const outlook = {
  aReplayMayReach: (name: string) => `A replay may reach ${name} from now on`,
  whatWouldBeSent: 'What would be sent',
  sendToRecordedServer: 'send there although it was a server in the recording',
  refused: 'Refused',
  thisCannotStart: 'This cannot start',
  allowAsk: (host: string) => `Allow ${host}…`,
  realRequestsAllow: 'A replay sends real requests, writes among them. Allow',
  forEveryReplay: 'for every replay from this file?',
  no: 'No',
  allowHost: (host: string) => `Allow ${host}`,
  about: '≈ ',
  inAtRate: (span: string, rate: string) => `in ${span}, ${rate} a second`,
  asFastAsItAnswers: 'as fast as the target answers',
  untilStopped: ', again and again until it is stopped',
  trying: 'Trying',
  tryTheTargets: 'Try the targets',
  userSessions: 'user sessions',
  mysqlConnections: 'MySQL connections',
  setUpHelp: 'logins and the like that later requests need; in no statistic',
  toSetThemUp: 'to set them up',
  accountsNeeded: 'accounts needed',
  mayChangeData: 'May change data',
  nothing: 'nothing',
  exchanges: 'exchanges',
  wouldSkip: 'Would skip',
  to: 'To',
  swappedOnTheWay: 'Swapped on the way',
  recordedValues: (values: string) =>
    `${values} recorded cookies, tokens and ids for what the target answers`,
  showThem: 'Show them',
  tokensOfOthers: (requests: string) =>
    `${requests} requests carry a token that only another user's answer gave: they go as recorded`,
  withoutASource: 'Without a source',
  supplyNamed: (name: string) => `Supply ${name}`,
  supply: 'Supply',
  slowLanes: (lanes: string) =>
    `${lanes} lanes cannot keep up at this speed: answers take as long as before`,
  planDoesNotHold: (what: string) => `The plan does not hold ${what}`,
  planning: 'Planning',
  planningWasStopped: 'Planning was stopped',
  stoppedHelp: 'What would be sent is not known; nothing starts without that.',
  planIt: 'Plan it',
  cannotBeRead: 'This cannot be read; what is wrong with it stands beside it:',
  wouldSend: 'Would send',
  sayWhereItGoes:
    'Say where HTTP or MySQL goes, and this lists what would be sent and skipped, and why.',
};

/** More users or a faster clock: two ways to raise the rate, chosen apart; and for how long. */
export const rateChoice = {
  asRecorded: 'As recorded',
  asRecordedHelp: 'the same users at the same pace',
  moreUsers: 'More users',
  moreUsersHelp: 'every session several times, each at its own moment',
  fasterClock: 'Faster clock',
  fasterClockHelp: 'the same users, thinking less',
  asFastAsItAnswers: 'As fast as it answers',
  asFastAsItAnswersHelp: 'for measuring ceilings',
  howTheRateIsRaised: 'How the rate is raised',
  timesTheRecordedRate: 'Times the recorded rate',
  usersForEach: 'And so many users for each',
  copiesExample: '1, as recorded',
  copies: 'Copies',
  forHowLong: 'For how long (repeats it)',
  durationExample: 'the recording once; 30s, 5m',
  duration: 'Duration',
  stepsAndRamps: 'Steps and ramps, times the rate above',
  stagesExample: 'one rate; 1x:1m,5x:2m,5x..10x:2m',
  stages: 'Stages',
  warmUpLabel: 'Warm-up, in no statistic',
  warmUpExample: 'none; 30s',
  warmUp: 'Warm-up',
  untilStopped: 'again and again, until it is stopped',
};

/** What to send, where, how fast, and what shall go wrong; beside it what that would do. */
export const replay = {
  nothingToReplayYet: 'Nothing to replay yet',
  nothingHelp: 'A replay sends what was recorded. Import a capture first.',
  toTheLibrary: 'To the library',
  replay: 'Replay',
  anotherWaits: (run: string) => `${run} is on; another waits until it is over`,
  plans: 'Plans',
  queue: 'Queue',
  start: 'Start',
  theReplay: 'The replay',
  recording: 'Recording',
  nameOfTheRun: 'Name of the run',
  loadAndFaults: 'Load and faults',
  loadAndFaultsHelp: 'how fast, for how long, what goes wrong and when',
  onlyWhatMatches: 'Only what matches',
  filterExample: 'all exchanges',
  filter: 'Filter',
  onlyThisPartOf: 'Only this part of the recording',
  partOfTheRecordingExample: 'all of it; 5m..15m, 10:00..10:20',
  partOfTheRecording: 'Part of the recording',
  seedOfEveryRandomChoice: 'Seed of every random choice',
  seed: 'Seed',
};

/** Which recorded HTTP server goes to which target, row by row. `side` names them where there are two sides. */
export const routes = {
  ofSide: (side: string) => ` of ${side}`,
  httpRecordedOf: 'HTTP recorded of',
  allElseExample: 'all else; shop.example, /api, 10.0.0.9:80',
  recordedOf: (side: string) => `Recorded, of ${side}`,
  recorded: 'Recorded',
  httpTarget: (of: string) => `HTTP target${of}`,
  removeTarget: (n: number, side: string) => `Remove target ${n}${side}`,
  anotherTarget: (side: string) => `+ another target${side} for a part of it`,
};

/** What keeps a target's data as it is, or puts it back. */
export const safety = {
  noWrites: 'no writes',
  copiesDoNotWrite: 'copies do not write',
  endsWhenACheckFails: 'ends when a check fails',
  aCommandRunsFirst: 'a command runs first',
  safety: 'Safety',
  safetyHelp: 'writes, and what is restored before',
  sendNoWrites: 'send no writes',
  mysqlWritesOnce: 'MySQL writes once, not in copies and repetitions',
  stopWhenACheckFails: 'stop when a check fails',
  noSoonerThanLabel: 'But no sooner than this long into the run',
  noSoonerThanExample: 'at once; 30s',
  noSoonerThan: 'Checks stop the run no sooner than',
  functionsThatWriteLabel: 'SQL functions that write although their statement reads',
  functionsThatWriteExample: 'none; audit, shop.charge',
  functionsThatWrite: 'Functions that write',
  runThisFirst: 'Run this first, for a shell',
  runThisFirstHint: 'two runs can only be compared when both begin with the same data',
  commandBeforeTheRunExample: 'nothing; mariadb shop < shop.sql',
  commandBeforeTheRun: 'Command before the run',
};

/** A target for who has none: the sample shop on this machine, with the password that its customers need. */
export const sampleShop = {
  isOpen: 'The sample shop is open on this machine; its data is put back before each run.',
  closeIt: 'Close it',
  noTargetAtHandQuestion: 'No target at hand?',
  useTheSampleShop: 'Use the sample shop',
  onThisMachine: "on this machine, for the sample's traffic",
};

/** Credentials that redaction took out of the recording, supplied for this run only and never stored. */
export const secrets = {
  title: 'Secrets the redaction replaced',
  addASecret: 'Add a secret',
  fieldOfSecret: (n: number) => `Field of secret ${n}`,
  fieldExample: 'login.password',
  valueOfSecret: (n: number) => `Value of secret ${n}`,
  valuePlaceholder: 'the real value on the target',
  removeSecret: (n: number) => `Remove secret ${n}`,
  whatIsSent: 'Sent with what the recording holds; the outlook says when one is missing.',
};

/** Asked before data on another machine is changed. */
export const startQuestion = {
  changeDataOnAnotherMachineQuestion: 'Change data on another machine?',
  mayChangeDataAt: (writes: string, sends: string) =>
    `${writes} of ${sends} exchanges may change data at`,
  and: ' and ',
  doNotStart: 'Do not start',
  sendTheWrites: 'Send the writes',
};

/** Where the recorded traffic goes, row by row, and how the targets are spoken to. */
export const targets = {
  host: (host: string) => `host ${host}`,
  connections: (pool: number) => `${pool} connections`,
  timeout: (timeout: string) => `timeout ${timeout}`,
  ownCertificates: 'own certificates',
  certificatesNotVerified: 'certificates not verified',
  targets: 'Targets',
  whereWhatWasRecordedGoes: 'where what was recorded goes',
  httpGoesTo: 'HTTP goes to',
  httpExample: 'http://127.0.0.1:8080',
  mysqlGoesTo: 'MySQL goes to',
  mysqlTargetExample: 'mysql://user:password@127.0.0.1:3306/shop',
  mysqlTarget: 'MySQL target',
  connectionsAndTls: 'Connections and TLS',
  requestsNameAsTheirHost: 'Requests name as their host',
  hostFieldExample: 'target; keep, shop.example',
  hostField: 'Host field',
  shareConnections: 'Share connections',
  connectionsToEachTargetExample: 'as recorded; a pool of so many',
  connectionsToEachTarget: 'Connections to each target',
  giveAnAnswerUpAfter: 'Give an answer up after',
  timeoutLabel: 'Timeout',
  trustTheCertificatesIn: 'Trust the certificates in',
  certificateFile: 'Certificate file',
  certificatesExample: "the system's; a PEM file",
  doNotVerifyCertificates: 'do not verify certificates',
  doNotVerifyHelp: 'the targets may not be who they say; the run keeps that',
  certificatesAreNotVerified: 'Certificates are not verified.',
};

/** What the Replay page holds: kept while other pages are looked at. */
export const form = {
  changesNoRequest: 'changes no request: is it meant so?',
  changesRequests: (count: number) => `changes ${count} requests`,
};
