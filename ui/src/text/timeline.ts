/** The words of the rate over the run, with its stages, faults and commands. */

/** When each command is run, under the rate and on its time axis: a mark to drag along it. */
export const commandMarks = {
  momentOfCommand: (n: number) => `Moment of command ${n}`,
  runCommand: (command: string) => `run ${command}`,
};

/** When each fault is on, under the rate and on its time axis: dragged along it, or by one end. */
export const faultSpans = {
  when: 'When',
  beginning: 'Beginning',
  end: 'End',
  ofFault: (part: string, n: number) => `${part} of fault ${n}`,
  via: (via: string) => ` via ${via}`,
};

/** The stages over the chart: a line to raise and lower, and the moments between them to move. */
export const stageHandles = {
  rateOfStage: (n: number, end: string) => `Rate of stage ${n}${end}`,
  atItsBeginning: ', at its beginning',
  atItsEnd: ', at its end',
  times: (rate: number) => `${rate} times`,
  fromTo: (from: number, to: number) => `${from}x to ${to}x`,
  endOfStage: (n: number) => `End of stage ${n}`,
};

/** The stages in fields: each with its rate at both ends and how long it lasts. */
export const stageTable = {
  title: 'Stages: the rate over the run, in times the rate above',
  addAStage: 'Add a stage',
  rateAtBeginning: (n: number) => `Rate of stage ${n} at its beginning`,
  to: 'to',
  rateAtEnd: (n: number) => `Rate of stage ${n} at its end`,
  for: 'for',
  lengthOfStage: (n: number) => `Length of stage ${n}`,
  removeStage: (n: number) => `Remove stage ${n}`,
  noStages: 'One rate throughout. Stages climb and fall; drag them over the curve, or write them.',
};

/** When a fault is on, as it is dragged along the run. */
export const spans = {
  allTheTime: 'all the time',
  fromTo: (from: string, to: string) => `${from} to ${to}`,
  theEnd: 'the end',
};
