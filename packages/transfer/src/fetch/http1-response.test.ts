import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createResponseReader } from './http1-response.ts';

interface Seen {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Whether the connection may be used again; undefined while the answer is not whole. */
  isReusable: boolean | undefined;
  canClose: boolean;
}

/** Reads an answer that arrives in these pieces and is then closed. */
function read(pieces: readonly (string | Uint8Array)[]): Seen {
  const seen: Seen = { status: 0, headers: {}, body: '', isReusable: undefined, canClose: false };
  const reader = createResponseReader({
    onHead(head) {
      seen.status = head.status;
      seen.headers = Object.fromEntries(head.headers);
    },
    onBody: (bytes) => {
      seen.body += Buffer.from(bytes).toString('latin1');
    },
    onEnd: (isReusable) => {
      assert.equal(seen.isReusable, undefined, 'ends once');
      seen.isReusable = isReusable;
    },
  });
  for (const piece of pieces) reader.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
  seen.canClose = reader.close();
  return seen;
}

const answers: [string, string, Partial<Seen>][] = [
  [
    'with a length',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: "x"\r\n\r\nhello',
    { status: 200, body: 'hello', isReusable: true },
  ],
  [
    'with an empty body',
    'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
    { status: 200, body: '', isReusable: true },
  ],
  ['without content', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, isReusable: true }],
  ['without a reason', 'HTTP/1.1 404\r\ncontent-length: 1\r\n\r\nx', { status: 404, isReusable: true }],
  [
    'that closes',
    'HTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-length: 1\r\n\r\nx',
    { body: 'x', isReusable: false },
  ],
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx', { body: 'x', isReusable: false }],
  [
    'that ends with the connection',
    'HTTP/1.1 200 OK\r\n\r\nall the rest',
    { body: 'all the rest', isReusable: false },
  ],
  [
    'in chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n',
    { body: 'hello world', isReusable: true },
  ],
  [
    'with a trailer',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nDigest: y\r\n\r\n',
    { body: 'x', isReusable: true },
  ],
  [
    'after an early hint',
    'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx',
    { status: 200, body: 'x' },
  ],
  ['with bare line feeds', 'HTTP/1.1 200 OK\ncontent-length: 1\n\nx', { status: 200, body: 'x' }],
  [
    'with the same length twice',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\nx',
    { body: 'x' },
  ],
];

for (const [what, text, expected] of answers) {
  test(`an answer ${what} is read alike in any pieces`, () => {
    const bytes = Buffer.from(text, 'latin1');
    const whole = read([bytes]);
    for (const [key, value] of Object.entries(expected))
      assert.deepEqual(whole[key as keyof Seen], value, key);
    assert.equal(whole.canClose, true);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        assert.deepEqual(read(at.slice(1).map((to, index) => bytes.subarray(at[index], to))), whole);
      }),
      { numRuns: 50 },
    );
  });

  test(`an answer ${what} that is cut anywhere is not taken for whole`, () => {
    // Without a length nothing tells; the chunk's own size does (fetch-part.ts).
    if (what === 'that ends with the connection') return;
    for (let end = 1; end < text.length; end++) {
      const seen = read([text.slice(0, end)]);
      assert.equal(seen.canClose, false, `cut at ${end}`);
      assert.equal(seen.isReusable, undefined, `cut at ${end}`);
    }
  });
}

test('field names are read in lower case, values without blanks, repeated ones joined', () => {
  const { headers } = read(['HTTP/1.1 200 OK\r\nX-A:  one \r\nx-a: two\r\nContent-Length: 0\r\n\r\n']);
  assert.deepEqual(headers, { 'x-a': 'one, two', 'content-length': '0' });
});

const refused: [string, string][] = [
  ['not HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['HTTP/2 text', 'HTTP/2 200\r\n\r\n'],
  ['a status of letters', 'HTTP/1.1 abc\r\n\r\n'],
  ['two different lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx'],
  [
    'a length and chunks',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
  ['a length with a sign', 'HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\n'],
  ['an endless length', `HTTP/1.1 200 OK\r\ncontent-length: ${'9'.repeat(40)}\r\n\r\n`],
  ['an unknown coding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
  ['a folded field', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n'],
  ['a blank before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 1\r\n\r\n'],
  ['a chunk without size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
  ['a chunk longer than it says', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nxy\r\n'],
  ['a second answer', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'],
  ['an endless head', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(10_000)}`],
  ['an endless line', 'x'.repeat(100_000)],
  [
    'an endless trailer',
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(10_000)}`,
  ],
];

for (const [what, text] of refused) {
  test(`an answer with ${what} is refused`, () => {
    assert.throws(() => read([text]), Error);
  });
}

test('any bytes at all are either read or refused, and never end twice', () => {
  const piece = fc.constantFrom(
    'HTTP/1.1 200 OK',
    '\r\n',
    '\n',
    'content-length: 3',
    'transfer-encoding: chunked',
    '3',
    'abc',
    ':',
    '0',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 5 }))), (pieces) => {
      try {
        read(pieces);
      } catch (error) {
        assert.ok(error instanceof Error);
        assert.notEqual(error.name, 'AssertionError');
      }
    }),
    { numRuns: 2000 },
  );
});
