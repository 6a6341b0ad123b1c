/** What the Replay page holds: kept while other pages are looked at. */
import type { CheckState, DryRun, Failure, FaultNote, ReplayForm } from '../host/bindings';
import { asFailure, host } from '../host/host';
import { freeName } from '../library/importer.svelte';
import { shelf } from '../library/shelf.svelte';

/** One line of a list whose lines the host reads: a fault or a check. */
export type Entry<Read> = { text: string; read: Read | null; problem: string };

function blank(recording: string): ReplayForm {
  return {
    recording,
    run: '',
    http: '',
    mysql: '',
    rateBy: 'recorded',
    factor: 5,
    duration: '',
    stages: '',
    warmUp: '',
    between: '',
    filter: '',
    faults: [],
    checks: [],
    secrets: [],
    seed: '1',
    abortOnFail: false,
    readOnly: false,
    bothTiers: false,
    allowRecordedServer: false,
  };
}

class Form {
  fields = $state<ReplayForm>(blank(''));
  faults = $state<Entry<FaultNote>[]>([]);
  checks = $state<Entry<CheckState>[]>([]);
  /** What would happen; null while unknown. */
  dryRun = $state.raw<DryRun | null>(null);
  /** Why nothing can be said or started. */
  failure = $state.raw<Failure | null>(null);
  /** Whether the host is planning or starting. */
  busy = $state(false);
  private asked = 0;
  private suggested = '';

  /** Turns to another recording, with a name for the run that is still free. */
  choose(recording: string): void {
    if (this.fields.recording === recording) return;
    this.fields.recording = recording;
    this.dryRun = null;
    this.failure = null;
    this.nameRun();
  }

  /** A name for the next run, unless the user gave one: what it does, and a number when that is taken. */
  nameRun(): void {
    const { recording, rateBy, factor, stages } = this.fields;
    if (recording === '' || ![this.suggested, ''].includes(this.fields.run)) return;
    const rate =
      stages.trim() !== ''
        ? 'stages'
        : rateBy === 'recorded'
          ? '1x'
          : rateBy === 'max'
            ? 'max'
            : `${factor}x`;
    const faulty = this.faults.some((fault) => fault.text.trim() !== '') ? '-faults' : '';
    const taken = shelf.library?.runs.map((run) => run.name) ?? [];
    this.suggested = freeName(`${recording}-${rate}${faulty}`, taken);
    this.fields.run = this.suggested;
  }

  /** The form as the host takes it: empty lines left out. */
  complete(): ReplayForm {
    const texts = (entries: Entry<unknown>[]) =>
      entries.map((entry) => entry.text.trim()).filter((text) => text !== '');
    const secrets = this.fields.secrets.filter((secret) => secret.name.trim() !== '');
    return $state.snapshot({
      ...this.fields,
      faults: texts(this.faults),
      checks: texts(this.checks),
      secrets,
    });
  }

  /** Whether there is enough to ask the host about. */
  get ready(): boolean {
    const { recording, http, mysql } = this.fields;
    const sound = ![...this.faults, ...this.checks].some((entry) => entry.problem !== '');
    return recording !== '' && (http.trim() !== '' || mysql.trim() !== '') && sound;
  }

  /** Asks what would be sent and skipped; an older question's answer is dropped. */
  async plan(): Promise<void> {
    const mine = ++this.asked;
    if (!this.ready) {
      this.dryRun = null;
      this.failure = null;
      this.busy = false;
      return;
    }
    this.busy = true;
    try {
      const answer = await host().dryRun(this.complete());
      if (mine !== this.asked) return;
      this.dryRun = answer;
      this.failure = null;
    } catch (thrown) {
      if (mine !== this.asked) return;
      this.dryRun = null;
      this.failure = asFailure(thrown);
    } finally {
      if (mine === this.asked) this.busy = false;
    }
  }

  /** Starts; resolves to the run's name, or null when it was refused. */
  async start(): Promise<string | null> {
    this.asked += 1;
    this.busy = true;
    try {
      const started = await host().startReplay(this.complete());
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

export const form = new Form();
