/**
 * A message for reading: its head, and its body set out as what it is. All of it is text; nothing in it is ever
 * interpreted as a page or a program.
 */

/** A message as text, taken apart. */
export type Parts = { first: string; fields: [string, string][]; body: string };

/** Takes the text of an HTTP message apart; null when it is something else. */
export function takeApart(text: string): Parts | null {
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text.trimEnd() : text.slice(0, end);
  const [first = '', ...lines] = head.split('\n');
  if (!/^HTTP\/|\sHTTP\/\d/.test(first)) return null;
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  return { first, fields, body: end < 0 ? '' : text.slice(end + 2) };
}

/** A field of a message, by its name in any case. */
export function field({ fields }: Parts, name: string): string {
  return fields.find(([other]) => other.toLowerCase() === name)?.[1] ?? '';
}

/** The body set out for reading: JSON and forms on lines of their own; null when there is nothing to set out. */
export function setOut(parts: Parts): string | null {
  const kind = field(parts, 'content-type').toLowerCase();
  const body = parts.body.trim();
  if (body === '') return null;
  if (kind.includes('json') || /^[[{]/.test(body)) return json(body);
  if (kind.startsWith('application/x-www-form-urlencoded')) return form(body);
  if (/\bxml\b|html/.test(kind)) return markup(body);
  return null;
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
    lines.push('  '.repeat(Math.min(depth, 20)) + text);
    if (text.startsWith('<') && !closes && !text.endsWith('/>') && !EMPTY.test(text)) depth += 1;
  }
  return lines.join('\n');
}

/** The request as a command for a shell. */
export function asCurl(parts: Parts): string {
  const [method = 'GET', target = '/'] = parts.first.split(' ');
  const url = /^https?:/.test(target) ? target : `http://${field(parts, 'host')}${target}`;
  const own = ['host', 'content-length', 'connection', 'accept-encoding', 'transfer-encoding'];
  const fields = parts.fields.filter(([name]) => !own.includes(name.toLowerCase()));
  const body = parts.body.replace(/\n$/, '');
  return [
    `curl ${method === 'GET' && body === '' ? '' : `-X ${method} `}${shell(url)}`,
    ...fields.map(([name, value]) => `-H ${shell(`${name}: ${value}`)}`),
    ...(body === '' ? [] : [`--data-binary ${shell(body)}`]),
  ].join(' \\\n  ');
}

/** The statement of a MySQL command; null when it is another command. */
export function asSql(text: string): string | null {
  const found = /^COM_(?:QUERY|STMT_PREPARE) ([\s\S]*)$/.exec(text.trimEnd());
  const sql = found?.[1] ?? (/^[A-Za-z]+\s/.test(text) && !text.startsWith('COM_') ? text : null);
  return sql === null ? null : `${sql.trim().replace(/;$/, '')};`;
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

function shell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
