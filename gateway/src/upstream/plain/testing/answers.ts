// Answers of servers for tests, as bytes; none of what the hostile ones say may be taken for an answer.
const head = (lines: string[], status = 'HTTP/1.1 200 OK') =>
  `${[status, ...lines].join('\r\n')}\r\n\r\n`;
const json = 'Content-Type: application/json';
const length = (bytes: number) => `Content-Length: ${bytes}`;
const chunked = 'Transfer-Encoding: chunked';

type Heard = { status: number; body: string; isKept: boolean };

/** What is an answer, and what is heard of it. */
export const whole: [what: string, bytes: string, heard: Heard][] = [
  ['a length', `${head([json, length(2)])}{}`, { status: 200, body: '{}', isKept: true }],
  ['no body', head([length(0)]), { status: 200, body: '', isKept: true }],
  [
    'blanks round a length',
    `${head(['content-length: \t 2 \t '])}{}`,
    { status: 200, body: '{}', isKept: true },
  ],
  [
    'no reason',
    `${head([length(2)], 'HTTP/1.1 200')}{}`,
    { status: 200, body: '{}', isKept: true },
  ],
  [
    'chunks',
    `${head([chunked])}2\r\n{"\r\n0a\r\n123456789"\r\n1\r\n}\r\n0\r\n\r\n`,
    { status: 200, body: '{"123456789"}', isKept: true },
  ],
  [
    'chunks in capitals',
    `${head(['TRANSFER-ENCODING: Chunked'])}0A\r\n0123456789\r\n0\r\n\r\n`,
    { status: 200, body: '0123456789', isKept: true },
  ],
  [
    'an extension',
    `${head([chunked])}2;a="b";c\r\n{}\r\n0;d\r\n\r\n`,
    { status: 200, body: '{}', isKept: true },
  ],
  [
    'lines after the last chunk',
    `${head([chunked])}2\r\n{}\r\n0\r\nA: b\r\nC: d\r\n\r\n`,
    { status: 200, body: '{}', isKept: true },
  ],
  [
    'interim answers',
    `${head([], 'HTTP/1.1 100 Continue')}${head(['Link: </a>'], 'HTTP/1.1 103 Early Hints')}${head([length(2)])}{}`,
    { status: 200, body: '{}', isKept: true },
  ],
  ['no content', head([], 'HTTP/1.1 204 No Content'), { status: 204, body: '', isKept: true }],
  [
    'an end of the connection',
    `${head(['Connection: close', length(2)])}{}`,
    { status: 200, body: '{}', isKept: false },
  ],
  [
    'an end among other things',
    `${head(['Connection: Keep-Alive , Close', length(2)])}{}`,
    { status: 200, body: '{}', isKept: false },
  ],
  [
    'an older version',
    `${head([length(2)], 'HTTP/1.0 200 OK')}{}`,
    { status: 200, body: '{}', isKept: false },
  ],
  [
    'more than its length',
    `${head([length(2)])}{}HTTP/1.1 200 OK\r\n`,
    { status: 200, body: '{}', isKept: false },
  ],
  [
    'more than its chunks',
    `${head([chunked])}2\r\n{}\r\n0\r\n\r\n\r\n`,
    { status: 200, body: '{}', isKept: false },
  ],
  [
    'a body where there is none',
    `${head([length(2)], 'HTTP/1.1 204 No Content')}{}`,
    { status: 204, body: '', isKept: false },
  ],
  [
    'a connection kept too shortly',
    `${head([length(2), 'Keep-Alive: timeout=1'])}{}`,
    { status: 200, body: '{}', isKept: false },
  ],
];

