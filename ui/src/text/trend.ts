/** The words of the Trend page. */

/** The last runs of the plan that a run is of: each run's quantiles, and where they took a step that lasts. */
export const trend = {
  rose: (what: string) => `${what} rose`,
  fell: (what: string) => `${what} fell`,
  wrote: (path: string) => `Wrote ${path}`,
  trendOf: (run: string) => `Trend of ${run}`,
  ofItsPlan: (n: number, runs: string, recording: string) =>
    `${n} ${runs} of its plan, of ${recording}`,
  oneRun: 'run',
  manyRuns: 'runs',
  back: 'Back',
  htmlReport: 'HTML report',
  noTrend: 'There is no trend of this run',
  whatCanBeSaid: 'What can be said',
  runNewestFirst: 'Run, newest first',
  newErrors: 'new errors',
  answeredPerS: 'answered per s',
  began: 'began',
  runNamed: (name: string) => `run ${name}`,
  checkFailed: 'check failed',
};
