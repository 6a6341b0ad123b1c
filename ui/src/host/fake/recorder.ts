/** An invented machine to record from: its interfaces, and traffic that comes at a steady rate. */
import type {
  Chart,
  DeviceCard,
  DeviceRate,
  Failure,
  RecordForm,
  RecordNews,
  ThemeName,
} from '../bindings';
import { sparkline } from './draw';
import { failure } from './failure';
import { recordedRate } from './pictures';

const GRANT = 'sudo setcap cap_net_raw,cap_net_admin=eip "$(command -v reprise)"';
const TICK_MS = 200;

export class FakeRecorder {
  /** Whether this user may capture. */
  mayCapture = true;
  /** What ends the recording before it is stopped. */
  failsWith: Failure | null = null;
  /** Whether packets are dropped from the third second on. */
  drops = false;
  /** Called when the window is asked to close. */
  askToClose: (() => void) | null = null;
  private now: { form: RecordForm; began: number; stopped: boolean } | null = null;

  constructor(private readonly speed: number) {}

  devices(): DeviceCard[] {
    const device = (name: string, addresses: string[], about = ''): DeviceCard => ({
      name,
      description: about,
      addresses,
      up: true,
      loopback: name === 'lo',
      why: this.mayCapture ? null : 'this user may not capture packets',
      fix: this.mayCapture ? null : GRANT,
    });
    const down: DeviceCard = {
      ...device('wlan0', []),
      up: false,
      why: this.mayCapture ? 'it is down' : 'this user may not capture packets',
      fix: this.mayCapture ? 'sudo ip link set wlan0 up' : GRANT,
    };
    return [
      device('eth0', ['10.0.9.2', 'fe80::8c1a:2bff:fe04:11']),
      device('any', [], 'Pseudo-device that captures on all interfaces'),
      device('lo', ['127.0.0.1', '::1']),
      device('docker0', ['172.17.0.1']),
      down,
    ];
  }

  rates(): DeviceRate[] {
    const line = sparkline([3, 4, 3, 5, 6, 5, 7, 6]);
    return ['any', 'docker0', 'eth0', 'lo'].map((name, i) => ({
      name,
      packetsPerS: 9_412 / (i + 1),
      bytesPerS: 6.1e6 / (i + 1),
      droppedPerS: 0,
      sparkline: line,
    }));
  }

  checkFilter(filter: string): void {
    if (/prot\b/.test(filter)) {
      const message = `failed to compile the filter "${filter}": syntax error; \`man pcap-filter\` has the language`;
      throw failure('usage', message);
    }
  }

  start(form: RecordForm): void {
    this.now = { form, began: Date.now(), stopped: false };
  }

  stop(): void {
    if (this.now) this.now.stopped = true;
  }

  get on(): RecordNews | null {
    return this.now ? this.news() : null;
  }

  /** Tells how it goes until it is stopped or fails; resolves to the form it was started with, under the last name. */
  async watch(tell: (news: RecordNews) => void): Promise<RecordForm> {
    const now = this.now;
    if (!now) throw new Error('nothing is recorded');
    while (!now.stopped && !this.failsWith) {
      tell(this.news());
      await new Promise((resume) => setTimeout(resume, TICK_MS));
    }
    const { name } = this.news();
    if (!this.failsWith) tell(this.news());
    this.now = null;
    return { ...now.form, name };
  }

  chart(theme: ThemeName, width: number): Chart {
    return recordedRate(this.elapsedMs(), this.drops, theme, width);
  }

  private elapsedMs(): number {
    return this.now ? (Date.now() - this.now.began) * this.speed : 60_000;
  }

  private news(): RecordNews {
    const elapsedMs = this.elapsedMs();
    const seconds = elapsedMs / 1_000;
    const form = this.now?.form;
    // A part of one that rotates lasts ten seconds here.
    const part = 1 + Math.floor(seconds / 10);
    const dropped = this.drops ? Math.max(0, Math.floor((seconds - 3) * 412)) : 0;
    return {
      name: form?.rotate ? `${form.name}-${part}` : (form?.name ?? ''),
      ended: form?.rotate
        ? Array.from({ length: part - 1 }, (_, i) => `${form.name}-${i + 1}`)
        : [],
      source: form?.command || `${form?.interfaces.join(', ')}, ports ${form?.ports.join(', ')}`,
      raw: form?.raw ?? false,
      stopping: this.now?.stopped ?? false,
      elapsedMs,
      limitMs: form?.duration ? 600_000 : null,
      limitBytes: null,
      limitPackets: form?.packets ?? null,
      limitExchanges: form?.exchanges ?? null,
      packets: Math.floor(seconds * 9_412),
      bytes: seconds * 6.1e6,
      connections: Math.floor(seconds * 31),
      exchanges: Math.floor(seconds * 2_214),
      packetsPerS: 9_412,
      bytesPerS: 6.1e6,
      exchangesPerS: 2_214,
      lost:
        dropped > 0 ? [{ name: 'packets dropped before they could be read', count: dropped }] : [],
      warnings:
        dropped > 0
          ? [
              `${dropped} packets were dropped before they could be read; narrow the capture with --port or --filter`,
            ]
          : [],
    };
  }
}
