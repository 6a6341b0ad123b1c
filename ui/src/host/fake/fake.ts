/** A host without a machine behind it: believable answers for a browser and for the tests. */
import type {
  AgainForm,
  CheckState,
  Failure,
  FaultReading,
  ProxyForm,
  RecordForm,
  RecordNews,
  ReplayForm,
  RunNews,
  RunNumbers,
  RunPage,
  RunView,
  Understood,
} from '../bindings';
import type { Host } from '../host';
import { blank } from '../../replay/form.svelte';
import { compareCharts, plannedRate, protocolRate, runCharts } from './pictures';
import { FakeProxies } from './proxies';
import { FakeRecorder } from './recorder';
import { FakeRules } from './rules';
import {
  comparison,
  exchange,
  FAILURES,
  library,
  LOSS,
  MISMATCHES,
  OPERATIONS,
  PLAN,
  RUN_OPERATIONS,
} from './traffic';

const TOTAL_MS = 300_000;

/** A host on an empty file or on one with a few recordings and runs. `speed` hastens its clock. */
export function fakeHost(state: 'full' | 'empty', speed = 1): FakeHost {
  return new FakeHost(state === 'empty', speed);
}

export class FakeHost implements Host {
  private file = library(false);
  private bin: (() => void) | null = null;
  private hosts = [{ host: 'staging.example' }];
  private now: {
    name: string;
    form: ReplayForm;
    began: number;
    paused: boolean;
    stopped: boolean;
  } | null = null;
  private importing = false;
  private faultsOff = new Set<number>();
  /** What was asked of it, for the tests. */
  readonly asked: string[] = [];
  /** The machine it records from. */
  readonly recorder: FakeRecorder;
  /** The proxies that are on. */
  readonly standing: FakeProxies;
  /** Its redaction rules. */
  readonly rules = new FakeRules();

  constructor(
    empty: boolean,
    private readonly speed: number,
  ) {
    this.file = library(empty);
    this.recorder = new FakeRecorder(speed);
    this.standing = new FakeProxies(speed, readFault);
  }

  async library() {
    return structuredClone(this.file);
  }

  async recording(name: string) {
    const card = this.file.recordings.find((recording) => recording.name === name);
    if (!card) throw failure('usage', `there is no recording named ${name}`);
    return {
      card,
      messages: [
        { name: 'HTTP requests', count: card.http },
        { name: 'HTTP answers', count: card.http },
        { name: 'MySQL commands', count: card.mysql },
        { name: 'MySQL replies', count: card.mysql },
      ],
      loss: card.lost ? LOSS : [],
      redacted: [
        { name: 'cookie', count: 71_204 },
        { name: 'password', count: 824 },
      ],
      operations: OPERATIONS,
      exchanges: card.http + card.mysql,
    };
  }

  async recordingRate(_name: string, theme: 'dark' | 'light', width: number) {
    return protocolRate(theme, width);
  }

  async exchanges(name: string, filter: string, after: number | null, limit: number) {
    const page = await this.recording(name);
    this.asked.push(`exchanges ${filter} after ${after}`);
    if (/\w+:$/.test(filter))
      throw failure('usage', `'${filter}' names no value; write status:5xx`);
    const lines = [];
    let id = after ?? 0;
    const wanted = matcher(filter);
    while (lines.length < limit && id < page.exchanges && id < (after ?? 0) + 40_000) {
      id += 1;
      const line = exchange(id);
      if (wanted(line)) lines.push(line);
    }
    return { lines, next: id < page.exchanges ? id : null };
  }

  async exchange(_recording: string, id: number) {
    const line = exchange(id);
    const http = line.protocol === 'http';
    return {
      line,
      client: '10.0.4.17:51822',
      server: http ? '10.0.9.2:80' : '10.0.9.3:3306',
      request: http
        ? `${line.request} HTTP/1.1\nHost: shop.example\nCookie: session=rp_k7q2m5\nAccept: application/json`
        : line.request,
      response: http
        ? `HTTP/1.1 ${line.status} OK\nContent-Type: application/json\n\n{"id":${line.id},"total":"41.90"}`
        : line.status === 0
          ? 'id  qty\n17  4'
          : 'ERROR 1213 (40001): Deadlock found when trying to get lock',
    };
  }

  async chooseFiles() {
    return ['/var/tmp/shop-monday.pcapng'];
  }

