/** Invented standing proxies: traffic passes at a steady rate, and faults strike their share of it. */
import type { Failure, FaultReading, ProxyCard, ProxyForm } from '../bindings';

type Fault = { id: number; text: string; on: boolean; since: number; before: number };
type Standing = { form: ProxyForm; began: number; faults: Fault[]; last: number };

const PER_SECOND = 120;

export class FakeProxies {
  private open: Standing[] = [];

  constructor(
    private readonly speed: number,
    private readonly read: (text: string) => FaultReading,
  ) {}

  add(form: ProxyForm): void {
    if (this.open.some((standing) => standing.form.name === form.name))
      throw usage(`a proxy called ${form.name} is on; choose another name`);
    if (form.listen.endsWith(':1'))
      throw usage(
        `failed to listen on ${form.listen}: permission denied; choose a port above 1023`,
      );
    this.open.push({ form, began: Date.now(), faults: [], last: 0 });
  }

  remove(name: string): void {
    this.open = this.open.filter((standing) => standing.form.name !== name);
  }

  cards(): ProxyCard[] {
    return this.open.map(({ form, began, faults }) => {
      const seconds = ((Date.now() - began) * this.speed) / 1_000;
      const exchanges = Math.floor(seconds * PER_SECOND);
      return {
        name: form.name,
        listen: form.listen,
        to: form.to.replace(/^\w+:\/\//, ''),
        protocol: form.protocol || 'tcp',
        seed: form.seed || '7',
        accepted: 12 + Math.floor(seconds),
        open: 12,
        unreachable: 0,
        opaque: 0,
        exchanges,
        toServerBytes: exchanges * 210,
        toClientBytes: exchanges * 1_840,
        faults: faults.map((fault) => this.line(fault)),
        warnings: [],
      };
    });
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
        throw usage(`line ${index + 1}, ${(thrown as Failure).message}`);
      }
      return fresh(index + 1, written, on);
    });
    standing.faults = faults;
    standing.last = faults.length;
  }

  private find(name: string): Standing {
    const found = this.open.find((standing) => standing.form.name === name);
    if (!found) throw usage(`no proxy called ${name} is on`);
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

function usage(message: string): Failure {
  return { kind: 'usage', message, allow: null };
}
