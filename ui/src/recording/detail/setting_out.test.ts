import { describe, expect, it } from 'vitest';
import { asCurl, asSql, setOut, setOutSql, takeApart } from './bodies';
import { completions, withTerm } from './filters.svelte';

const REQUEST = `POST /cart/7?full=1 HTTP/1.1
Host: shop.example
Content-Type: application/json
Content-Length: 17
Cookie: session=rp_k7

{"item":"it's"}
`;

function message(kind: string, body: string): string {
  return `HTTP/1.1 200 OK\nContent-Type: ${kind}\n\n${body}`;
}

describe('a message', () => {
  it('is set out as what it is', () => {
    const shown = (kind: string, body: string) => setOut(takeApart(message(kind, body))!);
    expect(shown('application/json', '{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(shown('application/x-www-form-urlencoded', 'a=1+2&b=%C3%A9')).toBe('a = 1 2\nb = é');
    expect(shown('text/html', '<ul><li>x<br></li></ul>')).toBe(
      '<ul>\n  <li>\n    x\n    <br>\n  </li>\n</ul>',
    );
    expect(shown('application/json', '{"cut')).toBeNull();
    expect(shown('text/plain', 'words')).toBeNull();
    expect(takeApart('COM_QUERY SELECT 1')).toBeNull();
  });

  it('is copied as a command that a shell reads as it was', () => {
    expect(asCurl(takeApart(REQUEST)!)).toBe(
      `curl -X POST 'http://shop.example/cart/7?full=1' \\
  -H 'Content-Type: application/json' \\
  -H 'Cookie: session=rp_k7' \\
  --data-binary '{"item":"it'\\''s"}'`,
    );
    expect(asCurl(takeApart('GET / HTTP/1.1\nHost: a\n\n')!)).toBe(`curl 'http://a/'`);
  });

  it('is copied as the statement it is', () => {
    expect(asSql('COM_QUERY SELECT 1\n')).toBe('SELECT 1;');
    expect(asSql('COM_PING\n')).toBeNull();
    expect(setOutSql("SELECT a FROM b WHERE c = ' FROM x' ORDER BY a")).toBe(
      "SELECT a\nFROM b\nWHERE c = ' FROM x'\nORDER BY a",
    );
  });
});

describe('a filter', () => {
  const operations = ['GET /cart/{id}', 'SELECT * FROM item WHERE id = ?'];

  it('is completed from its language and from the recording', () => {
    expect(completions('method:GET stat', operations)).toContain('method:GET status:5xx');
    expect(completions('-prot', operations)).toContain('-protocol:mysql');
    expect(completions('operation:cart', operations)).toEqual(['operation:"GET /cart/{id}"']);
    expect(completions('method:GET ', operations)).toEqual([]);
  });

  it('takes a value in, or leaves it out', () => {
    expect(withTerm('status:5xx took:>1s', 'status', '404', false)).toBe('took:>1s status:404');
    expect(withTerm('status:5xx', 'operation', 'GET /cart/{id}', true)).toBe(
      'status:5xx -operation:"GET /cart/{id}"',
    );
  });
});
