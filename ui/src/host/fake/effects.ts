/** What disturbed an invented run of five minutes, and what it made of it. */
import type { CommandState, FaultState, RecoveryState } from '../bindings';

type Seen = NonNullable<FaultState['amplification']>['total'];

function seen(operation: string | null, errorRate: number, times: number): Seen {
  const [low, high] = [errorRate * 0.93, errorRate * 1.07];
  const [timesLow, timesHigh] = [times * 0.92, times * 1.08];
  return { operation, errorRate, low, high, before: 0.001, times, timesLow, timesHigh };
}

/** One in a proxy, one of the replay's own. */
export const FAULTS: FaultState[] = [
  {
    title: '5 % error(code=1213) via db for mysql UPDATE',
    text: '5:error(code=1213)@100s..200s via db for mysql UPDATE',
    proxy: 'db',
    fromMs: 100_000,
    toMs: 200_000,
    on: true,
    injected: 412,
    errors: 2_571,
    amplification: {
      struck: 412,
      of: 8_240,
      connections: false,
      injectedRate: 0.05,
      total: seen(null, 0.312, 6.2),
      operations: [seen('POST /checkout', 0.64, 12.8), seen('GET /cart/{id}', 0.21, 4.2)],
      togetherWith: [],
    },
  },
  {
    title: '20 % delay(ms=250,jitter=50)',
    text: '20:delay(ms=250,jitter=50)@260s..',
    proxy: null,
    fromMs: 260_000,
    toMs: null,
    on: true,
    injected: 7_218,
    errors: 0,
    amplification: null,
  },
];

/** One that did what it should. */
export const COMMANDS: CommandState[] = [
  {
    command: 'systemctl restart mysql',
    atMs: 240_004,
    tookMs: 1_240,
    failure: '',
    output: 'mysql.service: restarted\n',
  },
];

/** Got over the fault, but not over the restart. */
export const RECOVERY: RecoveryState[] = [
  {
    after: [FAULTS[0]!.text],
    fromMs: 100_000,
    toMs: 200_000,
    total: recovered(null, 'recovered', 2_100),
    operations: [recovered('POST /checkout', 'recovered', 4_000)],
  },
  {
    after: ['run systemctl restart mysql'],
    fromMs: 240_004,
    toMs: 241_244,
    total: recovered(null, 'cut_short', 18_756),
    operations: [recovered('POST /checkout', 'cut_short', 18_756)],
  },
];

function recovered(
  operation: string | null,
  state: string,
  afterMs: number,
): RecoveryState['total'] {
  return {
    operation,
    state,
    afterMs,
    errorRateBefore: 0.001,
    errorRateLast: state === 'recovered' ? 0.001 : 0.031,
    p99BeforeUs: 31_000,
    p99LastUs: state === 'recovered' ? 32_000 : 212_000,
  };
}
