/** The types that cross the boundary. */
export type FailureKind = 'usage' | 'refused' | 'internal';
export type Failure = { kind: FailureKind; message: string; allow: string | null };

export type Library = {
  file: string;
  recordings: RecordingCard[];
  runs: RunCard[];
  sample: string | null;
  grant: string;
};
export type RecordingCard = {
  name: string;
  source: string;
  state: string;
  startedAt: string;
  durationMs: number;
  connections: number;
  http: number;
  mysql: number;
  capturedBytes: number;
  storedBytes: number;
  lost: string | null;
  sparkline: string;
};
export type RunCard = {
  name: string;
  recording: string;
  state: string;
  startedAt: string;
  durationMs: number;
  sent: number;
  errorRate: number;
  p99Us: number;
  unfaithful: boolean;
  generatorLate: boolean;
  checksFailed: number;
  sparkline: string;
};
export type Count = { name: string; count: number };
export type OperationLine = {
  protocol: string;
  text: string;
  exchanges: number;
  errors: number;
  p50Us: number | null;
  p95Us: number | null;
  p99Us: number | null;
};
export type RecordingPage = {
  card: RecordingCard;
  messages: Count[];
  loss: Count[];
  redacted: Count[];
  operations: OperationLine[];
  exchanges: number;
};
export type ExchangeLine = {
  id: number;
  connection: number;
  protocol: string;
  atUs: number;
  operation: string;
  request: string;
  status: number | null;
  latencyUs: number | null;
  requestBytes: number;
  responseBytes: number;
  flags: string[];
};
export type ExchangePage = { lines: ExchangeLine[]; next: number | null };
export type ExchangeDetail = {
  line: ExchangeLine;
  client: string;
  server: string;
  request: string | null;
  response: string | null;
};
export type ImportNews = {
  packets: number;
  exchanges: number;
  readBytes: number;
  totalBytes: number;
};

export type RateBy = 'recorded' | 'copies' | 'speed' | 'max';
export type Secret = { name: string; value: string };
export type ReplayForm = {
  recording: string;
  run: string;
  http: string;
  mysql: string;
  rateBy: RateBy;
  factor: number;
  duration: string;
  filter: string;
  faults: string[];
  checks: string[];
  secrets: Secret[];
  seed: string;
  abortOnFail: boolean;
  readOnly: boolean;
  bothTiers: boolean;
  allowRecordedServer: boolean;
};
export type FaultNote = { title: string };
export type DryRun = {
  sends: number;
  durationMs: number;
  askedPerS: number;
  httpLanes: number;
  mysqlLanes: number;
  skipped: Count[];
  targets: string[];
  values: number;
  missing: Count[];
  slowLanes: number;
  warnings: string[];
};

export type FaultState = { title: string; on: boolean; injected: number; errors: number };
export type CheckState = { check: string; value: string; held: boolean | null };
export type RunNumbers = {
  elapsedMs: number;
  totalMs: number | null;
  askedPerS: number;
  sentPerS: number;
  p50Us: number | null;
  p95Us: number | null;
  p99Us: number | null;
  recordedP50Us: number | null;
  recordedP95Us: number | null;
  recordedP99Us: number | null;
  errorRate: number;
  injectedRate: number;
  lateP99Us: number | null;
  generatorLate: boolean;
  unfaithful: boolean;
  inFlight: number;
  planned: number;
  sent: number;
  skipped: Count[];
  outcomes: Count[];
};
export type RunOperation = {
  text: string;
  perS: number;
  p50Us: number | null;
  p95Us: number | null;
  p99Us: number | null;
  againstRecorded: number | null;
  errorRate: number;
};
export type RunPage = {
  name: string;
  recording: string;
  targets: string[];
  state: string;
  rate: number | null;
  seed: string;
  startedAt: string;
  numbers: RunNumbers;
  faults: FaultState[];
  checks: CheckState[];
  operations: RunOperation[];
  notes: string[];
};
export type RunNews = { state: string; numbers: RunNumbers };

export type AxisUnit = 'moment' | 'us' | 'share' | 'change' | 'per_second' | 'count' | 'nines';
export type Scale = { from: number; to: number; log: boolean; unit: AxisUnit };
export type Series = { name: string; color: string; points: [number, number | null][] };
export type Chart = {
  kind: string;
  title: string;
  svg: string;
  width: number;
  height: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  x: Scale;
  y: Scale;
  series: Series[];
};

export type QuantileLine = {
  name: string;
  a: number | null;
  b: number | null;
  change: number | null;
  low: number | null;
  high: number | null;
  significant: boolean;
};
export type ComparedOperation = {
  text: string;
  quantile: string | null;
  a: number | null;
  b: number | null;
  change: number | null;
  low: number | null;
  high: number | null;
  significant: boolean;
  samples: number;
  errorsA: number;
  errorsB: number;
  errorsSignificant: boolean;
};
export type Comparison = {
  a: string;
  b: string;
  verdict: string;
  why: string[];
  quantiles: QuantileLine[];
  errorsA: number;
  errorsB: number;
  operations: ComparedOperation[];
};
export type AllowedHost = { host: string };
export type ThemeName = 'dark' | 'light';
