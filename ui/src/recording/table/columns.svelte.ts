/** The columns of the exchanges table: what each shows and asks for, which are chosen, how wide they are. */
import { bytes, clock, duration } from '../../text/format';
import type { ExchangeLine, SortColumn } from '../../host/bindings';
import { readKept, writeKept } from '../../parts/kept';
import { columns as text } from '../../text/recording';

/** A term of the filter language. */
export type Term = { key: string; value: string };

export type Column = {
  id: string;
  title: string;
  /** In pixels; null takes what is left. */
  width: number | null;
  /** What its head sorts by. */
  sort?: SortColumn;
  left?: boolean;
  mono?: boolean;
  dim?: boolean;
  /** What a cell says. */
  says: (line: ExchangeLine) => string;
  /** What a cell asks for in a filter; null when nothing can. */
  term: (line: ExchangeLine) => Term | null;
};

/** No column is made narrower. */
export const NARROWEST = 40;
/** Least room for the column that takes what is left. */
const FLEXIBLE = 180;
const GAP = 12;
const PADDING = 36;

const connection = (line: ExchangeLine): Term => ({
  key: 'connection',
  value: String(line.connection),
});

export const COLUMNS: Column[] = [
  {
    id: 'number',
    title: text.number,
    width: 72,
    sort: 'number',
    dim: true,
    says: (line) => String(line.id),
    term: () => null,
  },
  {
    id: 'at',
    title: text.at,
    width: 86,
    sort: 'at',
    dim: true,
    says: (line) => at(line.atUs),
    term: () => null,
  },
  {
    id: 'connection',
    title: text.connection,
    width: 84,
    sort: 'connection',
    dim: true,
    says: (line) => String(line.connection),
    term: connection,
  },
  {
    id: 'client',
    title: text.client,
    width: 150,
    left: true,
    mono: true,
    says: (line) => line.client,
    term: connection,
  },
  {
    id: 'server',
    title: text.server,
    width: 150,
    left: true,
    mono: true,
    says: (line) => line.server,
    term: () => null,
  },
  {
    id: 'protocol',
    title: text.protocol,
    width: 70,
    sort: 'protocol',
    left: true,
    dim: true,
    says: (line) => (line.protocol === 'http' ? text.http : text.mysql),
    term: (line) => ({ key: 'protocol', value: line.protocol }),
  },
  {
    id: 'operation',
    title: text.operation,
    width: 260,
    sort: 'operation',
    left: true,
    mono: true,
    says: (line) => line.operation,
    term: (line) => ({ key: 'operation', value: line.operation }),
  },
  {
    id: 'request',
    title: text.request,
    width: null,
    left: true,
    mono: true,
    says: (line) => line.request,
    term: (line) => ({ key: 'request', value: line.request }),
  },
  {
    id: 'answer',
    title: text.answer,
    width: 68,
    sort: 'status',
    says: answer,
    term: (line) => ({ key: 'status', value: line.status === null ? 'none' : String(line.status) }),
  },
  {
    id: 'took',
    title: text.took,
    width: 76,
    sort: 'latency',
    says: (line) => duration(line.latencyUs),
    term: (line) =>
      line.latencyUs === null ? null : { key: 'took', value: `>=${line.latencyUs}us` },
  },
  {
    id: 'firstByte',
    title: text.firstByte,
    width: 80,
    sort: 'firstByte',
    dim: true,
    says: (line) => duration(line.firstByteUs),
    term: () => null,
  },
  {
    id: 'sent',
    title: text.sent,
    width: 76,
    sort: 'requestBytes',
    dim: true,
    says: (line) => bytes(line.requestBytes),
    term: (line) => ({ key: 'sent', value: `>=${line.requestBytes}` }),
  },
  {
    id: 'received',
    title: text.received,
    width: 80,
    sort: 'responseBytes',
    dim: true,
    says: (line) => bytes(line.responseBytes),
    term: (line) => ({ key: 'received', value: `>=${line.responseBytes}` }),
  },
  {
    id: 'flags',
    title: text.flags,
    width: 150,
    left: true,
    dim: true,
    says: (line) => line.flags.map((flag) => flag.replaceAll('_', ' ')).join(', '),
    term: (line) => flagTerm(line.flags[0]),
  },
];

const USUAL = ['at', 'request', 'answer', 'took', 'sent', 'received'];

/** Which columns are shown, and how wide; kept from one start to the next. */
class Columns {
  chosen = $state<string[]>(known(readKept('columns', USUAL)));
  widths = $state<Record<string, number>>(readKept('column widths', {}));

  readonly shown = $derived(COLUMNS.filter((column) => this.chosen.includes(column.id)));

  /** The tracks of a row's grid. */
  readonly tracks = $derived(
    this.shown
      .map((column) => this.widths[column.id] ?? column.width)
      .map((width) => (width === null ? `minmax(${FLEXIBLE}px, 1fr)` : `${width}px`))
      .join(' '),
  );

  /** What a row needs at least, in pixels. */
  readonly least = $derived(
    this.shown.reduce(
      (sum, column) => sum + (this.widths[column.id] ?? column.width ?? FLEXIBLE) + GAP,
      PADDING - GAP,
    ),
  );

  /** Shows a column, or hides it; one always stays. */
  toggle(id: string): void {
    const without = this.chosen.filter((other) => other !== id);
    if (without.length === this.chosen.length) this.chosen = [...this.chosen, id];
    else if (without.length > 0) this.chosen = without;
    writeKept('columns', $state.snapshot(this.chosen));
  }

  resize(id: string, width: number): void {
    this.widths = { ...this.widths, [id]: Math.max(NARROWEST, Math.round(width)) };
    writeKept('column widths', $state.snapshot(this.widths));
  }

  /** Back to the usual ones in their usual widths. */
  reset(): void {
    this.chosen = USUAL;
    this.widths = {};
    writeKept('columns', this.chosen);
    writeKept('column widths', {});
  }
}

export const columns = new Columns();

function known(chosen: string[]): string[] {
  const those = chosen.filter((id) => COLUMNS.some((column) => column.id === id));
  return those.length > 0 ? those : USUAL;
}

function answer(line: ExchangeLine): string {
  if (line.status === null) return 'none';
  return line.protocol === 'mysql' && line.status === 0 ? 'ok' : String(line.status);
}

/** Whether it was answered with an error of the server. */
export function failed(line: ExchangeLine): boolean {
  return line.protocol === 'http' ? (line.status ?? 0) >= 500 : (line.status ?? 0) !== 0;
}

/** A time since the recording's start, to the millisecond: `1:02.250`. */
export function at(us: number): string {
  const sign = us < 0 ? '−' : '';
  const ms = Math.abs(us) / 1_000;
  return `${sign}${clock(ms)}.${String(Math.floor(ms) % 1_000).padStart(3, '0')}`;
}

/** What a filter calls a flag. */
function flagTerm(flag: string | undefined): Term | null {
  if (!flag) return null;
  const sides = /^(?:request_|response_)?(truncated|over_cap)$|^(gap)_in_/.exec(flag);
  const value = (sides?.[1] ?? sides?.[2] ?? flag).replaceAll('_', '-');
  return { key: 'flag', value };
}
