/** What the Replay page holds: kept while other pages are looked at. */
import type {
  CheckState,
  CorrelationLine,
  DryRun,
  Failure,
  StageLine,
  FaultReading,
  OpenedPlan,
  PlanningNews,
  ReplayForm,
  Understood,
} from '../host/bindings';
import { asFailure, host } from '../host/host';
import { freeName } from '../library/importer.svelte';
import { queue } from '../run/queue.svelte';
import { shelf } from '../library/shelf.svelte';
import { write } from '../fault/language';
import { several } from './several.svelte';
import { writeStages } from './timeline/stages';
import { form as words } from '../text/replay';

/** One line of a list whose lines the host reads: a fault, a check, a rule. */
export type Entry<Read> = { text: string; read: Read | null; problem: string };

/** A form on which nothing was changed. */
export function blank(recording: string): ReplayForm {
  return {
    recording,
    run: '',
    http: [{ recorded: '', url: '' }],
    mysql: '',
    host: '',
    ca: '',
    insecure: false,
    pool: null,
    timeout: '',
    rateBy: 'recorded',
    factor: 5,
    copies: null,
    duration: '',
    repeat: false,
    stages: '',
    warmUp: '',
    between: '',
    filter: '',
    lanes: '',
    ordered: true,
    faults: [],
    controls: [],
    controlToken: '',
    commands: [],
    checks: [],
    probes: [],
    watch: [],
    baseline: '',
    rewrites: [],
    rewritesFile: '',
    secrets: [],
    mysqlUsers: [],
    statements: '',
    shiftKeys: '',
    pinClock: false,
    users: '',
    correlate: [],
    noCorrelate: [],
    skipMissing: false,
    before: '',
    seed: '1',
    abortOnFail: false,
    abortAfter: '',
    readOnly: false,
    readOnlyDeny: '',
    copiesRead: false,
    bothTiers: false,
    allowRecordedServer: false,
  };
}

class Form {
  fields = $state<ReplayForm>(blank(''));
  faults = $state<Entry<FaultReading>[]>([]);
  /** The stages as they were understood; none for one rate throughout. */
  stages = $state.raw<StageLine[]>([]);
  /** Why the stages cannot be read. */
  stagesProblem = $state('');
  checks = $state<Entry<CheckState>[]>([]);
  probes = $state<Entry<Understood>[]>([]);
  watch = $state<Entry<Understood>[]>([]);
  rewrites = $state<Entry<Understood>[]>([]);
  correlate = $state<Entry<null>[]>([]);
  /** Values that are swapped for the target's, and those the user took off that list. */
  correlations = $state.raw<CorrelationLine[]>([]);
  /** What the targets said when they were tried; null until they are. */
  reached = $state.raw<string[] | null>(null);
  /** Why a target could not be reached. */
  unreached = $state.raw<Failure | null>(null);
  trying = $state(false);
  fidelityOpen = $state(false);
  /** What would happen; null while unknown. */
  dryRun = $state.raw<DryRun | null>(null);
  /** Why nothing can be said or started. */
  failure = $state.raw<Failure | null>(null);
  /** Whether the fields were changed after `dryRun` was asked for. */
  changed = $state(false);
  /** Whether the host is planning or starting. */
  busy = $state(false);
  /** How far it is with that, once it takes long. */
  planning = $state.raw<PlanningNews | null>(null);
  /** Whether the user ended that. */
  stopped = $state(false);
  /** What of the plan that was opened has to be given again. */
  leftOut = $state.raw<string[]>([]);
  /** How long the run asks for anything, as its chart has it; milliseconds. */
  totalMs = $state(0);
  private asked = 0;
  private suggested = '';

  /** Turns to another recording, with a name for the run that is still free. */
  choose(recording: string): void {
    if (this.fields.recording === recording) return;
    this.fields.recording = recording;
    this.fields.noCorrelate = [];
    this.fields.baseline = '';
    this.correlations = [];
    this.leftOut = [];
    this.forget();
    this.nameRun();
  }

