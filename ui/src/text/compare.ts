/** The words of the Compare page. */

/** Two runs, or a run and the recording itself: what changed, how sure that is, and where. */
export const compare = {
  operationsByEffect: 'Operations, by effect',
  answersThatChanged: 'Answers that changed',
  serversAndMachines: 'Servers and machines',
  differingAnswersOfB: 'Differing answers of B',
  ofA: 'of A',
  baselineIs: (recording: string, run: string) =>
    `Runs of ${recording} are compared with ${run} from now on`,
  wrote: (path: string) => `Wrote ${path}`,
  nothingToCompareYet: 'Nothing to compare yet',
  nothingHelp:
    'Two runs of the same recording, or a run and the recording itself, are compared here.',
  newReplay: 'New replay',
  compare: 'Compare',
  sideA: 'A, what is compared with',
  with: 'with',
  sideB: 'B, what is judged',
  swap: 'Swap',
  noBaseline: (recording: string) =>
    `Runs of ${recording} are compared with the run before them again`,
  unpinBaseline: 'Unpin the baseline',
  pinBaseline: 'Pin A as baseline',
  htmlReport: 'HTML report',
  theseCannotBeCompared: 'These cannot be compared',
  whatToSeeOfBoth: 'What to see of both',
};

/** What was answered differently, by operation; one of each with both answers side by side, what differs marked. */
export const comparedAnswers = {
  none: 'No answer of B differs from the recorded one where those of A do not.',
  operation: 'Operation',
  whatChanged: 'what changed',
  notAsRecorded: 'not as recorded A → B',
  exchangeAt: (exchange: number, place: string) => `exchange ${exchange}, at ${place}`,
  bothAnswers: 'Both answers, line by line',
  noAnswerKept: 'No answer of it was kept.',
};

/** Operations by effect: those that surely changed first, the largest change on top. */
export const comparedOperations = {
  operationByEffect: 'Operation, by effect',
  quantile: 'quantile',
  change: 'change',
  interval: '95 % interval',
  newErrors: 'new errors A → B',
  tooFew: 'too few',
};

/** From which change on a difference counts. */
export const leastChange = {
  leastChange: 'Least change that counts, in percent',
};

/** What one side of a comparison is: a run, several runs of one plan, or the recording itself. */
export const sidePicker = {
  runs: 'Runs',
  stepsOf: (search: string) => `Steps of the search ${search}`,
  severalRunsOfOnePlan: 'Several runs of one plan',
  theRecordingItself: 'The recording itself',
};

/** The verdict in words, then the numbers it rests on. */
export const verdict = {
  bIsWorse: 'B is worse:',
  bIsBetter: 'B is better:',
  same: 'No difference that matters:',
  cannotTell: 'This cannot tell:',
  verdict: 'Verdict',
  changesCountFrom: 'changes count from',
  newErrors: 'New errors',
  ofWhatWasSent: 'of what was sent',
};

/** What watched servers and machines did on both sides: the mean over each run. */
export const watchedBoth = {
  series: 'Series, mean over the run',
  change: 'change',
};

/** The least change that counts in comparisons, until the window is closed: of this page, and of two targets played in turn. */
export const least = {
  between0And100: 'between 0 and 100 %',
};

/** What a side of a comparison can be: a recording, a run, or several runs of one plan, which are told by their numbers. */
export const sides = {
  runsFromTo: (first: string, last: string, n: number) => `${first} … ${last} (${n} runs)`,
};
