import { describe, expect, it } from 'vitest';
import type { HttpMessage } from '../../host/bindings';
import { asText, commandAsText, kindOf, setOut, setOutSql } from './setting_out';

function message(mediaType: string, text: string | null, bytes = text?.length ?? 0): HttpMessage {
  return {
    start: 'HTTP/1.1 200 OK',
    fields: [{ name: 'Content-Type', value: mediaType, cutBytes: 0 }],
    moreFields: 0,
    mediaType,
    coding: '',
    contentBytes: bytes,
    text,
    isWhole: true,
    problem: null,
  };
}

describe('a message', () => {
  it('is set out as what it is', () => {
    const shown = (kind: string, body: string) => setOut(message(kind, body));
    expect(shown('application/json', '{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(shown('application/x-www-form-urlencoded', 'a=1+2&b=%C3%A9')).toBe('a = 1 2\nb = é');
    expect(shown('text/html', '<ul><li>x<br></li></ul>')).toBe(
      '<ul>\n  <li>\n    x\n    <br>\n  </li>\n</ul>',
    );
    expect(shown('application/json', '{"cut')).toBe('{"cut');
    expect(shown('text/plain', 'words')).toBe('words');
  });

  it('is a picture only where it is no text: what is drawn by a program is source', () => {
    expect(kindOf(message('image/png', null, 70))).toBe('picture');
    expect(kindOf(message('image/svg+xml', '<svg onload="x()"/>'))).toBe('markup');
    expect(kindOf(message('application/octet-stream', null, 70))).toBe('bytes');
    expect(kindOf(message('text/plain', null, 0))).toBe('nothing');
  });

  it('says what is left out of it', () => {
    const long = message('text/plain', 'abc');
    long.fields[0]!.cutBytes = 1_000_000;
    long.moreFields = 3;
    long.isWhole = false;
    const text = asText(long, true);
    expect(text).toContain('text/plain … (1000000 more bytes)');
    expect(text).toContain('(3 more fields)');
    expect(text).toContain('(the rest is among the bytes)');
  });
});

describe('a command', () => {
  it('has its clauses on lines and its parameters by place', () => {
    expect(setOutSql("SELECT a FROM b WHERE c = ' FROM x' ORDER BY a")).toBe(
      "SELECT a\nFROM b\nWHERE c = ' FROM x'\nORDER BY a",
    );
    const command = {
      name: 'COM_STMT_EXECUTE',
      sql: 'SELECT ? LIMIT ?',
      parameters: [
        { kind: 'varchar', value: "it's" },
        { kind: 'bigint', value: null },
      ],
      note: null,
    };
    expect(commandAsText(command, true)).toBe(
      "COM_STMT_EXECUTE\nSELECT ?\nLIMIT ?\n\nParameters\n1  it's  (varchar)\n2  NULL  (bigint)",
    );
  });
});