  async importFiles(
    paths: string[],
    name: string,
    news: (n: {
      packets: number;
      exchanges: number;
      readBytes: number;
      totalBytes: number;
    }) => void,
  ) {
    this.asked.push(`import ${paths.join(' ')} as ${name}`);
    if (paths.some((path) => path.endsWith('.txt'))) {
      throw failure('usage', `${paths[0]} is neither pcap nor pcapng`);
    }
    this.importing = true;
    for (let part = 0; part <= 20 && this.importing; part += 1) {
      news({
        packets: part * 9_400,
        exchanges: part * 4_300,
        readBytes: part * 2e6,
        totalBytes: 4e7,
      });
      await pause(120 / this.speed);
    }
    const template = library(false).recordings[0]!;
    const state = this.importing ? 'complete' : 'interrupted';
    this.importing = false;
    const startedAt = new Date().toISOString();
    this.file.recordings.unshift({ ...template, name, source: paths[0] ?? '', state, startedAt });
    return name;
  }

  async stopImport() {
    this.importing = false;
  }

  async deleteRecording(name: string) {
    const index = this.file.recordings.findIndex((recording) => recording.name === name);
    const [gone] = this.file.recordings.splice(index, 1);
    this.bin = () => gone && this.file.recordings.splice(index, 0, gone);
  }

  async deleteRun(name: string) {
    const index = this.file.runs.findIndex((run) => run.name === name);
    const [gone] = this.file.runs.splice(index, 1);
    this.bin = () => gone && this.file.runs.splice(index, 0, gone);
  }

  async undoDelete() {
    this.bin?.();
    this.bin = null;
  }

  async devices() {
    return this.recorder.devices();
  }

  async deviceRates() {
    return this.recorder.rates();
  }

  async checkCaptureFilter(filter: string) {
    this.recorder.checkFilter(filter);
  }

  async startRecording(form: RecordForm) {
    this.asked.push(`record ${JSON.stringify(form)}`);
    this.recorder.start(form);
  }

  async recordingOn() {
    return this.recorder.on;
  }

  async watchRecording(news: (news: RecordNews) => void) {
    const form = await this.recorder.watch(news);
    const template = library(false).recordings[0]!;
    const failed = this.recorder.failsWith;
    if (failed?.kind === 'usage') throw failed;
    const state = failed ? 'interrupted' : 'complete';
    const startedAt = new Date().toISOString();
    const source = form.interfaces.join(', ');
    const { name, raw } = form;
    this.file.recordings.unshift({ ...template, name, source, state, raw, startedAt });
    if (failed) throw failed;
  }

  async recordingChart(theme: 'dark' | 'light', width: number) {
    return this.recorder.chart(theme, width);
  }

  async stopRecording() {
    this.recorder.stop();
  }

  async renameRecording(from: string, to: string) {
    if (this.file.recordings.some((recording) => recording.name === to))
      throw failure('usage', `failed to create recording "${to}": the name is taken`);
    const recording = this.file.recordings.find((one) => one.name === from);
    if (recording) recording.name = to;
  }

  async hideWindow() {
    this.asked.push('hide');
  }

  async showWindow() {
    this.asked.push('show');
  }

  async notify(title: string) {
    this.asked.push(`notify ${title}`);
  }

  async closeWindow() {
    this.recorder.stop();
    if (this.now) this.now.stopped = true;
    this.asked.push('close');
  }

  async readFault(text: string) {
    return readFault(text);
  }

  async readCheck(text: string): Promise<CheckState> {
    if (!/^[a-z_0-9]+(\(.+\))?\s*[<>]/.test(text))
      throw failure('usage', `'${text}' is not a check; write p99<250ms`);
    return { check: text, value: '', held: null };
  }

  async readStages(text: string) {
    if (text.trim() === '') return [];
    return text.split(',').map((part) => {
      const found = /^\s*([\d.]+)x(?:\.\.([\d.]+)x)?:(\d+)(ms|s|m)\s*$/.exec(part);
      if (!found) throw failure('usage', `failed to read the stages "${text}": "${part}" is none`);
      const [, from = '1', to = from, number, unit] = found;
      const ms = { ms: 1, s: 1_000, m: 60_000 }[unit ?? 's'] ?? 1;
      return { from: Number(from), to: Number(to), lastsMs: Number(number) * ms };
    });
  }

  async planChart(form: ReplayForm, theme: 'dark' | 'light', width: number) {
    return plannedRate(await this.readStages(form.stages), theme, width);
  }

  async readProbe(text: string): Promise<Understood> {
    if (!/^(\w+=)?(lane:\d+|operation:.+|https?:\/\/.+|sql:.+)$/.test(text))
      throw failure('usage', `'${text}' is not a probe; write health=http://HOST/health`);
    return { title: `a GET every second, called ${text.split('=')[0]}` };
  }

  async readRewrite(text: string): Promise<Understood> {
    if (!/^(host|path|query|header|cookie|body|json):/.test(text))
      throw failure('usage', `'${text}' is not a rule; write header:X-Env=staging`);
    return { title: text };
  }

