/** The words of the Proxy page. */

/** All faults of a proxy as a text to edit, copy and paste: one a line, # before one that is off. */
export const faultsText = {
  faultsAreAsWritten: (name: string) => `The faults of ${name} are as written`,
  faultsOfOneALine: (name: string) => `Faults of ${name}, one a line`,
  faultsExample: '20:delay(ms=250,jitter=50)\n# 5:error(code=1213) for UPDATE',
  howToWriteThem:
    'One fault a line, in the order they are drawn; # before one that is off. The command takes the same words.',
  close: 'Close',
  apply: 'Apply',
};

/** Where a new proxy listens, where it forwards to, and what is spoken there. */
export const openProxy = {
  mysql: 'MySQL',
  mysqlFaults: 'faults know statements, tables, transactions',
  http: 'HTTP',
  httpFaults: 'faults know methods, paths, answers',
  redis: 'Redis',
  redisFaults: 'faults know commands and their answers',
  memcached: 'memcached',
  memcachedFaults: 'faults know commands of its text protocol',
  smtp: 'SMTP',
  smtpFaults: 'faults know commands, and mail as one of them',
  bytes: 'Bytes',
  bytesFaults: 'anything else, TLS too: faults of time and connections',
  openAProxy: 'Open a proxy',
  forwardTo: 'Forward to',
  forwardToExample: 'http://127.0.0.1:8080',
  listenOn: 'Listen on',
  listenOnExample: '127.0.0.1:3307, or a port alone',
  name: 'Name',
  nameOfTheProxy: 'Name of the proxy',
  seedOfItsChances: 'Seed of its chances',
  seedOfTheProxyExample: 'a new one',
  seedOfTheProxy: 'Seed of the proxy',
  whatIsSpoken: 'What is spoken',
  allowAndOpen: (allow: string) => `Allow ${allow} and open`,
  forwardToRecordedServer: 'forward there although it was a server in a recording',
  close: 'Close',
  openTheProxy: 'Open the proxy',
};

/** Standing proxies: each forwards to one target and misbehaves as its switches say, until it is stopped. */
export const proxy = {
  proxy: 'Proxy',
  whatItIsFor: 'a program pointed at one of these meets its faults',
  newProxy: 'New proxy',
  whatAProxyIs:
    'A proxy stands between a program and what it talks to, and makes things go wrong there: between staging and its database, most often. Point the program at the address it listens on. It is on until it is stopped or the window closes.',
};

/** The faults of a proxy: their switches, what each has done, and a form to change one while it is on. */
export const proxyFaults = {
  noFault: 'No fault: whatever both sides say passes as it is.',
  switch: 'Switch',
  fault: 'Fault',
  injected: 'injected',
  connections: 'connections',
  change: 'Change',
  faultNamed: (text: string) => `Fault ${text}`,
  changeNamed: (text: string) => `Change ${text}`,
  removeNamed: (text: string) => `Remove ${text}`,
  changeIt: 'Change it',
};

/** One proxy that is on: where it stands, what passes, and its faults with their switches. */
export const standingProxy = {
  connectionsNow: 'Connections now',
  soFar: (count: string) => `${count} so far`,
  exchangesPerSecond: 'Exchanges per second',
  injectedPerSecond: 'Injected per second',
  toTheTarget: 'To the target',
  passedOn: 'passed on',
  toClients: 'To clients',
  notLetIn: 'Not let in',
  theTargetDidNotAnswer: 'the target did not answer',
  theTargetAnswers: 'the target answers',
  isClosed: (name: string) => `The proxy ${name} is closed, and its connections with it`,
  proxyNamed: (name: string) => `Proxy ${name}`,
  on: 'on',
  oneFaultOn: '1 fault on',
  faultsOn: (n: number) => `${n} faults on`,
  protocolAndSeed: (protocol: string, seed: string) => `${protocol} · seed ${seed}`,
  bytes: 'bytes',
  addAFault: 'Add a fault',
  asAList: 'As a list',
  asText: 'As text',
  stopNamed: (name: string) => `Stop ${name}`,
  stop: 'Stop',
  inNumbers: (name: string) => `${name} in numbers`,
  notSpoken: (connections: string, protocol: string) =>
    `${connections} not ${protocol} or encrypted: only faults of bytes act there.`,
  oneConnectionWas: '1 connection was',
  connectionsWere: (connections: string) => `${connections} connections were`,
  lastTrouble: (trouble: string) => `Last trouble: ${trouble}`,
  switchItOn: 'Switch it on',
};
