/** What the topics of the fake host share: the invented file, what is on, and what was asked of it. */
import type { Library, MachineFinding } from '../bindings';
import { blank } from '../../replay/form.svelte';
import { readFault } from './language';
import { ABOUT } from './machine';
import { FakePlans } from './plans';
import { FakeProxies } from './proxies';
import { FakeRecorder } from './recorder';
import { FakeRules } from './rules';
import { FakeRun } from './runs';
import { FakeSeries } from './series';
import { FakeShelves } from './shelves';
import { library } from './traffic';

/** How long a run of several lasts. */
const SERIES_RUN_MS = 2_000;

export class FakeWorld {
  /** What the file holds. */
  readonly file: Library;
  readonly kept: FakeShelves;
  shopIsOpen = false;
  hosts = [{ host: 'staging.example' }];
  readonly running: FakeRun;
  /** Several runs in a row, and searches. */
  readonly series: FakeSeries;
  importing = false;
  /** What it says of the right to capture. */
  rights: MachineFinding = structuredClone(ABOUT.findings[0]!);
  /** Drops files on the window, as a user would. */
  drop: (paths: string[]) => void = () => undefined;
  /** Has the program started once more, with a file. */
  askForFile: (path: string) => void = () => undefined;
  /** What was asked of it, for the tests. */
  readonly asked: string[] = [];
  /** The machine it records from. */
  readonly recorder: FakeRecorder;
  /** The proxies that are on. */
  readonly standing: FakeProxies;
  /** The plans it keeps. */
  readonly namedPlans = new FakePlans();
  /** How many exchanges it reads for a plan before it has one; 0 is at once. */
  planning = 0;
  planningStopped = false;
  /** Its redaction rules. */
  readonly rules = new FakeRules();

  /** `speed` hastens its clock. */
  constructor(
    empty: boolean,
    private readonly speed: number,
  ) {
    this.file = library(empty);
    this.recorder = new FakeRecorder(speed);
    this.running = new FakeRun(speed);
    this.series = new FakeSeries(
      (run) => this.running.start(run, blank('shop-friday')),
      () => this.running.stop(),
      () => this.pause(SERIES_RUN_MS),
    );
    this.file.searches = empty ? [] : this.series.cards();
    this.kept = new FakeShelves(this.file);
    this.standing = new FakeProxies(speed, readFault);
  }

  /** Waits by its clock. */
  pause(ms: number): Promise<void> {
    return new Promise((resume) => setTimeout(resume, ms / this.speed));
  }
}
