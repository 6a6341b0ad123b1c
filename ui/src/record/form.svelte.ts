/** What the Record page holds: kept while other pages are looked at. */
import type { DeviceCard, DeviceRate, Failure, RecordForm } from '../host/bindings';
import { asFailure, host } from '../host/host';
import { freeName } from '../library/importer.svelte';
import { shelf } from '../library/shelf.svelte';
import { theme } from '../theme.svelte';
import { form as wording } from '../text/record';

/** The device that stands for all. */
const ANY = 'any';

class Form {
  /** The interfaces, or null while they are unknown. */
  devices = $state.raw<DeviceCard[] | null>(null);
  /** Why they are unknown. */
  devicesFailure = $state.raw<Failure | null>(null);
  /** What they carry; empty until it is known. */
  rates = $state.raw<DeviceRate[]>([]);
  /** Whether packets come from this machine's interfaces or from a command. */
  from = $state<'interfaces' | 'command'>('interfaces');
  command = $state('');
  restart = $state(false);
  /** The names of those that shall be recorded. */
  chosen = $state<string[]>([]);
  ports = $state('');
  filter = $state('');
  filterProblem = $state('');
  name = $state('');
  duration = $state('');
  size = $state('');
  packets = $state('');
  exchanges = $state('');
  rotate = $state('');
  keep = $state('');
  raw = $state(false);
  /** The kernel's buffer, and the helper to capture through. */
  ring = $state('');
  tap = $state('');
  private suggested = '';
  private filterChecked = '';

  /** Looks for interfaces; the first that carries traffic is chosen until the user chooses. */
  async look(): Promise<void> {
    try {
      this.devices = await host().devices();
      this.devicesFailure = null;
    } catch (thrown) {
      this.devicesFailure = asFailure(thrown);
      return;
    }
    const there = this.devices.filter((device) => !device.why).map((device) => device.name);
    this.chosen = this.chosen.filter((name) => there.includes(name));
  }

  /** Reads what the interfaces carry; the next reading is a second away. */
  async readRates(): Promise<void> {
    this.rates = await host()
      .deviceRates(theme())
      .catch(() => this.rates);
  }

  /** Takes an interface in or out; `any` stands for all and goes with none. */
  toggle(name: string): void {
    if (this.chosen.includes(name)) this.chosen = this.chosen.filter((other) => other !== name);
    else if (name === ANY) this.chosen = [ANY];
    else this.chosen = [...this.chosen.filter((other) => other !== ANY), name];
  }

  /** A name from the date and the time, unless the user gave one. */
  suggestName(now = new Date()): void {
    if (![this.suggested, ''].includes(this.name)) return;
    const taken = shelf.library?.recordings.map((recording) => recording.name) ?? [];
    this.suggested = freeName(nameFromTime(now), taken);
    this.name = this.suggested;
  }

  /** Has the host read the filter; called when its field is left. */
  async checkFilter(): Promise<void> {
    const filter = this.filter.trim();
    this.filterChecked = filter;
    if (filter === '') {
      this.filterProblem = '';
      return;
    }
    try {
      await host().checkCaptureFilter(filter);
      if (this.filterChecked === filter) this.filterProblem = '';
    } catch (thrown) {
      if (this.filterChecked === filter) this.filterProblem = asFailure(thrown).message;
    }
  }

  get fromCommand(): boolean {
    return this.from === 'command';
  }

  get portsProblem(): string {
    const wrong = readPorts(this.ports).wrong;
    return wrong === undefined ? '' : wording.isNotAPort(wrong);
  }

  /** What is wrong with each of the limits; empty where nothing is. */
  get limitProblems() {
    return {
      duration: durationProblem(this.duration),
      size: sizeProblem(this.size),
      packets: countProblem(this.packets),
      exchanges: countProblem(this.exchanges),
    };
  }

  get ringProblem(): string {
    return sizeProblem(this.ring);
  }

  get rotateProblem(): string {
    const text = this.rotate;
    if (durationProblem(text) === '' || sizeProblem(text) === '') return '';
    return wording.isNeitherTimeNorSize(text.trim());
  }

  get keepProblem(): string {
    return this.rotate.trim() === '' ? '' : countProblem(this.keep);
  }

  get nameProblem(): string {
    const name = this.name.trim();
    // One that rotates takes the next number that is free.
    if (this.rotate.trim() !== '') return '';
    const taken = shelf.library?.recordings.some((recording) => recording.name === name);
    return taken ? wording.nameIsTaken(name) : '';
  }

  /** What is still missing before a recording can start; empty when nothing is. */
  get missing(): string {
    if (this.fromCommand && this.command.trim() === '') return wording.writeTheCommand;
    if (!this.fromCommand && this.chosen.length === 0) return wording.chooseAnInterface;
    if (this.name.trim() === '') return wording.giveItAName;
    const problems = [
      ...(this.fromCommand ? [] : [this.portsProblem, this.filterProblem, this.ringProblem]),
      ...Object.values(this.limitProblems),
      this.rotateProblem,
      this.keepProblem,
      this.nameProblem,
    ];
    return problems.find((problem) => problem !== '') ?? '';
  }

  /** The form as the host takes it. */
  complete(): RecordForm {
    const here = !this.fromCommand;
    return {
      interfaces: here ? $state.snapshot(this.chosen) : [],
      command: here ? '' : this.command,
      restart: this.restart,
      ports: here ? readPorts(this.ports).ports : [],
      filter: here ? this.filter : '',
      ring: here ? this.ring : '',
      tap: here ? this.tap : '',
      name: this.name.trim(),
      duration: this.duration,
      size: this.size,
      packets: countOf(this.packets),
      exchanges: countOf(this.exchanges),
      rotate: this.rotate,
      keep: countOf(this.keep),
      raw: this.raw,
    };
  }
}

export const form = new Form();

function durationProblem(typed: string): string {
  const text = typed.trim();
  if (text === '' || /^\d+(\.\d+)?\s*(ms|s|m|min|h)?$/.test(text)) return '';
  return wording.isNotADuration(text);
}

function sizeProblem(typed: string): string {
  const text = typed.trim();
  if (text === '' || /^\d+(\.\d+)?\s*[kmgt]?i?b?$/i.test(text)) return '';
  return wording.isNotASize(text);
}

function countProblem(typed: string): string {
  const text = typed.trim();
  if (text === '' || (/^\d{1,9}$/.test(text) && +text > 0)) return '';
  return wording.isNotACount(text);
}

function countOf(typed: string): number | null {
  return typed.trim() === '' ? null : +typed;
}

/** `2026-11-21-1405`: sorts as it happened, and a command line takes it as it is. */
export function nameFromTime(now: Date): string {
  const pad = (n: number) => String(n).padStart(2, '0');
  const day = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
  return `${day}-${pad(now.getHours())}${pad(now.getMinutes())}`;
}

/** The ports of `80, 3306`, or the first word that is none. */
export function readPorts(text: string): { ports: number[]; wrong?: string } {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const wrong = words.find((word) => !/^\d{1,5}$/.test(word) || +word < 1 || +word > 65_535);
  if (wrong !== undefined) return { ports: [], wrong };
  return { ports: [...new Set(words.map(Number))] };
}

/** `80, 3306` with a port taken out or added. */
export function togglePort(text: string, port: number): string {
  const { ports, wrong } = readPorts(text);
  if (wrong !== undefined) return text;
  const left = ports.filter((other) => other !== port);
  return (left.length < ports.length ? left : [...ports, port]).join(', ');
}
