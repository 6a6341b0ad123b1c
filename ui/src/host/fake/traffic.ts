/** Invented recordings and runs of a shop: believable names, numbers that fit together. */
import type {
  Comparison,
  DryRun,
  ExchangeLine,
  Library,
  Mismatches,
  Count,
  OperationLine,
  RecordingCard,
  RunCard,
  RunOperation,
  FailureLine,
  WatchedSource,
} from '../bindings';
import { dice, sparkline } from './draw';

/** Why MySQL beside HTTP is left out. */
export const DOWNSTREAM = 'replaying the HTTP makes it happen again';

export const OPERATIONS: OperationLine[] = [
  operation('http', 'GET /search', 38_212, 0, 11_000),
  operation('http', 'GET /cart/{id}', 31_870, 3, 6_900),
  operation('mysql', 'SELECT * FROM item WHERE id = ?', 41_025, 0, 800),
  operation(
    'mysql',
    'UPDATE stock SET qty = qty - ? WHERE item = ? AND qty >= ?',
    9_871,
    12,
    4_100,
  ),
  operation('http', 'POST /checkout', 4_902, 14, 31_000),
  operation('http', 'GET /report/slow', 41, 0, 1_900_000),
];

function operation(
  protocol: string,
  text: string,
  exchanges: number,
  errors: number,
  p50Us: number,
): OperationLine {
  return { protocol, text, exchanges, errors, p50Us, p95Us: p50Us * 3.1, p99Us: p50Us * 8 };
}

function waves(seed: number): string {
  const next = dice(seed);
  return sparkline(Array.from({ length: 60 }, (_, i) => 5 + 2 * Math.sin(i / 9) + next()));
}

function card(
  name: string,
  source: string,
  hoursAgo: number,
  http: number,
  mysql: number,
  lost: string | null,
): RecordingCard {
  return {
    name,
    source,
    state: 'complete',
    raw: false,
    startedAt: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
    durationMs: 301_400,
    connections: Math.round(http / 91),
    http,
    mysql,
    capturedBytes: (http + mysql) * 3_100,
    storedBytes: (http + mysql) * 214,
    lost,
    sparkline: waves(http),
    note: http > 1_000_000 ? 'taken while the campaign began\nbefore the index on stock' : '',
    tags: http > 1_000_000 ? ['peak'] : [],
  };
}

const FAULTY = sparkline(
  Array.from({ length: 60 }, (_, i) => (i > 24 && i < 44 ? 4 + (i % 3) : 0.05)),
  '#ef6f6c',
);
const CLEAN = sparkline(
  Array.from({ length: 60 }, (_, i) => (i % 29 === 0 ? 0.4 : 0.02)),
  '#ef6f6c',
);

export function run(
  name: string,
  hoursAgo: number,
  errorRate: number,
  more: Partial<RunCard> = {},
): RunCard {
  return {
    name,
    recording: 'shop-friday',
    state: 'complete',
    startedAt: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
    durationMs: 300_000,
    sent: 801_941,
    errorRate,
    p99Us: errorRate > 0.01 ? 412_000 : 96_000,
    unfaithful: false,
    generatorLate: false,
    checksFailed: errorRate > 0.01 ? 1 : 0,
    sparkline: errorRate > 0.01 ? FAULTY : CLEAN,
    search: null,
    note: '',
    tags: [],
    ...more,
  };
}

export function library(empty: boolean): Library {
  return {
    file: '/home/ada/.local/share/reprise/library.reprise',
    recordings: empty
      ? []
      : [
          card('shop-friday', 'eth0, ports 80 and 3306', 3, 74_984, 51_120, null),
          card(
            'checkout-peak',
            '/var/tmp/checkout-peak.pcapng.zst',
            27,
            1_204_220,
            822_014,
            '1804 packets cut short',
          ),
          card('login-storm', '/var/tmp/login-storm.pcap', 75, 9_204, 0, null),
          card('nightly', 'eth0, port 3306', 200, 0, 240_118, '3 requests without an answer'),
        ],
    runs: empty
      ? []
      : [
          run('friday-peak at 5x', 0.1, 0.0371),
          run('friday-5x-clean', 1, 0.0002),
          run('friday-1x', 2, 0),
          run('friday-10x', 26, 0.0123, {
            generatorLate: true,
            state: 'stopped',
            durationMs: 61_000,
          }),
        ],
    searches: [],
    sample: '/usr/share/reprise/shop.pcapng',
  };
}

