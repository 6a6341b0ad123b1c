/** The words of the Record page. */

/** How packets are taken from an interface: the kernel's buffer, and the helper that may open it. */
export const capturing = {
  capturing: 'Capturing',
  bufferOfEachInterface: "The kernel's buffer for each interface",
  bufferHint: 'more of it outlasts longer bursts',
  kernelBufferExample: '64MiB',
  kernelBuffer: 'Kernel buffer',
  tapLabel: 'Capture through this reprise-tap',
  pathOfTap: 'Path of reprise-tap',
  tapPlaceholder: 'the one that is found',
};

/** Packets from a command's output: from another machine, a container, a pod. */
export const fromCommand = {
  ssh: 'ssh',
  anotherMachine: 'another machine',
  sshLine: "ssh web1 sudo tcpdump -i any -U -s0 -w - 'tcp port 80 and not port 22'",
  docker: 'docker',
  aContainersNetwork: "a container's network",
  dockerLine:
    'docker run --rm --net=container:shop nicolaka/netshoot tcpdump -i any -U -s0 -w - tcp',
  kubectl: 'kubectl',
  aPod: 'a pod',
  kubectlLine:
    "kubectl debug -q -i pod/shop --image=nicolaka/netshoot --profile=netadmin -- tcpdump -i any -U -s0 -w - 'tcp and not port 10250'",
  anyCommandThatPrintsPackets: 'Any command that prints a pcap or pcapng stream, as',
  tcpdumpCommand: 'tcpdump -U -w -',
  itFiltersForItself:
    'does. It filters for itself: leave out the connection that brings the packets here.',
  commandForAShell: 'Command, for a shell',
  commandHint: 'it cannot ask for a password here: let ssh use a key or an agent',
  commandThatPrintsPackets: 'Command that prints packets',
  startAgainWhenItFails: 'start it again when it fails',
};

/** The interfaces of this machine; beside one that cannot be captured, why, and the command that changes it. */
export const interfaces = {
  thisMachineOnly: 'this machine only',
  andMore: (more: number) => `and ${more} more`,
  theInterfacesAreUnknown: 'The interfaces are unknown',
  lookAgain: 'Look again',
  lookingForInterfaces: 'Looking for interfaces',
  nothingCanBeRecordedYet: (why: string) => `Nothing can be recorded yet: ${why}`,
  runThisOnce: 'Run this once in a terminal, then look again:',
  interfaces: 'Interfaces',
  lastMinute: 'last minute',
  packetsPerS: 'packets/s',
  bytesPerS: 'bytes/s',
  lookForInterfacesAgain: 'Look for interfaces again',
  droppedPerS: (dropped: string) => `${dropped} dropped/s`,
  noInterface: 'This machine has no interface that carries IP.',
};

/** The last exchanges that were stored: whether this is the traffic one meant to record. */
export const latest = {
  theLastExchanges: 'The last exchanges',
  lastRequests: 'last requests',
};

/** One exchange in a line: when, what, how it ended, how long, how much; or the line above them all. */
export const latestRow = {
  at: 'at',
  answer: 'answer',
  took: 'took',
  sent: 'sent',
  received: 'received',
};

/** A recording that is over: what came of it, a better name for it, where to go on. */
export const outcome = {
  exchanges: 'Exchanges',
  length: 'Length',
  firstPacketToLast: 'first packet to last',
  connections: 'Connections',
  thatCarriedBytes: 'that carried bytes',
  captured: 'Captured',
  inTheFile: (storedBytes: string) => `${storedBytes} in the file`,
  lost: 'Lost',
  yes: 'yes',
  everyPacketAccountedFor: 'every packet accounted for',
  httpAndMysql: (http: string, mysql: string) => `${http} HTTP, ${mysql} MySQL`,
  recordAgain: 'Record again',
  openRecording: 'Open recording',
  whatIsKept: '. What was stored before is kept and can be opened.',
  whatWasRecorded: 'What was recorded',
  noPacketMatched: 'No packet matched. Is the traffic on this interface and these ports?',
  nothingDecoded:
    'Packets came, and no HTTP or MySQL in them: they may be encrypted, or of other ports.',
  lastPartOf: (n: number) => `The last part of ${n}. Before it:`,
  inTheBin: (n: number) => `${n} in the bin`,
  nameOfTheRecording: 'Name of the recording',
  rename: 'Rename',
  notInTheRecording: 'Not in the recording, by cause',
  nothing: 'nothing',
  replaced: 'Replaced before it reached the disk',
  nothingItWasStoredRaw: 'nothing: it was stored raw',
};