  async chooseFile() {
    return '/home/ada/staging.pem';
  }

  async tryTargets(form: ReplayForm) {
    const plan = await this.dryRun(form);
    if (plan.targets.some((target) => target.endsWith(':9')))
      throw failure('refused', 'failed to reach 127.0.0.1:9: connection refused');
    return plan.targets.map((target) => `${target} answers`);
  }

  async dryRun(form: ReplayForm) {
    const address = form.http.find((row) => row.url !== '')?.url || form.mysql;
    const host = /\/\/(?:[^@/]*@)?([^:/]+)/.exec(address)?.[1];
    if (!host) throw failure('usage', `'${address}' is not a URL; write http://HOST:PORT`);
    if (host === 'shop.example')
      throw failure('refused', 'shop.example was a server in this recording');
    if (!/^(127\.|localhost)/.test(host) && !this.hosts.some((entry) => entry.host === host)) {
      throw {
        ...failure('refused', `${host} is not allowed as a target of this file`),
        allow: host,
      };
    }
    const times = form.rateBy === 'copies' ? form.factor : 1;
    const skipped = PLAN.skipped.map((part) => ({
      ...part,
      count: Math.round(part.count * times),
    }));
    const sends = Math.round(PLAN.sends * times);
    const targets = [
      ...form.http.map((row) => row.url),
      form.mysql.replace(/:[^:@/]*@/, ':…@'),
    ].filter((target) => target !== '');
    const writes = form.readOnly ? 0 : PLAN.writes * times;
    return {
      ...PLAN,
      sends,
      skipped,
      askedPerS: PLAN.askedPerS * times,
      targets,
      writes,
      writing: writes === 0 ? [] : PLAN.writing,
      loopback: /^(127\.|localhost)/.test(host),
      correlations: PLAN.correlations.filter((line) => !form.noCorrelate.includes(line.name)),
      rewrites: form.rewrites.map((name) => ({ name, count: name.includes('/v1/') ? 0 : 4_902 })),
    };
  }

  async startReplay(form: ReplayForm) {
    this.asked.push(`replay ${JSON.stringify(form)}`);
    await this.dryRun(form);
    this.now = { name: form.run, form, began: Date.now(), paused: false, stopped: false };
    return form.run;
  }

  async watchRun(name: string, news: (news: RunNews) => void) {
    while (this.now && !this.now.stopped && this.elapsed() < TOTAL_MS) {
      const state = this.now.paused ? 'paused' : 'running';
      news({ state, numbers: numbersAt(this.elapsed()) });
      await pause(250);
    }
    const template = library(false).runs[0]!;
    const state = this.now?.stopped ? 'stopped' : 'complete';
    this.file.runs.unshift({ ...template, name, state, startedAt: new Date().toISOString() });
  }

  async run(name: string): Promise<RunPage> {
    const live = this.now?.name === name && !this.now.stopped;
    const card = this.file.runs.find((run) => run.name === name);
    if (!live && !card) throw failure('usage', `there is no run named ${name}`);
    const numbers = numbersAt(live ? this.elapsed() : TOTAL_MS);
    const calm = card !== undefined && card.errorRate < 0.01;
    return {
      name,
      recording: 'shop-friday',
      targets: ['staging.example:8080', 'staging-db:3306'],
      state: card?.state ?? 'running',
      rate: 5,
      seed: '1',
      secrets: ['login.password'],
      mysqlUser: null,
      resumable: card?.state === 'stopped',
      startedAt: card?.startedAt ?? new Date().toISOString(),
      numbers: calm
        ? { ...numbers, errorRate: card.errorRate, injectedRate: 0, p99Us: card.p99Us }
        : numbers,
      faults: calm
        ? []
        : [
            {
              title: '5 % MySQL error 1213, UPDATE',
              on: !this.faultsOff.has(0),
              injected: 7_218,
              errors: 7_218,
            },
            {
              title: '20 % delay 250 ms ± 50, all HTTP',
              on: false,
              injected: 0,
              errors: 0,
            },
          ],
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
      operations: RUN_OPERATIONS,
      alarms: [],
      notes: [],
    };
  }

  async runCharts(name: string, theme: 'dark' | 'light', width: number, view: RunView) {
    this.asked.push(`charts ${JSON.stringify(view)}`);
    const live = this.now?.name === name && !this.now.stopped;
    return runCharts(live ? this.elapsed() : TOTAL_MS, TOTAL_MS, theme, width);
  }

  async mismatches(name: string) {
    this.asked.push(`mismatches ${name}`);
    return MISMATCHES;
  }

  async failures(name: string) {
    this.asked.push(`failures ${name}`);
    return FAILURES;
  }

