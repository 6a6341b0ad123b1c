/** The words of the Run page. */

/** A stored plan once more, of a run or with a name, or a run from where it got: with what no plan holds. */
export const againQuestion = {
  goOnWith: (of: string) => `Go on with ${of}`,
  runAgain: (of: string) => `Run ${of} again`,
  run: (of: string) => `Run ${of}`,
  goesOnFromThere: 'From the moment of the recording it had reached, with the same plan and seed.',
  samePlanSameSeed:
    'The same plan with the same seed: the same exchanges at the same times, the same faults.',
  planAsItIsKept:
    'The plan as it is kept, with its seed: the same exchanges at the same times, the same faults.',
  nameOfTheRun: 'Name of the run',
  nameOfTheNewRun: 'Name of the new run',
  secretNamed: (name: string) => `Secret ${name}`,
  mysqlPasswordOf: (user: string) => `Password of ${user} on the MySQL target`,
  mysqlPassword: 'MySQL password',
  accountsOfTheCopies: 'Accounts of the copies, user:password a line',
  fileOfAccounts: 'File of accounts',
  accountsPlaceholder: (accounts: number) => `the plan had ${accounts}`,
  proxiesAreControlledAt: (proxies: string) => `Proxies ${proxies} are controlled at`,
  controlAddresses: 'Control addresses',
  tokenLabel: 'Token they want to be told',
  none: 'none',
  controlToken: 'Control token',
  runTheCommands: 'run these commands on this machine',
  runThisFirstFor: 'Run this first, for a shell',
  notKeptHint: 'a plan does not keep it',
  nothing: 'nothing',
  commandBeforeTheNewRun: 'Command before the new run',
  notNow: 'Not now',
  queueIt: 'Queue it',
  start: 'Start',
};

/** What disturbed the run and what it made of it, in the order in which it did: each fault with what users saw of it,
  each command with what it wrote, and how the run got over them. A line opens to its operations, or its output. */
export const disturbances = {
  theEnd: 'the end',
  fault: (title: string) => `fault ${title}`,
  command: (command: string) => `command ${command}`,
  after: (disturbances: string, verdict: string) => `after ${disturbances}: ${verdict}`,
  and: ' and ',
  when: 'When',
  what: 'what',
  whatItDid: 'what it did',
  usersSaw: 'users saw',
  amplified: 'amplified',
  struck: (seenOf: string) => `struck ${seenOf}`,
  injected: (injected: string) => `${injected} injected`,
  failed: (errors: string) => `${errors} failed`,
  run: (command: string) => `run ${command}`,
  operationsTookLonger: (n: number) => `${n} operations took longer`,
  allExchanges: 'all exchanges',
  atTheSameTime: (others: string) => `at the same time: ${others}`,
  knownWhenOver:
    "What users saw of a proxy's fault, and how each operation got over it, is known when the run is over.",
  recoveredAtOnce: 'recovered at once',
  recoveredIn: (after: string) => `recovered in ${after}`,
  notRecoveredYet: (after: string) => `not recovered yet, ${after} on`,
  hasNotRecovered: 'has not recovered',
  notRecoveredBeforeNext: 'had not recovered when the next began',
  beingJudged: 'being judged',
  tooLittleMeasured: 'too little was measured to say',
  stretch: (after: string, errors: string, p99: string, errorsBefore: string, p99Before: string) =>
    `after ${after} ${errors} new errors and p99 ${p99}, before ${errorsBefore} and ${p99Before}`,
  connections: 'connections',
  exchanges: 'exchanges',
  struckOf: (struck: string, of: string, what: string) => `${struck} of ${of} ${what}`,
  timesBetween: (times: string, low: string, high: string) => `×${times} (${low} to ${high})`,
  nothingMeasuredBefore: 'nothing measured before',
  before: (before: string) => `${before} before`,
  newErrors: (rate: string, before: string) => `${rate} new errors, ${before}`,
  waits: 'waits',
  runs: 'runs',
  endedFirst: 'not known: the run ended first',
  doneIn: (took: string) => `done in ${took}`,
  switchedOff: 'switched off',
  on: 'on',
  onIn: (time: string) => `on in ${time}`,
  overFor: (time: string) => `over for ${time}`,
  onForMore: (time: string) => `on for ${time} more`,
};

