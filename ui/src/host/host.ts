/**
 * The one seam between the window and what it runs on. Pages import `host` from here and nothing else of the
 * outside; `tauri.ts` is the real one, `fake/` serves a browser and the tests.
 */
import type {
  About,
  AgainForm,
  AllowedHost,
  BinnedCard,
  CheckState,
  Chart,
  Comparison,
  ControlledProxy,
  ConnectionPage,
  DryRun,
  ExchangeDetail,
  ExchangePage,
  FilterValue,
  FaultReading,
  Failure,
  FailureLine,
  Found,
  DeviceCard,
  DeviceRate,
  ImportNews,
  KeptKind,
  MachineFinding,
  ListingForm,
  Mismatches,
  OpenedPlan,
  PlanCard,
  PlanningNews,
  PieceOfBytes,
  ProxyCard,
  ProxyForm,
  Library,
  RecordForm,
  RecordingPage,
  RecordNews,
  RedactionPreview,
  RedactionRules,
  RepeatForm,
  ReplayForm,
  RunNews,
  RulesReading,
  SearchForm,
  SearchPage,
  SeriesNews,
  SideName,
  StageLine,
  RunPage,
  ShopCard,
  RunView,
  ThemeName,
  TrendPage,
  Understood,
} from './bindings';

/** The answer of what has nothing to answer: the boundary knows no `undefined`. */
export type Done = null | void;

/** What the host can do. Every promise rejects with a `Failure`, never with anything else. */
export interface Host {
  library(theme: ThemeName): Promise<Library>;
  recording(name: string, theme: ThemeName): Promise<RecordingPage>;
  /** A recording over time, by protocol. */
  recordingRate(name: string, theme: ThemeName, width: number): Promise<Chart>;
  /** Exchanges from a place of the listing on, and the place of the one to find. */
  exchanges(
    name: string,
    form: ListingForm,
    from: number,
    limit: number,
    find: number | null,
  ): Promise<ExchangePage>;
  /** One exchange, taken apart. */
  exchange(name: string, id: number): Promise<ExchangeDetail>;
  /** Some bytes of a side, as they were sent or decoded. */
  exchangeBytes(
    name: string,
    id: number,
    side: SideName,
    decoded: boolean,
    from: number,
    limit: number,
  ): Promise<PieceOfBytes>;
  /** Exchanges of a connection from a place on, and the place of the one to find. */
  connectionExchanges(
    name: string,
    connection: number,
    from: number,
    limit: number,
    find: number | null,
  ): Promise<ConnectionPage>;
  /** What a recording has that a filter can ask for, most frequent first. */
  filterValues(name: string): Promise<FilterValue[]>;
  /** Asks for capture files with the system's dialog; empty when the user changed their mind. */
  chooseFiles(): Promise<string[]>;
  /** Resolves to the new recording's name when all is read. */
  importFiles(paths: string[], name: string, news: (news: ImportNews) => void): Promise<string>;
  stopImport(): Promise<Done>;
  /** What was deleted stays in the bin until it is restored or removed for good. */
  putInBin(kind: KeptKind, name: string): Promise<Done>;
  bin(): Promise<BinnedCard[]>;
  restore(kind: KeptKind, name: string): Promise<Done>;
  removeBinned(kind: KeptKind, name: string): Promise<Done>;
  emptyBin(): Promise<Done>;
  rename(kind: KeptKind, from: string, to: string): Promise<Done>;
  /** The note and all tags from now on. */
  remark(kind: KeptKind, name: string, note: string, tags: string[]): Promise<Done>;
  /** What has every word in its name, note, tags or operations. */
  find(text: string): Promise<Found[]>;

  /** Versions, and what this machine is good for. */
  about(): Promise<About>;
  /** Whether this user may record here, and what makes it so. */
  captureRights(): Promise<MachineFinding>;
  /** The sample shop on this machine, if it is open. */
  shop(): Promise<ShopCard | null>;
  openShop(): Promise<ShopCard>;
  closeShop(): Promise<Done>;