  async startAgain(again: AgainForm) {
    this.asked.push(`again ${JSON.stringify(again)}`);
    this.now = {
      name: again.name,
      form: this.now?.form ?? blank('shop-friday'),
      began: Date.now(),
      paused: false,
      stopped: false,
    };
    return again.name;
  }

  async runOn() {
    return this.now && !this.now.stopped ? this.now.name : null;
  }

  async pauseRun(paused: boolean) {
    this.asked.push(paused ? 'pause' : 'resume');
    if (this.now) this.now.paused = paused;
  }

  async setRate(rate: number) {
    this.asked.push(`rate ${rate}`);
  }

  async setFault(index: number, on: boolean) {
    this.asked.push(`fault ${index} ${on ? 'on' : 'off'}`);
    if (on) this.faultsOff.delete(index);
    else this.faultsOff.add(index);
  }

  async stopRun() {
    if (this.now) this.now.stopped = true;
  }

  async compare(a: string, b: string) {
    return comparison(a, b);
  }

  async compareCharts(_a: string, _b: string, theme: 'dark' | 'light', width: number) {
    return compareCharts(theme, width);
  }

  async saveReport(a: string) {
    return `/home/ada/${a}.html`;
  }

  async proxies() {
    return this.standing.cards();
  }

  async openProxy(form: ProxyForm) {
    this.asked.push(`proxy ${form.protocol} ${form.listen} to ${form.to}`);
    this.standing.add(form);
  }

  async closeProxy(name: string) {
    this.standing.remove(name);
  }

  async addProxyFault(name: string, text: string) {
    this.standing.addFault(name, text);
  }

  async changeProxyFault(name: string, id: number, text: string) {
    this.standing.changeFault(name, id, text);
  }

  async switchProxyFault(name: string, id: number, on: boolean) {
    this.standing.switchFault(name, id, on);
  }

  async removeProxyFault(name: string, id: number) {
    this.standing.removeFault(name, id);
  }

  async proxyFaultsText(name: string) {
    return this.standing.text(name);
  }

  async writeProxyFaults(name: string, text: string) {
    this.standing.write(name, text);
  }

  async redactionRules() {
    this.asked.push('rules');
    return this.rules.rules;
  }

  async readRedactionRules(text: string) {
    return this.rules.read(text);
  }

  async saveRedactionRules(text: string) {
    Object.assign(this.rules, { text, saved: true });
    return this.rules.rules;
  }

  async previewRedaction(recording: string, text: string) {
    return this.rules.preview(recording, text);
  }

  async allowedHosts() {
    return [...this.hosts];
  }

  async allowHost(host: string) {
    this.hosts.push({ host });
  }

  async forgetHost(host: string) {
    this.hosts = this.hosts.filter((entry) => entry.host !== host);
  }

  onDrop() {
    return () => undefined;
  }

  onCloseAsked(ask: () => void) {
    this.recorder.askToClose = ask;
    return () => undefined;
  }

  /** A run has been on for a while when it is first looked at. */
  private elapsed(): number {
    return this.now ? 161_000 + (Date.now() - this.now.began) * this.speed : TOTAL_MS;
  }
}

function failure(kind: Failure['kind'], message: string): Failure {
  return { kind, message, allow: null };
}

function readFault(text: string): FaultReading {
  const found =
    /^(\d+(?:\.\d+)?):([a-z_]+)(?:\(([^)]*)\))?(?:@(\d+)s\.\.(?:(\d+)s)?)?(?: for (.+))?$/.exec(
      text,
    );
  if (!found)
    throw failure(
      'usage',
      `'${text}' is not a fault; write 20:delay(ms=250)@30s..60s for http /api/*`,
    );
  const [, percent = '', behaviour = '', options = '', from, to, selector = ''] = found;
  return {
    title: `${percent} % ${behaviour} ${options}${selector ? `, ${selector}` : ''}`,
    percent,
    behaviour,
    options,
    fromMs: Number(from ?? 0) * 1_000,
    toMs: to === undefined ? null : Number(to) * 1_000,
    repeats: '',
    selector,
    notInReplay: null,
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}

function matcher(filter: string): (line: ReturnType<typeof exchange>) => boolean {
  const operation = /operation:"?([^"]+)"?/.exec(filter)?.[1];
  const failed = filter.includes('status:5xx');
  return (line) =>
    (!operation || line.operation.includes(operation)) && (!failed || line.status === 503);
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
    skipped: [{ name: 'downstream', count: 2_204 }],
    outcomes: [
      { name: 'ok', count: sent - failed - mismatch },
      { name: 'mismatch', count: mismatch },
      { name: 'error_reply', count: failed },
    ],
  };
}
