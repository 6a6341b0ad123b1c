/** A host without a machine behind it: believable answers for a browser and for the tests. */
import type {
  AgainForm,
  KeptKind,
  Library,
  MachineFinding,
  PlanningNews,
  ListingForm,
  ProxyForm,
  RecordForm,
  RecordNews,
  RepeatForm,
  ReplayForm,
  RunNews,
  RunView,
  SearchForm,
  SeriesNews,
  SideName,
} from '../bindings';
import type { Host } from '../host';
import { blank } from '../../replay/form.svelte';
import { FILTER_VALUES, listed, ofConnection, pieceOf, taken } from './exchanges';
import { failure } from './failure';
import { readCheck, readFault, readProbe, readRewrite, readStages, readWatch } from './language';
import { compareCharts, plannedRate, protocolRate, runCharts } from './pictures';
import { dryRun } from './planning';
import { FakePlans } from './plans';
import { FakeProxies } from './proxies';
import { FakeRecorder } from './recorder';
import { FakeRules } from './rules';
import { FakeRun, TOTAL_MS } from './runs';
import { FakeSeries, searchCharts } from './series';
import { FakeShelves } from './shelves';
import { trend, trendChart } from './trend';
import { ABOUT, SHOP } from './machine';
import { comparison, FAILURES, library, LOSS, MISMATCHES, OPERATIONS } from './traffic';

/** How long a run of several lasts. */
const SERIES_RUN_MS = 2_000;

/** A host on an empty file or on one with a few recordings and runs. `speed` hastens its clock. */
export function fakeHost(state: 'full' | 'empty', speed = 1): FakeHost {
  return new FakeHost(state === 'empty', speed);
}

export class FakeHost implements Host {
  private file: Library;
  private kept: FakeShelves;
  private shopIsOpen = false;
  private hosts = [{ host: 'staging.example' }];
  private readonly running: FakeRun;
  /** Several runs in a row, and searches. */
  readonly series: FakeSeries;
  private importing = false;
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
  private readonly namedPlans = new FakePlans();
  /** How many exchanges it reads for a plan before it has one; 0 is at once. */
  planning = 0;
  private planningStopped = false;
  /** Its redaction rules. */
  readonly rules = new FakeRules();

