/** Invented standing proxies: traffic passes at a steady rate, and faults strike their share of it. */
import type { ControlledProxy, Failure, FaultReading, ProxyCard, ProxyForm } from '../bindings';
import { failure } from './failure';

type Fault = { id: number; text: string; on: boolean; since: number; before: number };
type Standing = {
  form: ProxyForm;
  began: number;
  faults: Fault[];
  last: number;
  control: string | null;
};

const PER_SECOND = 120;

/** Whether nobody listens where a proxy forwards to. */
const isGone = (form: ProxyForm): boolean => form.to.endsWith(':9');

export class FakeProxies {
  private open: Standing[] = [];

  constructor(
    private readonly speed: number,
    private readonly read: (text: string) => FaultReading,
  ) {}

  add(form: ProxyForm): void {
    if (this.open.some((standing) => standing.form.name === form.name))
      throw failure('usage', `a proxy called ${form.name} is on; choose another name`);
    if (form.listen.endsWith(':1'))
      throw failure(
        'usage',
        `failed to listen on ${form.listen}: permission denied; choose a port above 1023`,
      );
    this.open.push({ form, began: Date.now(), faults: [], last: 0, control: null });
  }

  remove(name: string): void {
    this.open = this.open.filter((standing) => standing.form.name !== name);
  }

  cards(): ProxyCard[] {
    return this.open.map(({ form, began, faults, control }) => {
      const seconds = ((Date.now() - began) * this.speed) / 1_000;
      const exchanges = Math.floor(seconds * PER_SECOND);
      return {
        name: form.name,
        listen: form.listen,
        to: form.to.replace(/^\w+:\/\//, ''),
        protocol: form.protocol || 'tcp',
        seed: form.seed || '7',
        control,
        accepted: 12 + Math.floor(seconds),
        open: 12,
        unreachable: isGone(form) ? 1 : 0,
        opaque: 0,
        trouble: isGone(form) ? 'Connection refused (os error 111)' : null,
        exchanges,
        toServerBytes: exchanges * 210,
        toClientBytes: exchanges * 1_840,
        faults: faults.map((fault) => this.line(fault)),
        warnings: [],
      };
    });
  }

  control(name: string): string {
    const standing = this.find(name);
    standing.control ??= `http://127.0.0.1:${40_000 + this.open.indexOf(standing)}`;
    return standing.control;
  }

  /** Those of this window, and one elsewhere that is called cache. */
  controlledAt(at: string): ControlledProxy[] {
    if (at.endsWith(':8474'))
      return [{ name: 'cache', protocol: 'redis', open: 3, faults: ['5:hang'] }];
    const found = this.open.find((standing) => standing.control === at);
    if (!found)
      throw failure(
        'usage',
        `failed to reach the control of proxies at ${at}: connection refused; is \`reprise proxy --control ${at}\` running?`,
      );
    const { name, protocol } = found.form;
    return [{ name, protocol: protocol || 'tcp', open: 12, faults: [] }];
  }

  addFault(name: string, text: string): void {
    const standing = this.find(name);
    this.read(text);
    standing.last += 1;
    standing.faults.push(fresh(standing.last, text, true));
  }

  changeFault(name: string, id: number, text: string): void {
    const standing = this.find(name);
    this.read(text);
    standing.faults = standing.faults.map((fault) =>
      fault.id === id ? fresh(id, text, fault.on) : fault,
    );
  }

  switchFault(name: string, id: number, on: boolean): void {
    const fault = this.find(name).faults.find((one) => one.id === id);
    if (!fault || fault.on === on) return;
    fault.before = this.injected(fault);
    Object.assign(fault, { on, since: Date.now() });
  }

  removeFault(name: string, id: number): void {
    const standing = this.find(name);
    standing.faults = standing.faults.filter((fault) => fault.id !== id);
  }

  text(name: string): string {
    return this.find(name)
      .faults.map((fault) => `${fault.on ? '' : '# '}${fault.text}\n`)
      .join('');
  }

  write(name: string, text: string): void {
    const standing = this.find(name);
    const lines = text.split('\n').filter((line) => line.replace('#', '').trim() !== '');
    const faults = lines.map((line, index) => {
      const on = !line.startsWith('#');
      const written = line.replace(/^#/, '').trim();
      try {
        this.read(written);
      } catch (thrown) {
        throw failure('usage', `line ${index + 1}, ${(thrown as Failure).message}`);
      }
      return fresh(index + 1, written, on);
    });
    standing.faults = faults;
    standing.last = faults.length;
  }

  private find(name: string): Standing {
    const found = this.open.find((standing) => standing.form.name === name);
    if (!found) throw failure('usage', `no proxy called ${name} is on`);
    return found;
  }

  private line(fault: Fault) {
    const injected = this.injected(fault);
    return {
      id: fault.id,
      text: fault.text,
      parts: this.read(fault.text),
      on: fault.on,
      injected,
      connections: Math.min(12, injected),
    };
  }

  private injected(fault: Fault): number {
    if (!fault.on) return fault.before;
    const seconds = ((Date.now() - fault.since) * this.speed) / 1_000;
    return fault.before + Math.floor((seconds * PER_SECOND * parseFloat(fault.text)) / 100);
  }
}

function fresh(id: number, text: string, on: boolean): Fault {
  return { id, text, on, since: Date.now(), before: 0 };
}
