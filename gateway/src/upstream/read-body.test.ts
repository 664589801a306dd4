import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readBody } from './read-body.ts';

const MOST = 200_000;

/** What is read of a request whose body comes in these pieces; it is over when the last was sent. */
async function bodyOf(said: number | undefined, pieces: Buffer[], isWhole = true) {
  const http = createServer();
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const read = new Promise<{ body: Buffer | undefined; isTooLong: boolean; times: number }>(
    (done) => {
      let times = 0;
      http.on('request', (request: IncomingMessage, response) => {
        readBody(request, MOST, (body, isTooLong) => {
          times++;
          response.end();
          // What comes after it was read must not be a second reading.
          request.on('close', () => done({ body, isTooLong, times }));
          if (isTooLong) request.destroy();
        });
      });
    },
  );
  const socket = connect((http.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  const length = said === undefined ? 'Transfer-Encoding: chunked' : `Content-Length: ${said}`;
  socket.write(`POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n${length}\r\n\r\n`);
  for (const piece of pieces) {
    if (said === undefined) socket.write(`${piece.length.toString(16)}\r\n`);
    socket.write(piece);
    if (said === undefined) socket.write('\r\n');
    await new Promise(setImmediate);
  }
  if (!isWhole) socket.destroy();
  else if (said === undefined) socket.write('0\r\n\r\n');
  return read;
}

const pieces = (count: number, bytes: number) =>
  Array.from({ length: count }, (_, at) => Buffer.alloc(bytes, 0x41 + (at % 26)));

const bodies: [what: string, count: number, bytes: number][] = [
  ['nothing', 0, 0],
  ['one piece', 1, 1_000],
  ['many small pieces', 50, 7],
  ['pieces longer than what a said length is believed for', 3, 60_000],
  ['exactly the limit', 2, MOST / 2],
];

test.for(bodies)(
  '%s is read as it was sent, however its length is said',
  async ([, count, bytes]) => {
    const sent = pieces(count, bytes);
    const whole = Buffer.concat(sent);
    for (const said of [whole.length, undefined]) {
      const { body, isTooLong, times } = await bodyOf(said, sent);
      expect({ isTooLong, times }).toEqual({ isTooLong: false, times: 1 });
      expect(body?.equals(whole)).toBe(true);
    }
  },
);

test('one byte over the limit is too long, and nothing of it is given', async () => {
  const { body, isTooLong, times } = await bodyOf(undefined, pieces(3, MOST / 3 + 1));
  expect({ body, isTooLong, times }).toEqual({ body: undefined, isTooLong: true, times: 1 });
});

test('a body that breaks off is none, also where all that came fits its limit', async () => {
  const said = await bodyOf(10_000, pieces(2, 100), false);
  const chunked = await bodyOf(undefined, pieces(2, 100), false);
  for (const { body, isTooLong, times } of [said, chunked]) {
    expect({ body, isTooLong, times }).toEqual({ body: undefined, isTooLong: false, times: 1 });
  }
});