/** The plan of a run: its seed, and what else it is good for. */
export const keptPlan = {
  seed: 'seed',
  keepThePlan: 'Keep the plan',
  changeThePlan: 'Change the plan',
  keepThePlanOf: (name: string) => `Keep the plan of ${name}`,
  nameOfThePlan: 'Name of the plan',
  keep: 'Keep',
  notNow: 'Not now',
};

/** The runs that wait for this one to be over, and the one whose plan is being worked out. */
export const queued = {
  waitingRuns: 'Waiting runs',
  next: 'next:',
  doNotStart: (name: string) => `Do not start ${name}`,
};

/** A run, while it is on and afterwards: the same page, from the engine or from the file. */
export const run = {
  noRunYet: 'No run yet',
  noRunHelp: 'A run replays a recording against a target. Choose what to send and where.',
  newReplay: 'New replay',
  thisRunCannotBeRead: 'This run cannot be read',
  toTheLibrary: 'To the library',
  newsForReaders: (run: string, phase: string, sent: string, errorRate: string) =>
    `${run}: ${phase}, ${sent} sent, new errors ${errorRate}`,
};

/** What a run did: by operation, by what disturbed it, by probe and watched server, and where its answers differed. */
export const runDetails = {
  operations: (count: string) => `Operations ${count}`,
  errors: (count: string) => `Errors ${count}`,
  disturbances: (count: string) => `Disturbances ${count}`,
  probes: (count: string) => `Probes ${count}`,
  servers: (count: string) => `Servers ${count}`,
  mismatches: (count: string) => `Mismatches ${count}`,
  whatToSeeOf: (name: string) => `What to see of ${name}`,
};

/** What failed, by operation and kind, the most frequent first; one sample of each, and its recorded exchange. */
export const runFailures = {
  nothingFailed: 'Nothing failed that had not failed in the recording.',
  operation: 'Operation',
  failure: 'failure',
  count: 'count',
  byAFault: 'by a fault',
  first: 'first',
  last: 'last',
  oneOfThem: (exchange: number, copy: number, at: string) =>
    `One of them: exchange ${exchange}, copy ${copy}, at ${at}`,
  showTheExchange: 'Show the exchange',
  theRecordingIsGone: '(the recording is gone)',
  recordedAndFailed: (recorded: string | number, failure: string, after: string) =>
    `recorded ${recorded}, failed with ${failure} after ${after}`,
  withoutAnAnswer: 'without an answer',
  touchedBy: ', touched by',
};

/** Which run, where to, how far; and what can be done with it now. */
export const runHeader = {
  wrote: (path: string) => `Wrote ${path}`,
  paused: 'paused',
  ofTotal: (time: string) => ` of ${time}`,
  faultOn: (title: string) => `fault: ${title}`,
  faultsOn: (n: number) => `${n} faults on`,
  stepOfTheSearch: (search: string) => `step of the search ${search}`,
  resume: 'Resume',
  pause: 'Pause',
  stopping: 'Stopping',
  stop: 'Stop',
  htmlReport: 'HTML report',
  goOn: 'Go on',
  runAgain: 'Run again',
  trend: 'Trend',
  delete: 'Delete',
  compare: 'Compare',
};

/** Where answers were not the recorded ones, by operation and place; one of each with both answers. */
export const runMismatches = {
  noneDiffered: 'No answer differed from the recorded one, but for those that failed.',
  operation: 'Operation',
  place: 'place',
  recorded: 'recorded',
  answered: 'answered',
  keptHelp: 'at most 20 of each operation are kept; all are counted',
  kept: 'kept',
  keptOf: (operation: string, place: string, kept: number) =>
    `${operation}, ${place}: ${kept} kept`,
  recordedStatus: (status: number) => `recorded ${status}`,
  exchangeNumber: (exchange: number) => `exchange ${exchange}`,
  answeredStatus: (status: number) => `answered ${status}`,
  copyNumber: (copy: number) => `copy ${copy}`,
  nothing: '(nothing)',
};

/** What the run did by operation: the slowest against the recording first. */
export const runOperations = {
  operation: 'Operation',
  perS: 'per s',
  p99AgainstRecorded: 'p99 against recorded',
  newErrors: 'new errors',
  nothingAnswered: 'Nothing has been answered.',
};