  /** The interfaces of this machine, and why one cannot be captured. */
  devices(): Promise<DeviceCard[]>;
  /** What each interface carries since this was asked last; empty at the first time. */
  deviceRates(theme: ThemeName): Promise<DeviceRate[]>;
  checkCaptureFilter(filter: string): Promise<Done>;
  /** Resolves once every matching packet is captured. */
  startRecording(form: RecordForm): Promise<Done>;
  recordingOn(): Promise<RecordNews | null>;
  /** Calls `news` while the recording is on; the promise resolves when it is stored. */
  watchRecording(news: (news: RecordNews) => void): Promise<Done>;
  recordingChart(theme: ThemeName, width: number): Promise<Chart | null>;
  stopRecording(): Promise<Done>;
  /** Asks for a Reprise file with the system's dialog, a new one or one that is there; null when the user changed their mind. */
  chooseLibrary(make: boolean): Promise<string | null>;
  /** Turns to another file, made when it is not there and `make` is set; the window has to start anew then. */
  openLibrary(path: string, make: boolean): Promise<Done>;
  /** What is on goes on without a window. */
  hideWindow(): Promise<Done>;
  showWindow(): Promise<Done>;
  /** Shows everything larger or smaller; 1 is as designed. */
  setZoom(factor: number): Promise<Done>;
  /** Tells the user something where they are, unless that is here. */
  notify(title: string, body: string): Promise<Done>;
  /** Ends the recording, the run and the proxies that are on and closes the window once they are stored. */
  closeWindow(): Promise<Done>;

  readFault(text: string): Promise<FaultReading>;
  readCheck(text: string): Promise<CheckState>;
  readStages(text: string): Promise<StageLine[]>;
  /** What a replay would ask for over its time, above what was recorded. */
  planChart(form: ReplayForm, theme: ThemeName, width: number): Promise<Chart>;
  readProbe(text: string): Promise<Understood>;
  readWatch(text: string): Promise<Understood>;
  readRewrite(text: string): Promise<Understood>;
  /** Asks for one file with the system's dialog; null when the user changed their mind. */
  chooseFile(title: string): Promise<string | null>;
  /** Calls `news` while a plan takes long to be worked out; a newer question ends an older one. */
  dryRun(form: ReplayForm, news: (news: PlanningNews) => void): Promise<DryRun>;
  /** Ends what is being planned, whoever waits for it. */
  stopPlanning(): Promise<Done>;
  /** Connects to every target once and leaves again; what there is to say of each. */
  tryTargets(form: ReplayForm): Promise<string[]>;
  startReplay(form: ReplayForm, news: (news: PlanningNews) => void): Promise<string>;

  /** Every plan that has a name. */
  plans(): Promise<PlanCard[]>;
  openPlan(name: string): Promise<OpenedPlan>;
  openPlanOfRun(run: string): Promise<OpenedPlan>;
  /** Keeps what the form asks for; `replace` puts it in the place of the plan of that name. */
  savePlan(name: string, form: ReplayForm, replace: boolean): Promise<Done>;
  savePlanOfRun(name: string, run: string): Promise<Done>;
  copyPlan(name: string, other: string): Promise<Done>;
  deletePlan(name: string): Promise<Done>;
  /** Puts back what was deleted or replaced last. */
  undoDeletePlan(): Promise<Done>;

  run(name: string): Promise<RunPage>;
  runCharts(name: string, theme: ThemeName, width: number, view: RunView): Promise<Chart[]>;
  /** Answers of a run that were not the recorded ones, by operation and place. */
  mismatches(name: string): Promise<Mismatches[]>;
  /** What failed in a run, with a sample of each kind. */
  failures(name: string): Promise<FailureLine[]>;
  /** A stored plan once more, or a run from where it got; resolves to the new run's name. */
  startAgain(again: AgainForm, news: (news: PlanningNews) => void): Promise<string>;
  /** The name of the run that is on. */
  runOn(): Promise<string | null>;
  /** Calls `news` while the run is on; the promise resolves when it is over. */
  watchRun(name: string, news: (news: RunNews) => void): Promise<Done>;
  pauseRun(paused: boolean): Promise<Done>;
  setRate(rate: number): Promise<Done>;
  setFault(index: number, on: boolean): Promise<Done>;
  stopRun(): Promise<Done>;