  /** Turns to a plan: everything in the form is as the plan has it. */
  take({ form, leftOut }: OpenedPlan): void {
    const entries = <Read>(texts: string[], read: (text: string) => Promise<Read>) => {
      const made = texts.map((text): Entry<Read> => ({ text, read: null, problem: '' }));
      return { made, read: (all: Entry<Read>[]) => all.forEach((one) => void readInto(one, read)) };
    };
    const faults = entries(form.faults, (text) => host().readFault(text));
    const checks = entries(form.checks, (text) => host().readCheck(text));
    const probes = entries(form.probes, (text) => host().readProbe(text));
    const watch = entries(form.watch, (text) => host().readWatch(text));
    const rewrites = entries(form.rewrites, (text) => host().readRewrite(text));
    this.fields = { ...form, run: '' };
    this.faults = faults.made;
    this.checks = checks.made;
    this.probes = probes.made;
    this.watch = watch.made;
    this.rewrites = rewrites.made;
    this.correlate = form.correlate.map((text) => ({ text, read: null, problem: '' }));
    // Those in the state, which a reading is seen in.
    faults.read(this.faults);
    checks.read(this.checks);
    probes.read(this.probes);
    watch.read(this.watch);
    rewrites.read(this.rewrites);
    this.correlations = [];
    this.leftOut = leftOut;
    this.forget();
    this.nameRun();
  }

  /** Has the host read the stages that were typed. */
  async readStages(): Promise<void> {
    const text = this.fields.stages;
    try {
      const stages = await host().readStages(text);
      if (text !== this.fields.stages) return;
      this.stages = stages;
      this.stagesProblem = '';
    } catch (thrown) {
      if (text === this.fields.stages) this.stagesProblem = asFailure(thrown).message;
    }
  }

  /** Takes stages that were drawn. */
  draw(stages: StageLine[]): void {
    this.stages = stages;
    this.stagesProblem = '';
    this.fields.stages = writeStages(stages);
    this.nameRun();
  }

  /** Takes a fault of which a part was changed; the host reads it as if it had been typed. */
  setFault(index: number, parts: FaultReading): void {
    const entry = this.faults[index];
    if (!entry) return;
    entry.read = parts;
    void this.writeFault(index, write(parts));
  }

  /** Adds a fault. */
  addFault(text: string): void {
    this.faults.push({ text, read: null, problem: '' });
    void this.writeFault(this.faults.length - 1, text);
    this.nameRun();
  }

  /** Puts another text in the place of a fault's. */
  async writeFault(index: number, text: string): Promise<void> {
    const entry = this.faults[index];
    if (!entry) return;
    entry.text = text;
    await readInto(entry, (text) => host().readFault(text));
  }

  /** A name for the next run, unless the user gave one: what it does, and a number when that is taken. */
  nameRun(): void {
    const { recording, rateBy, factor, stages } = this.fields;
    if (recording === '' || ![this.suggested, ''].includes(this.fields.run)) return;
    const faulty = this.faults.some((fault) => fault.text.trim() !== '') ? '-faults' : '';
    const rate =
      stages.trim() !== ''
        ? 'stages'
        : rateBy === 'recorded'
          ? '1x'
          : rateBy === 'max'
            ? 'max'
            : `${factor}x`;
    const taken = [
      ...(shelf.library?.searches.map((search) => search.name) ?? []),
      ...(shelf.library?.runs.map((run) => run.name) ?? []),
      ...queue.waiting.map((run) => run.name),
    ];
    const what = several.kind === 'search' ? '' : `-${rate}`;
    this.suggested = freeName(`${recording}${what}${faulty}${several.suffix}`, taken);
    this.fields.run = this.suggested;
  }

  /** The form as the host takes it: empty lines left out. */
  complete(): ReplayForm {
    const texts = (entries: Entry<unknown>[]) =>
      entries.map((entry) => entry.text.trim()).filter((text) => text !== '');
    // One whose value is still to be typed is one that is missing.
    const secrets = this.fields.secrets.filter(
      (secret) => secret.name.trim() !== '' && secret.value !== '',
    );
    return $state.snapshot({
      ...this.fields,
      ...several.rate(),
      faults: texts(this.faults),
      checks: texts(this.checks),
      probes: texts(this.probes),
      watch: texts(this.watch),
      rewrites: texts(this.rewrites),
      correlate: texts(this.correlate),
      secrets,
    });
  }

