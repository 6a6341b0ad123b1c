/** An exchange as something to paste elsewhere: a command for a shell, a statement. Never what a paste would run. */
import type { Command, ExchangeDetail } from '../../host/bindings';
import { copying as words } from '../../text/recording';
import { allBytes } from './bytes.svelte';

/** Something that can be copied. */
export type Copy = { name: string; text: () => Promise<string> };

/** Fields that curl writes itself. */
const OWN = ['host', 'content-length', 'connection', 'accept-encoding', 'transfer-encoding'];

/** What can be copied of an exchange. */
export function copies(recording: string, detail: ExchangeDetail): Copy[] {
  const { id, protocol } = detail.line;
  const raw = (side: 'request' | 'answer') => async () => {
    const { bytes } = await allBytes(recording, id, side, false);
    return new TextDecoder().decode(bytes);
  };
  const { request, answer } = detail;
  const command = request?.command;
  return [
    ...(request && protocol === 'http'
      ? [{ name: words.curl, text: () => requestAsCurl(recording, id) }]
      : []),
    ...(command?.sql ? [{ name: words.sql, text: async () => `${withParameters(command)};` }] : []),
    ...(request ? [{ name: words.request, text: raw('request') }] : []),
    ...(answer ? [{ name: words.answer, text: raw('answer') }] : []),
  ];
}

async function requestAsCurl(recording: string, id: number): Promise<string> {
  const { bytes } = await allBytes(recording, id, 'request', false);
  const content = await allBytes(recording, id, 'request', true);
  return asCurl(headOf(bytes), content.bytes);
}

/** The head of a message as text. */
export function headOf(bytes: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(bytes);
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  return new TextDecoder().decode(bytes.subarray(0, end));
}

/** A request as a command for a shell: its head, and its content without chunks and codings. */
export function asCurl(head: string, content: Uint8Array): string {
  const [first = '', ...lines] = head.split(/\r?\n/);
  const [method = 'GET', target = '/'] = first.split(' ');
  const fields = lines
    .map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    })
    // A name that begins with @ would have curl read a file.
    .filter(([name]) => /^[!#$%&'*+.^_`|~\w-]+$/.test(name));
  const value = (name: string) => fields.find(([other]) => other.toLowerCase() === name)?.[1] ?? '';
  const url = /^https?:\/\//i.test(target) ? target : `http://${value('host')}${target}`;
  const left = content.length > 0 ? [...OWN, 'content-encoding'] : OWN;
  const text = readable(content);
  const plain = method === 'GET' && content.length === 0;
  const command = [
    `curl ${plain ? '' : `-X ${shell(method)} `}${/[[\]{}]/.test(url) ? '-g ' : ''}${shell(url)}`,
    ...fields
      .filter(([name]) => !left.includes(name.toLowerCase()))
      .map(([name, value]) => `-H ${shell(value === '' ? `${name};` : `${name}: ${value}`)}`),
    // `--data-raw`, as `--data-binary` would read the file that a content names which begins with @.
    ...(content.length === 0
      ? []
      : [text === null ? '--data-binary @-' : `--data-raw ${shell(text)}`]),
  ].join(' \\\n  ');
  return text === null ? `base64 -d <<< '${toBase64(content)}' |\n${command}` : command;
}

/** Content as text; null when it would not come through a shell as it is. */
function readable(content: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

/** A text as one word of a shell. Control characters are written out: a terminal acts on them when they are pasted. */
export function shell(text: string): string {
  if (/^[\w./:=@%+,-]+$/.test(text) && !text.startsWith('-')) return text;
  if (!CONTROL.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  const escaped = [...text].map((letter) => {
    const code = letter.codePointAt(0) ?? 0;
    if (letter === "'" || letter === '\\') return `\\${letter}`;
    if (letter === '\n') return '\\n';
    if (CONTROL.test(letter)) return `\\u${code.toString(16).padStart(4, '0')}`;
    return letter;
  });
  return `$'${escaped.join('')}'`;
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** A statement with its parameters in their places. */
export function withParameters({ sql, parameters }: Command): string {
  let place = 0;
  // What stands in quotes or in a comment is left as it is.
  const parts = (sql ?? '').split(
    /('(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S])*"|`[^`]*`|--\s[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)/,
  );
  const filled = parts.map((part, index) => {
    if (index % 2 === 1) return part;
    return part.replace(/\?/g, () => {
      const parameter = parameters[place];
      place += 1;
      return parameter ? literal(parameter.kind, parameter.value) : '?';
    });
  });
  return filled.join('').trim().replace(/;$/, '');
}

function literal(kind: string, value: string | null): string {
  if (value === null) return 'NULL';
  const number = /int|decimal|float|double|year/.test(kind) && /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i;
  if (number && number.test(value)) return value;
  if (/blob|char|bit|geometry/.test(kind) && /^0x([0-9a-f]{2})+$/.test(value)) return value;
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\0', '\\0')}'`;
}
