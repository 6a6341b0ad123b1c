import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { asCurl, headOf, shell, withParameters } from './copying';

const HEAD = `POST /cart/7?full=1 HTTP/1.1\r
Host: shop.example\r
Content-Type: application/json\r
Content-Length: 17\r
Cookie: session=rp_k7`;

const bytes = (text: string) => new TextEncoder().encode(text);

/** The words a shell makes of a command, each on a line. */
function words(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`;
  const said = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  return said.split('\0').slice(0, -1);
}

describe('a request copied as cURL', () => {
  it('is a command that a shell reads as it was', () => {
    expect(asCurl(HEAD, bytes(`{"item":"it's"}`))).toBe(
      `curl -X POST 'http://shop.example/cart/7?full=1' \\
  -H 'Content-Type: application/json' \\
  -H 'Cookie: session=rp_k7' \\
  --data-raw '{"item":"it'\\''s"}'`,
    );
    expect(asCurl('GET / HTTP/1.1\r\nHost: a', bytes(''))).toBe(`curl http://a/`);
  });

  it('runs nothing and reads no file, whatever was sent', () => {
    const hostile = "'; touch /tmp/x; $(id) `id` \u001b]0;x\u0007\u001b[201~\n-o /tmp/x";
    const head = `GET /$(id)'\`id\`[1-9] HTTP/1.1\r\nHost: -o/tmp/x\r\nX: ${hostile.replace('\n', ' ')}\r\n@/etc/passwd: x`;
    const command = asCurl(head, bytes(`@/etc/passwd${hostile}`));
    // eslint-disable-next-line no-control-regex
    expect(command).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(words(command)).toEqual([
      '-X',
      'GET',
      '-g',
      "http://-o/tmp/x/$(id)'`id`[1-9]",
      '-H',
      `X: ${hostile.replace('\n', ' ')}`,
      '--data-raw',
      `@/etc/passwd${hostile}`,
    ]);
  });

  it('carries content that is no text', () => {
    const command = asCurl('PUT /p HTTP/1.1\r\nHost: a', Uint8Array.of(0, 255, 10));
    expect(command).toBe("base64 -d <<< 'AP8K' |\ncurl -X PUT http://a/p \\\n  --data-binary @-");
  });

  it('takes its head from the bytes', () => {
    expect(headOf(bytes('GET / HTTP/1.1\r\nX: é\r\n\r\nbody'))).toBe('GET / HTTP/1.1\r\nX: é');
    expect(headOf(bytes('GET / HTTP/1.1'))).toBe('GET / HTTP/1.1');
  });

  it('quotes every word so that it comes through', () => {
    for (const word of ['', 'a', '-x', "it's", 'a b', '$HOME', '\\', "\t'\\", '\u0085', 'é\u0001'])
      expect(words(`curl ${shell(word)}`)).toEqual([word]);
  });
});

describe('a statement copied as SQL', () => {
  it('has its parameters in their places', () => {
    const sql = "SELECT '?' FROM `a?` WHERE b = ? AND c = ? AND d = ? -- ?\n AND e = ?;";
    const parameters = [
      { kind: 'bigint', value: '17' },
      { kind: 'varchar', value: "it's \\ 1" },
      { kind: 'varchar', value: null },
      { kind: 'blob', value: '0xff00' },
    ];
    expect(withParameters({ name: 'COM_STMT_EXECUTE', sql, parameters, note: null })).toBe(
      "SELECT '?' FROM `a?` WHERE b = 17 AND c = 'it''s \\\\ 1' AND d = NULL -- ?\n AND e = 0xff00",
    );
  });
});