  /** What is to be said of a rule: how many requests it changes, once that is known. */
  rewritten(rule: string): string {
    const found = this.dryRun?.rewrites.find((one) => one.name === rule);
    if (!found) return '';
    return found.count === 0 ? words.changesNoRequest : words.changesRequests(found.count);
  }

  private forget(): void {
    this.dryRun = null;
    this.failure = null;
    this.reached = null;
    this.unreached = null;
  }

  /** The lines that cannot be read, as they are written. */
  get unread(): string[] {
    const lines = [...this.faults, ...this.checks, ...this.probes, ...this.watch, ...this.rewrites];
    return lines.filter((entry) => entry.problem !== '').map((entry) => entry.text);
  }

  /** Whether there is enough to ask the host about. */
  get ready(): boolean {
    const { recording, http, mysql } = this.fields;
    const sound = this.unread.length === 0;
    const somewhere = mysql.trim() !== '' || http.some((row) => row.url.trim() !== '');
    return recording !== '' && somewhere && sound;
  }

  /** Asks what would be sent and skipped; an older question's answer is dropped. */
  async plan(): Promise<void> {
    const mine = ++this.asked;
    this.changed = false;
    this.stopped = false;
    this.planning = null;
    this.reached = null;
    this.unreached = null;
    if (!this.ready) {
      this.forget();
      this.busy = false;
      return;
    }
    this.busy = true;
    try {
      const answer = await host().dryRun(this.complete(), (news) => {
        if (mine === this.asked) this.planning = news;
      });
      if (mine !== this.asked) return;
      this.dryRun = answer;
      this.failure = null;
      this.keepCorrelations(answer.correlations);
    } catch (thrown) {
      if (mine !== this.asked) return;
      this.dryRun = null;
      this.failure = asFailure(thrown);
    } finally {
      if (mine === this.asked) {
        this.busy = false;
        this.planning = null;
      }
    }
  }

  /** Ends the planning that takes long. */
  async stopPlanning(): Promise<void> {
    this.asked += 1;
    this.dryRun = null;
    this.failure = null;
    this.busy = false;
    this.planning = null;
    this.stopped = true;
    await host().stopPlanning();
  }

  /** Those found now; those left out stay in the list, so that they can be taken in again. */
  private keepCorrelations(found: CorrelationLine[]): void {
    const left = this.fields.noCorrelate;
    const before = this.correlations.filter(
      (line) => left.includes(line.name) && !found.some((other) => other.name === line.name),
    );
    this.correlations = [...found, ...before];
  }

  /** Connects to each target once. */
  async tryTargets(): Promise<void> {
    this.trying = true;
    this.reached = null;
    this.unreached = null;
    const mine = this.asked;
    try {
      const answer = await host().tryTargets(this.complete());
      if (mine === this.asked) this.reached = answer;
    } catch (thrown) {
      if (mine === this.asked) this.unreached = asFailure(thrown);
    } finally {
      this.trying = false;
    }
  }

  /** What would happen on each side; none when one cannot be played, which is said. */
  async plansOfSides(): Promise<DryRun[]> {
    const a = this.dryRun;
    if (!a || several.kind !== 'sides') return a ? [a] : [];
    this.busy = true;
    try {
      return [a, await host().dryRun(several.ofB(this.complete()), () => undefined)];
    } catch (thrown) {
      this.failure = asFailure(thrown);
      return [];
    } finally {
      this.busy = false;
    }
  }

  /** Starts, or has the run wait for the one that is on; resolves to its name once it is on, else to null. */
  async start(): Promise<string | null> {
    this.asked += 1;
    this.busy = true;
    try {
      const asked = this.complete();
      const started = await queue.start(several.waiting(asked));
      this.suggested = this.fields.run;
      return started;
    } catch (thrown) {
      this.failure = asFailure(thrown);
      return null;
    } finally {
      this.busy = false;
    }
  }
}

/** Has the host read a line; one that was typed on in the meantime is left alone. */
async function readInto<Read>(
  entry: Entry<Read>,
  read: (text: string) => Promise<Read>,
): Promise<void> {
  const { text } = entry;
  try {
    const answer = await read(text);
    if (entry.text === text) Object.assign(entry, { read: answer, problem: '' });
  } catch (thrown) {
    if (entry.text === text) entry.problem = asFailure(thrown).message;
  }
}

export const form = new Form();