/** Which ports: the usual ones a press away, any others typed. */
export const ports = {
  http: 'HTTP',
  mysql: 'MySQL',
  ports: 'Ports',
  portsHint: 'all TCP ports when empty',
};

/** A recording that is on: what comes in, and what is lost, as it happens. */
export const progress = {
  exchanges: 'Exchanges',
  perSecond: (rate: string, ofLimit: string) => `${rate} a second${ofLimit}`,
  packets: 'Packets',
  captured: 'Captured',
  connections: 'Connections',
  thatCarriedBytes: 'that carried bytes',
  lost: 'Lost',
  nothingSoFar: 'nothing so far',
  endsAt: (limit: string) => `, ends at ${limit}`,
  storingWhatIsLeft: 'storing what is left',
  recording: 'recording',
  ofLimit: (time: string) => ` of ${time}`,
  rawHelp: 'secrets are stored as they are sent',
  raw: 'raw',
  partsBefore: (parts: string) => `before it: ${parts}`,
  part: (n: number) => `part ${n}`,
  stop: 'Stop',
  theRecordingInNumbers: 'The recording in numbers',
  whatNeedsALook: 'What needs a look',
  noPacketYet:
    'No packet has matched yet. Is the traffic on this interface and these ports? Stop, and try the interface',
  anyInterface: 'any',
  withoutAFilter: 'without a filter.',
};

/** Storing secrets as they are: never by accident. */
export const raw = {
  storeRawLabel: 'store raw, without redaction',
  secretsWillBeIn: 'Passwords, tokens and cookies will be in the file as they were sent.',
  secretsAreReplaced: 'Secrets are replaced before anything reaches the disk.',
  storeSecretsAsTheyAreQuestion: 'Store secrets as they are?',
  nothingIsReplaced:
    'Nothing will be replaced: every password, token, cookie and card number of the recorded users will be readable by whoever has the file. The recording is marked',
  raw: 'raw',
  whereverItIsShown: 'wherever it is shown, and cannot be redacted afterwards.',
  keepTheRedaction: 'Keep the redaction',
  storeRaw: 'Store raw',
};

/** What to record: from where, which ports, until when, under which name. */
export const setup = {
  record: 'Record',
  openingTheSource: 'opening the source',
  startRecording: 'Start recording',
  whereThePacketsComeFrom: 'Where the packets come from',
  thisMachine: 'This machine',
  aCommand: 'A command: ssh, docker, kubectl',
  whatToRecord: 'What to record',
  onlyWhatMatches: 'Only what matches (pcap filter)',
  captureFilterHint: 'beside the ports; checked when you leave the field',
  captureFilterExample: 'host 10.0.0.7 and not port 22',
  captureFilter: 'Capture filter',
  nameOfTheRecording: 'Name of the recording',
};

/** When the recording ends by itself, and when it goes on in a new one. */
export const stops = {
  time: 'time',
  stopAfterThisLong: 'Stop after this long',
  size: 'size',
  stopAfterThisSize: 'Stop after this size',
  packets: 'packets',
  stopAfterThisManyPackets: 'Stop after this many packets',
  exchanges: 'exchanges',
  stopAfterThisManyExchanges: 'Stop after this many exchanges',
  stopAfter: 'Stop after',
  whateverComesFirst: 'whatever comes first, or when you stop it',
  goOnInANewRecording: 'Go on in a new recording',
  every: 'every',
  everyPlaceholder: '10m, 1GB',
  rotateAfter: 'Rotate after this long or this much',
  keepTheLast: 'keep the last',
  keepPlaceholder: 'all',
  keepSoMany: 'Keep so many recordings that have ended',
  partsAreNamed: (one: string, two: string, olderOnes: string) =>
    `${one}-1, ${two}-2, … and no packet is lost between them${olderOnes}`,
  olderOnesGo: '; older ones go to the bin',
};

/** What the Record page holds: kept while other pages are looked at. */
export const form = {
  isNotAPort: (wrong: string) => `'${wrong}' is not a port; write 80 or 80, 3306`,
  isNeitherTimeNorSize: (text: string) =>
    `'${text}' is neither a time nor a size; write 10m or 1GB`,
  nameIsTaken: (name: string) => `there is a recording named ${name} already`,
  writeTheCommand: 'write the command',
  chooseAnInterface: 'choose an interface',
  giveItAName: 'give it a name',
  isNotADuration: (text: string) => `'${text}' is not a duration; write 30s, 5m or 1h`,
  isNotASize: (text: string) => `'${text}' is not a size; write 500MB or 2GiB`,
  isNotACount: (text: string) => `'${text}' is not a count; write 100000`,
};
