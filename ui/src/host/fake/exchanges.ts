/** Exchanges of an invented recording, listed and taken apart. */
import type {
  ConnectionPage,
  ExchangeDetail,
  ExchangeLine,
  ExchangePage,
  FilterValue,
  HttpMessage,
  ListingForm,
  PieceOfBytes,
  Side,
} from '../bindings';
import { failure } from './failure';
import { matcher } from './language';
import { exchange } from './traffic';

/** A filter or an order is looked for among so many. */
const LOOKED_AT = 4_000;

/** A page of the exchanges of a recording that has so many. */
export function listed(
  exchanges: number,
  form: ListingForm,
  from: number,
  limit: number,
  find: number | null,
): ExchangePage {
  const { filter, sort, descending } = form;
  if (/\w+:$/.test(filter)) throw failure('usage', `'${filter}' names no value; write status:5xx`);
  if (filter === '' && sort === 'number') {
    const id = (place: number) => (descending ? exchanges - place : place + 1);
    const ids = Array.from({ length: Math.max(0, Math.min(limit, exchanges - from)) }, (_, at) =>
      id(from + at),
    );
    const place = find === null ? null : descending ? exchanges - find : find - 1;
    return {
      lines: ids.map(exchange),
      total: exchanges,
      lookedAt: exchanges,
      complete: true,
      place,
    };
  }
  const wanted = matcher(filter);
  const all = Array.from({ length: LOOKED_AT }, (_, at) => exchange(at + 1)).filter(wanted);
  const value = (line: ExchangeLine) => (sort === 'latency' ? (line.latencyUs ?? 0) : line.id);
  all.sort((one, other) => (descending ? value(other) - value(one) : value(one) - value(other)));
  const place = all.findIndex((line) => line.id === find);
  return {
    lines: all.slice(from, from + limit),
    total: all.length,
    lookedAt: LOOKED_AT,
    complete: true,
    place: place < 0 ? null : place,
  };
}

export const FILTER_VALUES: FilterValue[] = [
  { key: 'protocol', value: 'http', count: 74_984 },
  { key: 'status', value: '200', count: 73_480 },
  { key: 'protocol', value: 'mysql', count: 51_120 },
  { key: 'method', value: 'GET', count: 70_123 },
  { key: 'method', value: 'POST', count: 4_902 },
  { key: 'status', value: '503', count: 1_504 },
  { key: 'flag', value: 'redacted', count: 14_011 },
];

/** An exchange taken apart. */
export function taken(id: number): ExchangeDetail {
  const line = exchange(id);
  const request = line.protocol === 'http' ? httpRequest(line) : command(line);
  const answer = line.protocol === 'http' ? httpAnswer(line) : reply(line);
  return { line, requestUs: 40, request, answer };
}

function side(bytes: number, what: Partial<Side>): Side {
  return { keptBytes: bytes, wireBytes: bytes, http: null, command: null, reply: null, ...what };
}

function message(start: string, fields: [string, string][], text: string): HttpMessage {
  return {
    start,
    fields: fields.map(([name, value]) => ({ name, value, cutBytes: 0 })),
    moreFields: 0,
    mediaType: text === '' ? '' : 'application/json',
    coding: '',
    contentBytes: text.length,
    text: text === '' ? null : text,
    isWhole: true,
    problem: null,
  };
}

function httpRequest(line: ExchangeLine): Side {
  const fields: [string, string][] = [
    ['Host', 'shop.example'],
    ['Cookie', 'session=rp_k7q2m5'],
    ['Accept', 'application/json'],
  ];
  return side(line.requestBytes, { http: message(`${line.request} HTTP/1.1`, fields, '') });
}

function httpAnswer(line: ExchangeLine): Side {
  const text = `{"id":${line.id},"total":"41.90"}`;
  const fields: [string, string][] = [['Content-Type', 'application/json']];
  return side(line.responseBytes, {
    http: message(`HTTP/1.1 ${line.status} OK`, fields, text),
  });
}

function command(line: ExchangeLine): Side {
  return side(line.requestBytes, {
    command: {
      name: 'COM_STMT_EXECUTE',
      sql: line.operation,
      parameters: [{ kind: 'bigint', value: '17' }],
      note: null,
    },
  });
}

function reply(line: ExchangeLine): Side {
  const failed = line.status !== 0;
  const columns = [
    { name: 'id', kind: 'bigint' },
    { name: 'name', kind: 'varchar' },
  ];
  const rows = [
    ['17', 'tea pot'],
    ['18', null],
  ];
  return side(line.responseBytes, {
    reply: {
      results: failed ? [] : [{ columns, rows, rowCount: 2, done: null }],
      error: failed ? '1213 (40001) Deadlock found when trying to get lock' : null,
      isWhole: true,
    },
  });
}

/** Bytes of a side: its text, again and again up to its size. */
export function pieceOf(id: number, from: number, limit: number): PieceOfBytes {
  const { request, requestBytes } = exchange(id);
  const text = `${request} HTTP/1.1\r\nHost: shop.example\r\n\r\n`.padEnd(requestBytes, '.');
  return { base64: btoa(text.slice(from, from + limit)), total: text.length };
}

/** The exchanges of a connection, every 420th one. */
export function ofConnection(
  exchanges: number,
  connection: number,
  from: number,
  limit: number,
  find: number | null,
): ConnectionPage {
  const first = (connection + 419) % 420 || 420;
  const total = Math.floor((exchanges - first) / 420) + 1;
  const ids = Array.from(
    { length: Math.max(0, Math.min(limit, total - from)) },
    (_, at) => first + (from + at) * 420,
  );
  return {
    openedUs: first * 2_391 - 300,
    closedUs: null,
    close: null,
    midstream: false,
    lines: ids.map(exchange),
    total,
    place: find === null ? null : Math.floor((find - first) / 420),
  };
}
