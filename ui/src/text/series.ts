/** The words of several runs at once: repeated, of two sides, or a search for the edge. */

/** One run, several of them, two targets compared, or the search for the rate at which a target breaks. */
export const several = {
  once: 'Once',
  onceHelp: 'one run',
  untilItBreaks: 'Until it breaks',
  untilItBreaksHelp: 'the highest rate that holds its checks',
  againstTwoTargets: 'Against two targets',
  againstTwoTargetsHelp: 'A and B in turn, then compared',
  severalTimes: 'Several times',
  severalTimesHelp: 'to see how much runs differ',
  whatIsPlayed: 'What is played',
  runsOfEachSide: 'Runs of each side',
  runs: 'Runs',
  leastChangeThatCounts: 'Least change that counts',
  noCheck: 'Nothing says what breaking is: add a check, such as p99<250ms.',
  noTargetOfB: 'B needs a target of its own.',
  between1And100Runs: 'Between 1 and 100 runs are possible.',
  thisWouldSend: 'This would send',
  eachRunWouldSend: 'Each run would send',
  theFirstStepWouldSend: 'The first step would send',
};

/** How the rate at which a target breaks is searched for. */
export const searchFields = {
  moreUsers: 'More users',
  fasterClock: 'Faster clock',
  beginAt: 'Begin at, times the recorded rate',
  goNoHigherThan: 'Go no higher than',
  closeInToWithin: 'Close in to within',
  measureEachStepFor: 'Measure each step for',
  letEachSettle: 'Let each settle before that',
  settleExample: 'not at all; 3s',
  restBetweenSteps: 'Rest between steps',
  restExample: 'not at all; 2s',
  howItSearches:
    "The rate doubles until a check fails, then the edge is closed in on and tried again. Rate and length below are the search's; targets, faults and checks hold for every step.",
  whatAHigherRateIs: 'What a higher rate is',
};

/** Where B is, when the same is played against two targets in turn. */
export const secondSide = {
  howSidesTakeTurns:
    'The targets below are A. Pairs are turned round (A B, B A), so that what drifts meets both alike; at the end B is judged against A.',
  bsHttp: "B's HTTP",
  httpExample: 'http://127.0.0.1:8081',
  bsMysql: "B's MySQL",
  mysqlTargetOfBExample: 'as A; mysql://user:password@127.0.0.1:3307/shop',
  mysqlTargetOfB: 'MySQL target of B',
  runThisBefore: 'Run this before each run of B',
  commandBeforeEachRunOfExample: 'as for A; a command for a shell',
  commandBeforeRuns: 'Command before each run of B',
};
