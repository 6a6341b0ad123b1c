/** The words of the Recording page: its tables, its filter, and an exchange in detail. */

/** What was not recorded, counted by cause, and what redaction replaced. Nothing is lost silently. */
export const lossLedger = {
  seenOnTheWire: 'Seen on the wire',
  replaced: 'Replaced before it reached the disk',
  nothingReplaced: 'No redaction rule found anything.',
  notInTheRecording: 'Not in the recording, by cause',
  nothingLost: 'Nothing: every packet was decoded, and every byte and message is here.',
};

/** What the recorded traffic does, values removed; the most frequent first. */
export const operations = {
  operation: 'Operation',
  protocol: 'protocol',
  exchanges: 'exchanges',
  errors: 'errors',
  showItsExchanges: 'Show its exchanges',
  http: 'HTTP',
  mysql: 'MySQL',
  nothingDecoded: 'Nothing in this recording could be decoded.',
};

/** One recording: what is in it, what is not, and every exchange. */
export const recording = {
  length: 'Length',
  firstPacketToLast: 'first packet to last',
  connections: 'Connections',
  thatCarriedBytes: 'that carried bytes',
  httpExchanges: 'HTTP exchanges',
  mysqlExchanges: 'MySQL exchanges',
  captured: 'Captured',
  inPackets: 'in packets',
  inTheFile: 'In the file',
  compressed: 'compressed',
  operations: (count: string) => `Operations ${count}`,
  exchanges: (count: string) => `Exchanges ${count}`,
  accountedFor: 'Accounted for',
  ofAll: (all: string) => `${all} of all`,
  back: 'Back',
  delete: 'Delete',
  replay: 'Replay',
  thisRecordingCannotBeRead: 'This recording cannot be read',
  theRecordingInNumbers: 'The recording in numbers',
  whatToSeeOf: (name: string) => `What to see of ${name}`,
  readingTheRecording: 'Reading the recording',
};

/** What must be known of a recording wherever it is shown: stored raw, not whole, something lost. */
export const recordingMarks = {
  rawHelp: 'stored without redaction: passwords and tokens are in it as they were sent',
  raw: 'raw',
  incompleteHelp: 'its import or capture ended early: what was stored by then is here',
  incomplete: 'incomplete',
  isBeingWritten: 'it is being written',
  lostHelp: 'not in the recording, among what it accounts for',
  wholeHelp: 'every packet is accounted for and nothing was lost',
  whole: 'whole',
};

/** A whole connection: its exchanges in order, what went which way when; any of them can be gone to. */
export const connectionView = {
  openBeforeTheCaptureBegan: 'open before the capture began',
  openedAt: (openedUs: string) => `opened at ${openedUs}`,
  closedAt: (how: string, at: string) => `${how} at ${at}`,
  connection: (connection: number) => `Connection ${connection}`,
  exchangesAndEnd: (exchanges: string, end: string) =>
    end === '' ? `· ${exchanges} exchanges` : `· ${exchanges} exchanges · ${end}`,
  sent: 'sent',
  answered: 'answered',
  none: 'none',
  ok: 'ok',
  exchangesOfConnection: (connection: number) => `Exchanges of connection ${connection}`,
};

/** One exchange: what was asked and what was answered, or its whole connection; nothing in it is run or rendered. */
export const exchangeDetail = {
  setOut: 'Set out',
  text: 'Text',
  bytes: 'Bytes',
  copied: (name: string) => `Copied: ${name}`,
  nothingOnTheClipboard: 'nothing could be put on the clipboard',
  exchange: (id: number) => `Exchange ${id}`,
  close: 'Close',
  howToLookAtIt: 'How to look at it',
  view: 'View',
  nextView: 'Next view',
  asSent: 'As sent',
  decoded: 'Decoded',
  thisExchange: 'This exchange',
  wholeConnection: 'Whole connection',
  copy: 'copy',
  copyAs: (name: string) => `Copy ${name}`,
  answerCame: (bytes: string, latency: string, firstByte: string) =>
    `${bytes} after ${latency}, first byte ${firstByte}`,
};

/** Bytes as hexadecimal digits and as what can be read of them, sixteen a line where there is room, else eight. */
export const hexView = {
  noBytes: 'No body.',
};

