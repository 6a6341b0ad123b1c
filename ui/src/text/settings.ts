/** The words of the Settings page. */

/** Which secrets are replaced: the rules in force, their text to edit, and what they would do to a recording. */
export const redaction = {
  title: 'Secrets: what is replaced before it reaches the disk',
  builtInAndThoseOf: 'The built-in rules, and those of',
  builtInAlone: 'The built-in rules alone. Saving writes your own to',
  whenTheyHold: 'They hold from the next recording or import on; what is recorded stays as it is.',
  save: 'Save',
  revert: 'Revert',
  notSaved: 'not saved',
  previewOnARecording: 'Preview on a recording',
  recordingToPreviewOn: 'Recording to preview on',
  isRaw: ' (raw)',
  noRecordingYet: 'no recording yet',
  looking: 'Looking',
  preview: 'Preview',
  lookedAt: (exchanges: string, which: string, recording: string) =>
    `${exchanges} ${which} of ${recording} looked at; nothing was changed.`,
  exchangesFromTheBeginning: 'exchanges from the beginning',
  exchanges: 'exchanges',
  wasRedactedAlready: 'It was redacted when it was stored, so a rule hits only what was left then.',
  rulesInOrder: 'Rules in order',
  saveTheseRulesQuestion: 'Save these rules?',
  savingHolds: 'They hold from the next recording or import on, in the window and in the command.',
  noLongerReplaced: 'No longer replaced:',
  new: 'New:',
  cancel: 'Cancel',
  saveTheRules: 'Save the rules',
  throwAwayWhatWasTypedQuestion: 'Throw away what was typed?',
  throwAwayHelp: 'The text goes back to what is in force.',
  throwAway: 'Throw away',
  saved: 'The rules are saved; they hold from the next recording on',
};

/** The text of the rules, with line numbers; the line that cannot be read is red. */
export const rulesEditor = {
  redactionRulesToml: 'Redaction rules, TOML',
  problemAt: (line: number, rule: string, problem: string) => `line ${line}${rule}: ${problem}`,
  ofRule: (rule: string) => `, rule ${rule}`,
};

/** Every rule in the order in which they are tried; after a preview, what each would replace, before and after. */
export const rulesList = {
  redactionRules: 'Redaction rules',
  rule: 'Rule',
  replaces: 'replaces',
  by: 'by',
  hits: 'hits',
  yours: 'yours',
  whereFilter: (filter: string) => `where ${filter}`,
  foundAt: (place: string, exchange: number) => `${place}, exchange ${exchange}`,
  cannotBeRead: 'The text cannot be read; it says why below it.',
  none: 'No rule: nothing would be replaced.',
};

/** What holds for the whole file: which hosts a replay may reach, which secrets are replaced, where the file is, how to be let to record. */
export const settings = {
  noLongerAllowed: (host: string) => `A replay may no longer reach ${host}`,
  settings: 'Settings',
  about: 'About',
  targets: 'Targets a replay may reach',
  targetsHelp:
    'This machine needs no permission. Any other host is refused until it is allowed here, and a host that was a server in the recording is refused even then.',
  forgetHost: (host: string) => `Forget ${host}`,
  forget: 'Forget',
  onlyThisMachine: 'only this machine',
  hostToAllow: 'Host to allow',
  hostToAllowExample: 'staging.example',
  allow: 'Allow',
  appearance: 'Appearance',
  asTheSystem: 'As the system',
  light: 'Light',
  dark: 'Dark',
  sizeOfEverything: (percent: number) => `Size of everything: ${percent} %`,
  smaller: 'Smaller',
  larger: 'Larger',
  file: 'File',
  theCommandUsesIt: 'The command line uses the same file;',
  fileOption: '--file',
  or: 'or',
  fileVariable: 'REPRISE_FILE',
  namesAnother: 'names another.',
  opensAnother: 'opens another file in this window.',
  recordingFromAnInterface: 'Recording from an interface',
};