  constructor(
    empty: boolean,
    private readonly speed: number,
  ) {
    this.file = library(empty);
    this.kept = new FakeShelves(this.file);
    this.recorder = new FakeRecorder(speed);
    this.running = new FakeRun(speed);
    this.series = new FakeSeries(
      (run) => this.running.start(run, blank('shop-friday')),
      () => this.running.stop(),
      () => pause(SERIES_RUN_MS / speed),
    );
    this.file.searches = empty ? [] : this.series.cards();
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

  async exchanges(
    name: string,
    form: ListingForm,
    from: number,
    limit: number,
    find: number | null,
  ) {
    const page = await this.recording(name);
    this.asked.push(`exchanges ${form.filter} by ${form.sort} from ${from}`);
    return listed(page.exchanges, form, from, limit, find);
  }

  async exchange(_recording: string, id: number) {
    return taken(id);
  }

  async exchangeBytes(
    _recording: string,
    id: number,
    _side: SideName,
    _decoded: boolean,
    from: number,
    limit: number,
  ) {
    return pieceOf(id, from, limit);
  }

  async connectionExchanges(
    name: string,
    connection: number,
    from: number,
    limit: number,
    find: number | null,
  ) {
    const page = await this.recording(name);
    return ofConnection(page.exchanges, connection, from, limit, find);
  }

  async filterValues(_recording: string) {
    return FILTER_VALUES;
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

  async putInBin(kind: KeptKind, name: string) {
    this.kept.putInBin(kind, name);
  }

  async bin() {
    return this.kept.binned();
  }

  async restore(kind: KeptKind, name: string) {
    this.kept.restore(kind, name);
  }

  async removeBinned(kind: KeptKind, name: string) {
    this.asked.push(`remove ${kind} ${name}`);
    this.kept.remove(kind, name);
  }

  async emptyBin() {
    this.asked.push('empty the bin');
    this.kept.empty();
  }

  async rename(kind: KeptKind, from: string, to: string) {
    this.kept.rename(kind, from, to);
  }

  async remark(kind: KeptKind, name: string, note: string, tags: string[]) {
    this.kept.remark(kind, name, note, tags);
  }

  async find(text: string) {
    return this.kept.find(text);
  }

  async about() {
    return ABOUT;
  }

  async captureRights() {
    return structuredClone(this.rights);
  }

  async shop() {
    return this.shopIsOpen ? SHOP : null;
  }

  async openShop() {
    this.shopIsOpen = true;
    return SHOP;
  }

  async closeShop() {
    this.shopIsOpen = false;
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

  async hideWindow() {
    this.asked.push('hide');
  }

  async showWindow() {
    this.asked.push('show');
  }

  async setZoom(factor: number) {
    this.asked.push(`zoom ${factor}`);
  }

  async notify(title: string) {
    this.asked.push(`notify ${title}`);
  }

  async closeWindow() {
    this.recorder.stop();
    this.running.stop();
    this.asked.push('close');
  }

  async readFault(text: string) {
    return readFault(text);
  }

  async readCheck(text: string) {
    return readCheck(text);
  }

  async readStages(text: string) {
    return readStages(text);
  }

  async planChart(form: ReplayForm, theme: 'dark' | 'light', width: number) {
    return plannedRate(readStages(form.stages), theme, width);
  }

  async readProbe(text: string) {
    return readProbe(text);
  }

  async readWatch(text: string) {
    return readWatch(text);
  }

  async readRewrite(text: string) {
    return readRewrite(text);
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

  async stopPlanning() {
    this.asked.push('stop planning');
    this.planningStopped = true;
  }

  /** Reads for a while, unless it is told to stop. */
  private async plan(news: (news: PlanningNews) => void) {
    this.planningStopped = false;
    for (let read = 0; read < this.planning; read += 12_000) {
      news({ read, of: this.planning });
      await pause(120 / this.speed);
      if (this.planningStopped) throw failure('usage', 'failed to plan the replay: it was stopped');
    }
  }

  async dryRun(form: ReplayForm, news: (news: PlanningNews) => void = () => undefined) {
    await this.plan(news);
    return dryRun(
      form,
      this.hosts.map((entry) => entry.host),
    );
  }

  async plans() {
    return this.namedPlans.cards();
  }

  async openPlan(name: string) {
    return this.namedPlans.open(name);
  }

  async openPlanOfRun(run: string) {
    this.asked.push(`open plan of ${run}`);
    return { form: { ...blank('shop-friday'), faults: ['5:error(status=503)'] }, leftOut: [] };
  }

  async savePlan(name: string, form: ReplayForm, replace: boolean) {
    this.asked.push(`save plan ${name} ${replace}`);
    this.namedPlans.save(name, form, replace);
  }

  async savePlanOfRun(name: string, run: string) {
    this.asked.push(`save plan ${name} of ${run}`);
    this.namedPlans.save(name, blank('shop-friday'), false);
  }

  async copyPlan(name: string, other: string) {
    this.namedPlans.save(other, this.namedPlans.open(name).form, false);
  }

  async deletePlan(name: string) {
    this.namedPlans.remove(name);
  }

  async undoDeletePlan() {
    this.namedPlans.undo();
  }

  async startReplay(form: ReplayForm) {
    this.asked.push(`replay ${JSON.stringify(form)}`);
    await this.dryRun(form);
    this.running.start(form.run, form);
    return form.run;
  }

  async startSearch(form: ReplayForm, search: SearchForm) {
    this.asked.push(`search ${JSON.stringify({ run: form.run, checks: form.checks, search })}`);
    await this.dryRun(form);
    this.series.search(form.run);
    return form.run;
  }

  async search(name: string) {
    return this.series.page(name);
  }

  async searchCharts(name: string, theme: 'dark' | 'light', width: number) {
    return searchCharts(this.series.page(name)?.steps ?? [], theme, width);
  }

  async saveSearchReport(name: string) {
    return `/home/ada/${name}.html`;
  }

  async startSeries(form: ReplayForm, repeat: RepeatForm) {
    this.asked.push(`series ${JSON.stringify({ run: form.run, repeat })}`);
    await this.dryRun(form);
    this.series.repeat(form.run, repeat);
    return form.run;
  }

  async seriesOn() {
    return this.series.on ? this.series.news : null;
  }

  async watchSeries(_name: string, news: (news: SeriesNews) => void) {
    const last = await this.series.watch(news);
    this.file.searches = this.series.cards();
    return last;
  }

  async stopSeries() {
    this.asked.push('stop series');
    this.series.stop();
  }

  async watchRun(name: string, news: (news: RunNews) => void) {
    const state = await this.running.watch(news);
    const template = library(false).runs[0]!;
    this.file.runs.unshift({ ...template, name, state, startedAt: new Date().toISOString() });
  }

  async run(name: string) {
    return this.running.page(
      name,
      this.file.runs.find((run) => run.name === name),
    );
  }

  async runCharts(name: string, theme: 'dark' | 'light', width: number, view: RunView) {
    this.asked.push(`charts ${JSON.stringify(view)}`);
    const elapsed = this.running.isOn(name) ? this.running.elapsed() : TOTAL_MS;
    return runCharts(elapsed, TOTAL_MS, theme, width);
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
    this.running.start(again.name, this.running.form ?? blank('shop-friday'));
    return again.name;
  }

  async runOn() {
    return this.running.on;
  }

  async pauseRun(paused: boolean) {
    this.asked.push(paused ? 'pause' : 'resume');
    this.running.pause(paused);
  }

  async setRate(rate: number) {
    this.asked.push(`rate ${rate}`);
  }

  async setFault(index: number, on: boolean) {
    this.asked.push(`fault ${index} ${on ? 'on' : 'off'}`);
    this.running.setFault(index, on);
  }

  async stopRun() {
    this.running.stop();
  }

  async compare(a: string[], b: string[]) {
    this.asked.push(`compare ${a.join(' ')} with ${b.join(' ')}`);
    return comparison(a.join(', '), b.join(', '));
  }

  async compareCharts(_a: string[], _b: string[], theme: 'dark' | 'light', width: number) {
    return compareCharts(theme, width);
  }

  async trend(run: string) {
    return trend(run);
  }

  async trendChart(run: string, theme: 'dark' | 'light', width: number) {
    return trendChart(run, theme, width);
  }

  async saveTrendReport(run: string) {
    return `/home/ada/${run} over time.html`;
  }

  async saveReport(a: string[]) {
    return `/home/ada/${a[0]}.html`;
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

  async controlProxy(name: string) {
    return this.standing.control(name);
  }

  async controlledProxies(at: string, token: string) {
    this.asked.push(`controlled at ${at} ${token}`);
    return this.standing.controlledAt(at);
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

  async chooseLibrary(make: boolean) {
    return make ? '/home/ada/new.reprise' : '/home/ada/monday.reprise';
  }

  async openLibrary(path: string, make: boolean) {
    if (path.includes('newer'))
      throw failure('usage', `failed to open ${path}: it was written by a later version`);
    this.asked.push(`${make ? 'make' : 'open'} ${path}`);
  }

  onDrop(_hover: (over: boolean) => void, drop: (paths: string[]) => void) {
    this.drop = drop;
    return () => undefined;
  }

  onFileAsked(ask: (path: string) => void) {
    this.askForFile = ask;
    return () => undefined;
  }

  startAnew() {
    this.asked.push('anew');
  }

  onCloseAsked(ask: () => void) {
    this.recorder.askToClose = ask;
    return () => undefined;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}