  /** Searches for the highest rate the target holds; resolves to the search's name once its first run is on. */
  startSearch(
    form: ReplayForm,
    search: SearchForm,
    news: (news: PlanningNews) => void,
  ): Promise<string>;
  /** What a search found; null while its first step is on. */
  search(name: string): Promise<SearchPage | null>;
  /** Response time and throughput over the rate. */
  searchCharts(name: string, theme: ThemeName, width: number): Promise<Chart[]>;
  /** Asks where to and writes the search as HTML; the path, or null when cancelled. */
  saveSearchReport(name: string): Promise<string | null>;
  /** Puts every run of a search into the bin; resolves to their names, by which they come back. */
  deleteSearch(name: string): Promise<string[]>;
  /** A plan several times, against one target or two in turn; resolves to what its runs are called by once the first is on. */
  startSeries(
    form: ReplayForm,
    repeat: RepeatForm,
    news: (news: PlanningNews) => void,
  ): Promise<string>;
  /** What is on of several runs. */
  seriesOn(): Promise<SeriesNews | null>;
  /** Calls `news` while several runs are on; resolves to how they stood at the end. */
  watchSeries(name: string, news: (news: SeriesNews) => void): Promise<SeriesNews | null>;
  /** Ends the run that is on and starts no other. */
  stopSeries(): Promise<Done>;

  /** Runs of each side; A may be a recording. `least` is the least change that counts, a share; as usual when null. */
  compare(a: string[], b: string[], least: number | null): Promise<Comparison>;
  compareCharts(
    a: string[],
    b: string[],
    least: number | null,
    theme: ThemeName,
    width: number,
  ): Promise<Chart[]>;
  /** The last runs of the plan that a run is of. */
  trend(run: string): Promise<TrendPage>;
  trendChart(run: string, theme: ThemeName, width: number): Promise<Chart>;
  /** Asks where to and writes the trend as HTML; the path, or null when cancelled. */
  saveTrendReport(run: string): Promise<string | null>;
  /** Asks where to, writes the HTML report of one run (`b` is empty then) or of two sides, and resolves to the path; null when cancelled. */
  saveReport(a: string[], b: string[], least: number | null): Promise<string | null>;

  /** The proxies that are on, with what each has done. */
  proxies(): Promise<ProxyCard[]>;
  /** Resolves once it listens. */
  openProxy(form: ProxyForm): Promise<Done>;
  closeProxy(name: string): Promise<Done>;
  /** Lets replays have a proxy of this window under their control; where that is done. */
  controlProxy(name: string): Promise<string>;
  /** The proxies that are controlled at an address, of this window or not. */
  controlledProxies(at: string, token: string): Promise<ControlledProxy[]>;
  addProxyFault(name: string, text: string): Promise<Done>;
  /** Another fault in the place of one, counted from zero. */
  changeProxyFault(name: string, id: number, text: string): Promise<Done>;
  switchProxyFault(name: string, id: number, on: boolean): Promise<Done>;
  removeProxyFault(name: string, id: number): Promise<Done>;
  /** The faults of a proxy, one a line. */
  proxyFaultsText(name: string): Promise<string>;
  writeProxyFaults(name: string, text: string): Promise<Done>;

  redactionRules(): Promise<RedactionRules>;
  readRedactionRules(text: string): Promise<RulesReading>;
  saveRedactionRules(text: string): Promise<RedactionRules>;
  /** What a text of rules would do to a recording; changes nothing. */
  previewRedaction(recording: string, text: string): Promise<RedactionPreview>;

  allowedHosts(): Promise<AllowedHost[]>;
  allowHost(host: string): Promise<Done>;
  forgetHost(host: string): Promise<Done>;

  /** Calls back for files dragged over the window and dropped; returns how to stop. */
  onDrop(hover: (over: boolean) => void, drop: (paths: string[]) => void): () => void;
  /** Calls back when the window was asked to close and did not, because something is on; returns how to stop. */
  onCloseAsked(ask: () => void): () => void;
  /** Calls back with the file that the program was started with once more; returns how to stop. */
  onFileAsked(ask: (path: string) => void): () => void;
  /** Forgets everything that is shown and begins as after a start. */
  startAnew(): void;
}

let current: Host | undefined;

/** Chooses the host; called once, before anything is mounted. */
export function useHost(host: Host): void {
  current = host;
}

/** The host in use. */
export function host(): Host {
  if (!current) throw new Error('no host was chosen before mounting');
  return current;
}

/** Whatever was thrown, as a `Failure`: a page shows one kind of error only. */
export function asFailure(thrown: unknown): Failure {
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) {
    const { kind, allow, recordedServer } = thrown as Partial<Failure>;
    return {
      kind: kind ?? 'internal',
      message: String(thrown.message),
      allow: allow ?? null,
      recordedServer: recordedServer ?? false,
    };
  }
  return { kind: 'internal', message: String(thrown), allow: null, recordedServer: false };
}
