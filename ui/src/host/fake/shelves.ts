/** The recordings and runs of the fake host, kept in order: named, remarked on, found, put into a bin. */
import type { BinnedCard, Failure, Found, KeptKind, Library } from '../bindings';
import { failure } from './failure';
import { OPERATIONS } from './traffic';

type Card = Library['recordings'][number] | Library['runs'][number];
type Binned = BinnedCard & { card: Card; at: number };

export class FakeShelves {
  private bin: Binned[] = [];

  constructor(private readonly file: Library) {}

  putInBin(kind: KeptKind, name: string): void {
    const cards = this.of(kind);
    const at = cards.findIndex((card) => card.name === name);
    const [card] = cards.splice(at, 1);
    if (!card) throw unknown(kind, name);
    const bytes = 'storedBytes' in card ? card.storedBytes : 2_400_000;
    const deletedAt = new Date().toISOString();
    this.bin.unshift({ kind, name, deletedAt, bytes, card, at });
  }

  binned(): BinnedCard[] {
    return this.bin.map(({ kind, name, deletedAt, bytes }) => ({ kind, name, deletedAt, bytes }));
  }

  restore(kind: KeptKind, name: string): void {
    const binned = this.take(kind, name);
    this.of(kind).splice(binned.at, 0, binned.card);
  }

  remove(kind: KeptKind, name: string): void {
    this.take(kind, name);
  }

  empty(): void {
    this.bin = [];
  }

  rename(kind: KeptKind, from: string, to: string): void {
    if (this.of(kind).some((card) => card.name === to))
      throw failure('usage', `failed to create ${kind} "${to}": the name is taken`);
    const card = this.of(kind).find((one) => one.name === from);
    if (!card) throw unknown(kind, from);
    card.name = to;
  }

  remark(kind: KeptKind, name: string, note: string, tags: string[]): void {
    const card = this.of(kind).find((one) => one.name === name);
    if (!card) throw unknown(kind, name);
    Object.assign(card, { note, tags });
  }

  find(text: string): Found[] {
    const words = text.toLowerCase().split(/\s+/);
    const all = (where: string) => words.every((word) => where.toLowerCase().includes(word));
    const cards = (['recording', 'run'] as const).flatMap((kind) =>
      this.of(kind)
        .filter(({ name, note, tags }) => all([name, note, ...tags].join(' ')))
        .map(({ name, note }) => ({ kind, name, hit: all(name) ? '' : note })),
    );
    const [first] = this.file.recordings;
    const operations = first ? OPERATIONS.filter((operation) => all(operation.text)) : [];
    return [
      ...cards,
      ...operations.map(({ text: hit }) => ({ kind: 'operation', name: first!.name, hit })),
    ];
  }

  private of(kind: KeptKind): Card[] {
    return kind === 'run' ? this.file.runs : this.file.recordings;
  }

  private take(kind: KeptKind, name: string): Binned {
    const at = this.bin.findIndex((one) => one.kind === kind && one.name === name);
    const [binned] = this.bin.splice(at, 1);
    if (at < 0 || !binned) throw unknown(kind, name);
    return binned;
  }
}

function unknown(kind: KeptKind, name: string): Failure {
  return failure('usage', `failed to find ${kind} "${name}": there is none`);
}