export const LOSS: Count[] = [
  { name: 'packets cut short', count: 1_804 },
  { name: 'bytes never seen', count: 38 },
  { name: 'packets not TCP', count: 211 },
];

/** Exchange number `id` of any recording: always the same one. */
export function exchange(id: number): ExchangeLine {
  const next = dice(id * 7 + 1);
  const chosen = OPERATIONS[Math.floor(next() * 5)] ?? OPERATIONS[0]!;
  const http = chosen.protocol === 'http';
  const failed = next() < 0.02;
  return {
    id,
    connection: 1 + (id % 420),
    client: `10.0.4.${1 + (id % 21)}:51822`,
    server: http ? '10.0.9.2:80' : '10.0.9.3:3306',
    protocol: chosen.protocol,
    atUs: id * 2_391,
    operation: chosen.text,
    request: chosen.text.replace('{id}', String(id % 900)).replaceAll('?', String(id % 77)),
    status: http ? (failed ? 503 : 200) : failed ? 1213 : 0,
    latencyUs: Math.round((chosen.p50Us ?? 0) * (0.6 + next() * 2)),
    firstByteUs: Math.round((chosen.p50Us ?? 0) * 0.5),
    requestBytes: 120 + (id % 400),
    responseBytes: 240 + ((id * 37) % 9_000),
    flags: id % 9 === 0 ? ['redacted'] : [],
  };
}

export const PLAN: DryRun = {
  sends: 74_984,
  durationMs: 301_400,
  askedPerS: 248.8,
  httpLanes: 824,
  mysqlLanes: 0,
  skipped: [
    { name: 'downstream', count: 51_120, why: DOWNSTREAM },
    { name: 'no request', count: 11, why: 'the recording does not have the request' },
  ],
  targets: ['http://127.0.0.1:8080'],
  writes: 9_204,
  writing: [
    { name: 'POST /checkout', count: 4_902 },
    { name: 'POST /login', count: 4_302 },
  ],
  setup: 0,
  loopback: true,
  values: 1_322,
  correlations: [
    {
      name: 'session',
      from: 'POST /login cookie:session',
      to: [],
      requests: 61_204,
    },
    {
      name: 'csrf_token',
      from: 'GET /login html:csrf_token',
      to: [{ name: 'POST /login form:csrf_token', count: 824 }],
      requests: 824,
    },
    {
      name: 'order_id',
      from: 'POST /checkout json:order_id',
      to: [{ name: 'GET /orders/{id} path:2', count: 4_102 }],
      requests: 4_102,
    },
  ],
  fromOtherLanes: 0,
  rewrites: [],
  usersNeeded: 0,
  lanes: [{ name: '17', count: 412 }],
  missing: [{ name: 'login.password', count: 824 }],
  slowLanes: 0,
  warnings: [],
  refused: null,
  estimated: false,
  goesOn: false,
};

export const MISMATCHES: Mismatches[] = [
  {
    operation: 'POST /checkout',
    places: [
      {
        place: 'json:eta',
        kept: 20,
        exchange: 4_711,
        copy: 3,
        recordedStatus: 200,
        status: 200,
        recorded: '2 days',
        answered: 'tomorrow',
        recordedAnswer: '{"order":18231,"total":"41.90","eta":"2 days"}',
        answer: '{"order":18231,"total":"41.90","eta":"tomorrow"}',
      },
      {
        place: 'status',
        kept: 2,
        exchange: 5_002,
        copy: 0,
        recordedStatus: 200,
        status: 302,
        recorded: '200',
        answered: '302',
        recordedAnswer: '{"order":18240}',
        answer: '',
      },
    ],
  },
];

export const WATCHED: WatchedSource[] = [
  {
    name: 'db',
    series: [
      { name: 'threads running', mean: '6.2', p95: '18', max: '31' },
      { name: 'row lock waits', mean: '12/s', p95: '40/s', max: '71/s' },
      { name: 'cpu', mean: '61.4 %', p95: '95.1 %', max: '99.2 %' },
    ],
    gaps: ['1:12 to 1:14: Connection refused (os error 111)'],
  },
];

export const RUN_OPERATIONS: RunOperation[] = [
  {
    text: 'POST /checkout',
    perS: 212,
    p50Us: 31_000,
    p95Us: 388_000,
    p99Us: 1_200_000,
    againstRecorded: 6.4,
    errorRate: 0.142,
  },
  {
    text: 'UPDATE stock SET qty = qty - ? WHERE item = ? AND qty >= ?',
    perS: 640,
    p50Us: 4_100,
    p95Us: 44_000,
    p99Us: 310_000,
    againstRecorded: 3.1,
    errorRate: 0.051,
  },
  {
    text: 'GET /cart/{id}',
    perS: 1_180,
    p50Us: 7_000,
    p95Us: 25_000,
    p99Us: 96_000,
    againstRecorded: 0.41,
    errorRate: 0.0002,
  },
  {
    text: 'GET /search',
    perS: 902,
    p50Us: 11_000,
    p95Us: 29_000,
    p99Us: 70_000,
    againstRecorded: 0.09,
    errorRate: 0,
  },
];

