/** The run that is on, if one is, and what the page of a run says. */
import type {
  CommandState,
  FaultState,
  ReplayForm,
  RunCard,
  RunNews,
  RunNumbers,
  RunPage,
} from '../bindings';
import { COMMANDS, FAULTS, RECOVERY } from './effects';
import { failure } from './failure';
import { DOWNSTREAM, RUN_OPERATIONS, WATCHED } from './traffic';

/** How long every run takes. */
export const TOTAL_MS = 300_000;

export class FakeRun {
  private now: {
    name: string;
    form: ReplayForm;
    began: number;
    paused: boolean;
    stopped: boolean;
  } | null = null;
  private faultsOff = new Set<number>();

  /** `speed` hastens its clock. */
  constructor(private readonly speed: number) {}

  start(name: string, form: ReplayForm) {
    this.now = { name, form, began: Date.now(), paused: false, stopped: false };
  }

  get form() {
    return this.now?.form ?? null;
  }

  /** The name of the run that is on. */
  get on() {
    return this.now && !this.now.stopped ? this.now.name : null;
  }

  isOn(name: string) {
    return this.on === name;
  }

  pause(paused: boolean) {
    if (this.now) this.now.paused = paused;
  }

  stop() {
    if (this.now) this.now.stopped = true;
  }

  setFault(index: number, on: boolean) {
    if (on) this.faultsOff.delete(index);
    else this.faultsOff.add(index);
  }

  /** Tells `news` four times a second how the run goes, and how it ended. */
  async watch(news: (news: RunNews) => void) {
    while (this.now && !this.now.stopped && this.elapsed() < TOTAL_MS) {
      const state = this.now.paused ? 'paused' : 'running';
      news({ state, numbers: numbersAt(this.elapsed()) });
      await new Promise((resume) => setTimeout(resume, 250));
    }
    return this.now?.stopped ? 'stopped' : 'complete';
  }

  /** A run has been on for a while when it is first looked at. */
  elapsed(): number {
    return this.now ? 161_000 + (Date.now() - this.now.began) * this.speed : TOTAL_MS;
  }

  /** The page of a run: of one that ended, by its card, or of the one that is on. */
  page(name: string, card: RunCard | undefined): RunPage {
    const live = this.isOn(name);
    if (!live && !card) throw failure('usage', `there is no run named ${name}`);
    const numbers = numbersAt(live ? this.elapsed() : TOTAL_MS);
    const calm = card !== undefined && card.errorRate < 0.01;
    return {
      name,
      recording: 'shop-friday',
      search: null,
      targets: ['staging.example:8080', 'staging-db:3306'],
      state: card?.state ?? 'running',
      rate: 5,
      seed: '1',
      needs: {
        secrets: ['login.password'],
        mysqlUser: null,
        accounts: 0,
        commands: calm ? [] : ['4m run systemctl restart mysql'],
        controls: [],
        proxies: [],
      },
      resumable: card?.state === 'stopped',
      startedAt: card?.startedAt ?? new Date().toISOString(),
      numbers: calm
        ? { ...numbers, errorRate: card.errorRate, injectedRate: 0, p99Us: card.p99Us }
        : numbers,
      faults: calm ? [] : FAULTS.map((fault, at) => faultNow(fault, live, this.faultsOff.has(at))),
      commands: calm ? [] : live ? COMMANDS.map(notYet) : COMMANDS,
      recovery: calm || live ? [] : RECOVERY,
      checks: [
        { check: 'p99<250ms', value: calm ? '96 ms' : '412 ms', held: calm },
        { check: 'error_rate<5%', value: calm ? '0.02 %' : '3.71 %', held: true },
      ],
      probes: [
        { name: 'health', sent: 161, p50Us: 900, p95Us: 2_100, p99Us: 9_000, errorRate: 0 },
        {
          name: 'operation:/cart',
          sent: 512,
          p50Us: 7_000,
          p95Us: 44_000,
          p99Us: 160_000,
          errorRate: 0.004,
        },
      ],
      watched: WATCHED,
      operations: RUN_OPERATIONS,
      alarms: [],
      notes: [],
    };
  }
}

/** What users saw of a fault is known when its run is over. */
function faultNow(fault: FaultState, live: boolean, off: boolean): FaultState {
  return live ? { ...fault, on: !off, amplification: null } : { ...fault, on: false };
}

function notYet(command: CommandState): CommandState {
  return { ...command, tookMs: null, output: '', failure: '' };
}

function numbersAt(elapsedMs: number): RunNumbers {
  const share = elapsedMs / TOTAL_MS;
  const sent = Math.round(1_493_296 * share);
  const failed = Math.round(sent * 0.0371);
  const mismatch = Math.round(sent * 0.0012);
  return {
    elapsedMs,
    totalMs: TOTAL_MS,
    askedPerS: 4_985,
    sentPerS: 4_981,
    p50Us: 8_200,
    p95Us: 61_000,
    p99Us: 412_000,
    errorRate: 0.0371,
    injectedRate: 0.009,
    lateP99Us: 80,
    generatorLate: false,
    unfaithful: false,
    inFlight: 118,
    planned: 1_495_500,
    sent,
    skipped: [{ name: 'downstream', count: 2_204, why: DOWNSTREAM }],
    outcomes: [
      { name: 'ok', count: sent - failed - mismatch },
      { name: 'mismatch', count: mismatch },
      { name: 'error_reply', count: failed },
    ],
  };
}