/** Heads that are none, or say in two ways where their body ends. */
export const noHeads: [what: string, bytes: string][] = [
  ['nothing of HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
  ['a version of one digit', `${head([length(2)], 'HTTP/1 200 OK')}{}`],
  ['a status of two digits', `${head([length(2)], 'HTTP/1.1 20 OK')}{}`],
  ['a status of four digits', `${head([length(2)], 'HTTP/1.1 2000 OK')}{}`],
  ['a status that is none', `${head([length(2)], 'HTTP/1.1 2x0 OK')}{}`],
  [
    'a change of protocol',
    head(['Upgrade: x', 'Connection: upgrade'], 'HTTP/1.1 101 Switching Protocols'),
  ],
  ['lines without CR', `HTTP/1.1 200 OK\nContent-Length: 2\n\n{}\r\n\r\n`],
  ['one line without CR', `HTTP/1.1 200 OK\r\nA: b\nContent-Length: 2\r\n\r\n{}`],
  ['a CR by itself', `HTTP/1.1 200 OK\r\nA: b\rContent-Length: 2\r\n\r\n{}`],
  ['a NUL', `${head(['A: b\0', length(2)])}{}`],
  ['a line that goes on', `${head(['A: b', ' c', length(2)])}{}`],
  ['a first line that goes on', `${head([' A: b', length(2)])}{}`],
  ['a blank before the colon', `${head(['Content-Length : 2'])}{}`],
  ['no colon', `${head(['Content-Length 2'])}{}`],
  ['no name', `${head([': 2', length(2)])}{}`],
  ['a name that is none', `${head(['A(b: c', length(2)])}{}`],
  ['two lengths', `${head([length(2), length(3)])}{}x`],
  ['one length twice', `${head([length(2), length(2)])}{}`],
  ['lengths in one line', `${head(['Content-Length: 2, 2'])}{}`],
  ['a length with a sign', `${head(['Content-Length: +2'])}{}`],
  ['a length below nothing', `${head(['Content-Length: -1'])}{}`],
  ['a length of another kind', `${head(['Content-Length: 0x2'])}{}`],
  ['no length in its line', `${head(['Content-Length:'])}{}`],
  ['a length of too many digits', `${head([`Content-Length: ${'9'.repeat(30)}`])}{}`],
  ['a length after a blank that is none', `${head(['Content-Length: \xa02'])}{}`],
  ['chunks and a length', `${head([chunked, length(2)])}2\r\n{}\r\n0\r\n\r\n`],
  ['a length and chunks', `${head([length(2), chunked])}2\r\n{}\r\n0\r\n\r\n`],
  ['a head of too many bytes', `${head([`A: ${'b'.repeat(17_000)}`, length(2)])}{}`],
  ['a head without an end', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(20_000)}`],
];

/** The same, where Node's own client has another opinion or none. */
export const noHeadsToUs: [what: string, bytes: string][] = [
  ['another version', `${head([length(2)], 'HTTP/2.0 200 OK')}{}`],
  ['another coding', `${head(['Transfer-Encoding: gzip'])}{}`],
  ['two codings', `${head(['Transfer-Encoding: gzip, chunked'])}0\r\n\r\n`],
  ['chunks twice', `${head([chunked, chunked])}0\r\n\r\n`],
  ['chunks of an older version', `${head([chunked], 'HTTP/1.0 200 OK')}0\r\n\r\n`],
  ['a status below all', `${head([length(2)], 'HTTP/1.1 099 OK')}{}`],
  ['too many lines', `${head([...Array(2_001).fill('A:b'), length(2)])}{}`],
  ['interim answers without an end', head([], 'HTTP/1.1 100 Continue').repeat(2_000)],
];

/** Bodies that begin and turn out to be none; those that only do not end are among them when their connection ends. */
export const noBodies: [what: string, bytes: string][] = [
  ['a body that is too short', `${head([length(5)])}{}`],
  ['no body where one was said', head([length(5)])],
  ['chunks without a last one', `${head([chunked])}2\r\n{}\r\n`],
  ['a chunk that is too short', `${head([chunked])}5\r\n{}`],
  ['a chunk that is too long', `${head([chunked])}2\r\n{}x\r\n0\r\n\r\n`],
  ['a size that is none', `${head([chunked])}0x2\r\n{}\r\n0\r\n\r\n`],
  ['a size with a sign', `${head([chunked])}+2\r\n{}\r\n0\r\n\r\n`],
  ['a blank before a size', `${head([chunked])} 2\r\n{}\r\n0\r\n\r\n`],
  ['no size', `${head([chunked])}\r\n{}\r\n0\r\n\r\n`],
  ['a size without CR', `${head([chunked])}2\n{}\r\n0\r\n\r\n`],
  ['a chunk that ends without CR', `${head([chunked])}2\r\n{}\n0\r\n\r\n`],
  ['extensions without an end', `${head([chunked])}2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`],
  ['chunks without the last line', `${head([chunked])}2\r\n{}\r\n0\r\n`],
];

/** The same, where Node's own client has another opinion or none. */
export const noBodiesToUs: [what: string, bytes: string][] = [
  ['a size of too many digits', `${head([chunked])}${'0'.repeat(17)}2\r\n{}\r\n0\r\n\r\n`],
  ['lines without an end', `${head([chunked])}2\r\n{}\r\n0\r\nA: ${'b'.repeat(20_000)}\r\n\r\n`],
  ['a size of nine digits', `${head([chunked])}000000002\r\n{}\r\n0\r\n\r\n`],
  ['a blank after a size', `${head([chunked])}2 \r\n{}\r\n0\r\n\r\n`],
];