export function comparison(a: string, b: string): Comparison {
  const line = (
    name: string,
    from: number,
    to: number,
    low: number,
    high: number,
    significant: boolean,
  ) => ({
    name,
    a: from,
    b: to,
    change: to / from - 1,
    low,
    high,
    significant,
  });
  const by = (
    text: string,
    from: number,
    to: number,
    low: number | null,
    high: number | null,
    samples: number,
    errorsB = 0,
  ) => ({
    text,
    a: from,
    b: to,
    change: low === null ? null : to / from - 1,
    low,
    high,
    significant: low !== null && low > 0.05,
    samples,
    errorsA: 0,
    errorsB,
    errorsSignificant: errorsB > 0,
    quantile: low === null ? null : 'p99',
  });
  return {
    a,
    b,
    verdict: 'regressed',
    why: [
      'p99 +38 % (between +29 and +49), POST /checkout carries it.',
      'p50 and p90 are the same within 5 %. 3 of 41 operations changed; the other 38 are the same or too rare to tell. The generator kept time in both.',
    ],
    quantiles: [
      line('p50', 6_900, 7_000, -0.02, 0.03, false),
      line('p90', 18_000, 18_300, -0.01, 0.04, false),
      line('p95', 31_000, 37_000, 0.11, 0.27, true),
      line('p99', 96_000, 132_500, 0.29, 0.49, true),
      line('p99.9', 410_000, 640_000, 0.1, 0.91, true),
    ],
    watched: [
      { source: 'db', series: 'cpu', a: '61.4 %', b: '95.1 %', change: '+34 points' },
      { source: 'db', series: 'threads running', a: '6.2', b: '18.7', change: '+202 %' },
    ],
    errorsA: 0.0002,
    errorsB: 0.0371,
    operations: [
      by('GET /cart/{id}', 44_000, 52_000, 0.07, 0.31, 31_870),
      by('POST /checkout', 96_000, 188_000, 0.78, 1.17, 4_902, 0.142),
      by(
        'UPDATE stock SET qty = qty - ? WHERE item = ? AND qty >= ?',
        11_000,
        29_000,
        1.4,
        1.9,
        9_871,
        0.051,
      ),
      by('GET /search', 70_000, 68_000, -0.09, 0.04, 38_212),
      by('GET /report/slow', 1_900_000, 2_200_000, null, null, 41),
    ],
    answers: [
      {
        operation: 'POST /checkout',
        words: '422 in 31 of 4,902 answers (A: 0 of 4,911); differs at json:total',
        differingA: 0,
        differingB: 31,
        example: {
          exchange: 48_112,
          request: 'POST /checkout',
          place: 'json:total',
          headA: 'recorded: 200',
          headB: 'B: 422',
          lines: [
            { a: '{', b: '{', differs: false },
            { a: '  "order": 7,', b: '  "error": "no price",', differs: true },
            { a: '  "total": 1200', b: null, differs: true },
            { a: '}', b: '}', differs: false },
          ],
        },
      },
    ],
  };
}

/** What failed in an invented run. */
export const FAILURES: FailureLine[] = [
  {
    operation: 'POST /checkout',
    kind: 'HTTP 503',
    count: 1_204,
    injected: 311,
    firstUs: 101e6,
    lastUs: 198e6,
    sample: {
      exchange: 48_112,
      copy: 3,
      atUs: 101_250_000,
      responseUs: 412_000,
      request: 'POST /checkout',
      recordedStatus: 200,
      faults: ['5:error(status=503)@100s..200s for http'],
    },
  },
  {
    operation: 'UPDATE stock SET qty = ? WHERE item = ?',
    kind: 'MySQL 1213',
    count: 96,
    injected: 0,
    firstUs: 104e6,
    lastUs: 190e6,
    sample: {
      exchange: 51_007,
      copy: 0,
      atUs: 104_000_000,
      responseUs: 31_000,
      request: 'UPDATE stock SET qty = 3 WHERE item = 17',
      recordedStatus: 0,
      faults: [],
    },
  },
];
