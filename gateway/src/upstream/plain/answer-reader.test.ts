import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerReader } from './answer-reader.ts';
import { noBodies, noBodiesToUs, noHeads, noHeadsToUs, whole } from './testing/answers.ts';

/** What is read of these pieces, one after the other, and then of the end of the connection. */
function readAll(pieces: readonly Buffer[]) {
  let status: number | undefined;
  const body: Buffer[] = [];
  const reader = new AnswerReader({
    onHead: (head) => {
      status = head.status;
    },
    onData: (piece) => void body.push(Buffer.from(piece)),
  });
  const state = () => reader.state;
  let beyond = 0;
  for (const piece of pieces) {
    const used = state() === 'whole' || state() === 'broken' ? 0 : reader.take(piece);
    if (state() === 'whole') beyond += piece.length - used;
  }
  if (state() !== 'whole' && state() !== 'broken') reader.end();
  const { keptMs } = reader;
  const isKept = keptMs !== 0 && !(keptMs !== undefined && keptMs <= 1_000) && beyond === 0;
  return { state: state(), status, body: Buffer.concat(body).toString('latin1'), isKept };
}

const bytewise = (bytes: Buffer) => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
const bytesOf = (text: string) => Buffer.from(text, 'latin1');

test.for(whole)('an answer with %s is read, at once and byte by byte', ([, text, heard]) => {
  const bytes = bytesOf(text);
  for (const pieces of [[bytes], bytewise(bytes)]) {
    expect(readAll(pieces)).toEqual({ state: 'whole', ...heard });
  }
});

test.for([...noHeads, ...noHeadsToUs])('%s is no answer, at once and byte by byte', ([, text]) => {
  const bytes = bytesOf(text);
  for (const pieces of [[bytes], bytewise(bytes)]) {
    expect(readAll(pieces)).toMatchObject({ state: 'broken', status: undefined, body: '' });
  }
});

test.for([...noBodies, ...noBodiesToUs])('%s is no whole body', ([, text]) => {
  const bytes = bytesOf(text);
  for (const pieces of [[bytes], bytewise(bytes)]) {
    expect(readAll(pieces)).toMatchObject({ state: 'broken', status: 200 });
  }
});

test('a body without a length ends with its connection, and not before', () => {
  const bytes = bytesOf('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"a":1}');
  expect(readAll(bytewise(bytes))).toEqual({
    state: 'whole',
    status: 200,
    body: '{"a":1}',
    isKept: false,
  });
});

/** A valid answer and its body, in a framing of its own. */
const answers = fc
  .record({
    body: fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 }),
    isChunked: fc.boolean(),
    interim: fc.nat(2),
    extension: fc.constantFrom('', ';a', ';a="b c"'),
    trailers: fc.constantFrom('', 'A: b\r\n'),
  })
  .map(({ body, isChunked, interim, extension, trailers }) => {
    const parts = body.map((part) => Buffer.from(part));
    const content = Buffer.concat(parts);
    const said = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${content.length}`;
    const first = `${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(interim)}HTTP/1.1 200 OK\r\n${said}\r\n\r\n`;
    const chunks = parts.flatMap((part) => [
      bytesOf(`${part.length.toString(16)}${extension}\r\n`),
      part,
      bytesOf('\r\n'),
    ]);
    const rest = isChunked ? [...chunks, bytesOf(`0${extension}\r\n${trailers}\r\n`)] : [content];
    return { content, bytes: Buffer.concat([bytesOf(first), ...rest]) };
  });

test('wherever an answer is cut, the same is read of it, and what follows is not', () => {
  fc.assert(
    fc.property(
      answers,
      fc.array(fc.nat(400), { maxLength: 12 }),
      fc.nat(3),
      (answer, cuts, beyond) => {
        const bytes = Buffer.concat([answer.bytes, Buffer.alloc(beyond, 'H')]);
        const places = [
          0,
          ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b),
          bytes.length,
        ];
        const pieces = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
        const read = readAll(pieces);
        expect(read).toMatchObject({ state: 'whole', status: 200, isKept: beyond === 0 });
        expect(read.body).toBe(answer.content.toString('latin1'));
      },
    ),
    { numRuns: 500 },
  );
});

test('whatever comes is read to an end, and never as two answers', () => {
  const bytes = fc.array(
    fc.oneof(
      fc.constantFrom(
        'HTTP/1.1 200 OK',
        '\r\n',
        '\r\n\r\n',
        'Content-Length: 3',
        'Transfer-Encoding: chunked',
        '3',
        '0',
        ':',
        '\n',
        ' ',
      ),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(bytes, (parts) => {
      const pieces = parts.map(bytesOf);
      const once = readAll([Buffer.concat(pieces)]);
      expect(['whole', 'broken']).toContain(once.state);
      const cut = readAll(pieces);
      expect([cut.state, cut.status]).toEqual([once.state, once.status]);
      if (once.state === 'whole') expect(cut.body).toBe(once.body);
    }),
    { numRuns: 1_000 },
  );
});