/** A picture that was sent; bytes that are none of the formats shown say so. */
export const pictureView = {
  notShownHere: 'Not a picture that is shown here; see its bytes.',
  tooLarge: (width: number, height: number) =>
    `A picture of ${width} × ${height}: too large to be shown.`,
  whatWasSent: 'What was sent',
  cannotBeDecoded: 'A picture that cannot be decoded; see its bytes.',
};

/** The rows of a MySQL answer as a table. */
export const rowsView = {
  null: 'NULL',
  row: 'row',
  rows: 'rows',
  onlyTheFirst: (rows: string) => `, of which the first ${rows} are here`,
};

/** One side of an exchange: set out for reading, as text, or byte by byte. */
export const side = {
  request: 'Request',
  answer: 'Answer',
  decoded: (coding: string, size: string) => `${coding}, ${size} decoded`,
  kept: (size: string) => `${size} kept`,
  notInTheCapture: 'not in the capture',
  error: (error: string) => `ERROR ${error}`,
  endIsMissing: '(its end is not in the recording)',
  doesNotRead: 'This does not read as what it should be; see its bytes.',
  itsBytes: (title: string) => `${title}, its bytes`,
  itsText: (title: string) => `${title}, its text`,
  rowsOfResult: (n: number) => `Rows of result ${n}`,
  itsContent: (title: string) => `${title}, its content`,
};

/** A text of any length in lines that fit; nothing in it is ever run or rendered. */
export const textView = {
  pseudonym: 'a pseudonym: redaction replaced what was sent',
};

/** The filter: written with completion from the recording, saved by a press, taken up again by another. */
export const filterBar = {
  filterTheExchanges: 'Filter the exchanges',
  filterExample: 'method:POST status:5xx operation:/cart -status:404 took:>100ms protocol:mysql',
  completions: 'Completions',
  forgetFilter: 'Forget filter',
  saveFilter: 'Save filter',
  clearTheFilter: 'Clear the filter',
  stop: 'Stop',
  savedFilters: 'Saved filters',
};

/** What can be done with a cell of the table: ask for its value, leave it out, copy it, see its connection. */
export const cellMenu = {
  withThisValue: 'With this value',
};

/** Which columns the exchanges table has. */
export const columnChoice = {
  columns: 'Columns',
  columnsToShow: 'Columns to show',
  asUsual: 'As usual',
};

/** The head of the exchanges table: a press sorts, a drag of its edge (or the arrow keys on it) resizes. */
export const columnHeads = {
  sortBy: (title: string) => `Sort by ${title}`,
  widthOf: (title: string) => `Width of ${title}`,
};

/** Every exchange of a recording: filtered, sorted, one of them in detail below. */
export const exchanges = {
  exchangesFound: (found: string) => `${found} exchanges`,
  foundSoFar: (found: string, lookedAt: string) => `${found} so far, of ${lookedAt} looked at`,
  only: (term: string) => `Only ${term}`,
  without: (term: string) => `Without ${term}`,
  onlyItsConnection: 'Only its connection',
  copyValue: (text: string) => `Copy ${text}`,
  copied: 'Copied',
  exchanges: 'Exchanges',
  nothingDecoded: 'Nothing in this recording could be decoded.',
  noExchangeMatches: 'No exchange matches.',
};

/** What can be copied of an exchange. */
export const copying = {
  curl: 'cURL',
  sql: 'SQL',
  request: 'request',
  answer: 'answer',
};

/** Content set out for reading, by what it is. All of it is text; nothing in it is ever interpreted as a page or a program. */
export const settingOut = {
  moreBytes: (bytes: number) => ` … (${bytes} more bytes)`,
  moreFields: (fields: number) => `(${fields} more fields)`,
  restIsAmongTheBytes: '(the rest is among the bytes)',
  parameters: 'Parameters',
};

/** The columns of the exchanges table: what each shows and asks for, which are chosen, how wide they are. */
export const columns = {
  number: 'number',
  at: 'at',
  connection: 'connection',
  client: 'client',
  server: 'server',
  protocol: 'protocol',
  http: 'HTTP',
  mysql: 'MySQL',
  operation: 'operation',
  request: 'request',
  answer: 'answer',
  took: 'took',
  firstByte: 'first byte',
  sent: 'sent',
  received: 'received',
  flags: 'flags',
};