/** What single users felt beside the load: each probe apart. */
export const runProbes = {
  probe: 'Probe',
  sent: 'sent',
  errors: 'errors',
};

/** What watched servers and machines did over the run: each series, and when its source told nothing. */
export const runWatched = {
  series: 'Series',
  mean: 'mean',
  highest: 'highest',
  toldNothingAt: (name: string, gap: string) => `${name} told nothing at ${gap}`,
};

/** Which of several runs is on, and the way to what they are for. */
export const seriesStrip = {
  severalRuns: 'Several runs',
  ofSearch: (name: string) => `of the search ${name}`,
  ofRuns: (name: string) => `of ${name}`,
  nextRunBegins: '; the next run begins in a moment',
  toTheSearch: 'To the search',
  bothComparedAtTheEnd: 'both sides are compared at the end',
  endThemAll: 'End them all',
};

/** What can be changed while a run is on, what it must hold, and where every exchange went. */
export const side = {
  runDetails: 'Run details',
  rate: 'Rate',
  asFastAsItAnswers: 'as fast as it answers',
  timesRecorded: (times: string) => `${times}x of recorded`,
  rateControl: 'Rate, times the recorded one',
  faults: 'Faults',
  usersSaw: (total: string) => `users saw ${total}`,
  injected: (injected: string) => `${injected} injected`,
  injectedAndFailed: (injected: string, failed: string) =>
    `${injected} injected · ${failed} failed`,
  faultNamed: (title: string) => `Fault ${title}`,
  checks: 'Checks',
  waiting: 'waiting',
  holds: 'holds',
  fails: 'fails',
  accountedFor: 'Accounted for',
  planned: 'planned',
  sent: 'sent',
  inFlight: 'in flight',
  skipped: 'skipped',
  plan: 'Plan',
};

/** The six numbers of a run, each with what it must be read against. */
export const tiles = {
  sentPerSecond: 'Sent per second',
  ofAsked: (askedPerS: string) => `of ${askedPerS} asked`,
  faultsIn: (proxies: string) => `faults in ${proxies}`,
  newErrors: 'New errors',
  nothingSent: 'nothing sent',
  nothingInjected: 'nothing injected',
  injectedAndRatio: (injected: string, ratio: string) => `${injected} injected · ×${ratio}`,
  generatorLate: 'Generator late, p99',
  notTheServersNumbers: "not the server's numbers",
  numbersAreTheServers: "numbers are the server's",
  checkFails: (check: string) => `check ${check} fails`,
  responseTime: 'response time',
  theRunInNumbers: 'The run in numbers',
  generatorLateAlarm: "The generator was late; these numbers are not the server's.",
  unfaithfulAlarm:
    'More than 5 % of the answers differ from the recorded ones: the latencies are of other work.',
};

/** All of the run, its last minute, or the stretch that was dragged over. */
export const viewChoice = {
  whatTheChartsShow: 'What of the run the charts show',
  wholeRun: 'whole run',
  lastMinute: 'last minute',
  fromTo: (from: string, to: string) => `${from} to ${to}`,
  zoomOut: 'Zoom out',
  dragToZoom: 'drag over a chart to zoom',
};

/** The run that is on: its numbers as they come, whatever page is shown. */
export const live = {
  theRunIsOver: (name: string) => `The run ${name} is over`,
  sentNewErrors: (sent: string, errorRate: string) => `${sent} sent, new errors ${errorRate}`,
};

/** Runs that wait for the one that is on: two at once would measure each other. */
export const queue = {
  startsWhenOver: (run: string, others: string) => `${run} starts when ${others} is over`,
  theOthers: 'the others',
};

/** The runs that were asked for at once, while they are on: a search for the edge, or a plan played several times. */
export const series = {
  step: (number: number, atTimes: string) => `step ${number}${atTimes}`,
  atTimes: (times: number) => `, at ${times}x`,
  ofSide: (side: string) => `, side ${side}`,
  run: (number: number, ofCount: string, side: string) => `run ${number}${ofCount}${side}`,
  ofCount: (n: number) => ` of ${n}`,
  isOverCompare: (name: string) => `${name} is over: Compare shows both sides`,
  searchIsOver: (name: string) => `The search ${name} is over`,
  isOver: (name: string) => `${name} is over`,
  bothSidesCanBeCompared: 'Both sides can be compared',
};
