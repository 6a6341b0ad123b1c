/** The words of the Search page. */

/** Where a target breaks: the highest rate it holds, the charts over the rate, every step; while it is on, what is known so far. */
export const search = {
  holdsAt: 'Holds at',
  couldNotBeSentAt: 'Could not be sent at',
  doesNotHoldAt: 'Does not hold at',
  noRate: 'no rate',
  steps: 'Steps',
  p99WhereItHolds: 'p99 where it holds',
  wrote: (path: string) => `Wrote ${path}`,
  theTargetRests: 'the target rests',
  searchForTheEdge: (ofRecording: string) => `search for the edge${ofRecording}`,
  ofRecording: (recording: string) => ` of ${recording}`,
  watchTheRun: 'Watch the run',
  stopping: 'Stopping',
  stop: 'Stop',
  back: 'Back',
  delete: 'Delete',
  htmlReport: 'HTML report',
  nothingWasFoundOut: 'Nothing was found out',
  nothingFoundHelp:
    'The search ended before its first step did. What it had sent is a run of its own.',
  toTheLibrary: 'To the library',
  thisSearchCannotBeShown: 'This search cannot be shown',
  whatWasFound: 'What was found',
  whatCanBeSaid: 'What can be said',
  soFar: 'So far; the search goes on.',
  theFirstStepIsOn: 'The first step is on',
  firstStepHelp: 'Each step is a run of its own. What they say together appears here as they end.',
};

/** The steps of a search by rate; each is a run that can be opened. */
export const steps = {
  held: 'held',
  failed: 'failed',
  generatorLate: 'generator late',
  rate: 'Rate',
  howItWent: 'how it went',
  askedPerS: 'asked per s',
  answeredPerS: 'answered per s',
  newErrors: 'new errors',
  runNamed: (run: string) => `run ${run}`,
  openRun: (run: string) => `Open the run ${run}`,
};
