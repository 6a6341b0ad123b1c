/**
 * Content set out for reading, by what it is. All of it is text; nothing in it is ever interpreted as a page or a
 * program.
 */
import type { Command, HttpMessage } from '../../host/bindings';
import { settingOut as words } from '../../text/recording';

/** Markup nested deeper is not indented further. */
const DEEPEST = 20;

/** What content is, as far as it is shown in a way of its own. */
export type Kind = 'json' | 'form' | 'markup' | 'picture' | 'text' | 'bytes' | 'nothing';

/** What the content of a message is: what it begins as, or is said to be. */
export function kindOf({ mediaType, text, contentBytes }: HttpMessage): Kind {
  if (contentBytes === 0) return 'nothing';
  const type = mediaType.toLowerCase();
  if (text === null) return /^image\//.test(type) ? 'picture' : 'bytes';
  if (type.includes('json') || /^\s*[[{]/.test(text)) return 'json';
  if (type.startsWith('application/x-www-form-urlencoded')) return 'form';
  if (/xml|html/.test(type)) return 'markup';
  return 'text';
}

/** The content set out for reading; as it is when there is nothing to set out. */
export function setOut(message: HttpMessage): string {
  const text = message.text ?? '';
  switch (kindOf(message)) {
    case 'json':
      return json(text) ?? text;
    case 'form':
      return form(text);
    case 'markup':
      return markup(text);
    default:
      return text;
  }
}

/** A message as lines: its head, and its content set out or as it is. */
export function asText(message: HttpMessage, pretty: boolean): string {
  const fields = message.fields.map(({ name, value, cutBytes }) => {
    const cut = cutBytes > 0 ? words.moreBytes(cutBytes) : '';
    return `${name}: ${value}${cut}`;
  });
  const more = message.moreFields > 0 ? [words.moreFields(message.moreFields)] : [];
  const content = pretty ? setOut(message) : (message.text ?? '');
  const rest = message.text !== null && !message.isWhole ? ['', words.restIsAmongTheBytes] : [];
  const without = message.problem ? ['', message.problem] : [];
  return [
    message.start,
    ...fields,
    ...more,
    ...without,
    ...(content ? ['', content] : []),
    ...rest,
  ].join('\n');
}

/** A command as lines: its statement, and its parameters by place. */
export function commandAsText(command: Command, pretty: boolean): string {
  const sql = command.sql === null ? [] : [pretty ? setOutSql(command.sql) : command.sql];
  const parameters = command.parameters.map(
    ({ kind, value }, place) => `${place + 1}  ${value ?? 'NULL'}  (${kind})`,
  );
  return [
    ...(command.name === 'COM_QUERY' ? [] : [command.name]),
    ...(command.note ? [command.note] : []),
    ...sql,
    ...(parameters.length > 0 ? ['', words.parameters, ...parameters] : []),
  ].join('\n');
}

function json(body: string): string | null {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return null;
  }
}

function form(body: string): string {
  return body
    .split('&')
    .map((pair) => {
      const [name = '', value = ''] = pair.split('=').map(decoded);
      return `${name} = ${value}`;
    })
    .join('\n');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** The source of markup with each tag that opens or closes a block on a line, indented by depth. */
function markup(body: string): string {
  const EMPTY = /^<(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|!|\?)/i;
  let depth = 0;
  const lines: string[] = [];
  for (const piece of body.split(/(<[^>]*>)/)) {
    const text = piece.trim();
    if (text === '') continue;
    const closes = text.startsWith('</');
    if (closes) depth = Math.max(0, depth - 1);
    lines.push('  '.repeat(Math.min(depth, DEEPEST)) + text);
    if (text.startsWith('<') && !closes && !text.endsWith('/>') && !EMPTY.test(text)) depth += 1;
  }
  return lines.join('\n');
}

/** A statement with each of its clauses on a line. */
export function setOutSql(sql: string): string {
  const CLAUSES =
    /\s+(?=(?:FROM|WHERE|(?:LEFT |RIGHT |INNER |CROSS )?JOIN|GROUP BY|HAVING|ORDER BY|LIMIT|VALUES|SET|ON DUPLICATE KEY|UNION(?: ALL)?|FOR UPDATE)\b)/gi;
  // What stands in quotes is left as it is.
  return sql
    .split(/('(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`[^`]*`)/)
    .map((piece, index) => (index % 2 === 0 ? piece.replace(CLAUSES, '\n') : piece))
    .join('');
}
