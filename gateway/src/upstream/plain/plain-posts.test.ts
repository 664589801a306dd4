import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { prepareTarget } from '../url-target.ts';
import { noBodies, noBodiesToUs, noHeads, noHeadsToUs, whole } from './testing/answers.ts';
import { openOwn, sendAndHear, ways } from './testing/post-ways.ts';
import { startRawServer } from './testing/raw-server.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
const said = { status: 200, body: '{}', isWhole: true };

test.for(ways)('%s sends what it was given, once, with the length in bytes', async ([, open]) => {
  const got: string[] = [];
  const server = await startRawServer((socket, { text }) => {
    got.push(text);
    socket.write(OK);
  });
  const send = open(server.url);
  const long = 'x'.repeat(100_000);
  for (const message of ['{"a":1}', '{"a":"é😀"}', `{"a":"${long}"}`, `{"a":"é${long}"}`]) {
    expect(await sendAndHear(send, message, { headers: ['Mcp-Method', 'a b'] })).toEqual(said);
    const bytes = Buffer.from(message).toString('latin1');
    const text = got.at(-1) as string;
    expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe(bytes);
    const lines = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n');
    expect(lines[0]).toBe('POST /mcp?a=b HTTP/1.1');
    for (const line of [
      `Host: ${new URL(server.url).host}`,
      'X-Key: canary',
      'Mcp-Method: a b',
      'Connection: keep-alive',
      `Content-Length: ${bytes.length}`,
    ]) {
      expect(lines.filter((each) => each === line)).toEqual([line]);
    }
  }
  expect([got.length, server.connections()]).toEqual([4, 1]);
});

test('a header that would be two lines, or none, is not sent, and neither is anything else', async () => {
  let asked = 0;
  const server = await startRawServer(() => asked++);
  for (const headers of [
    ['Mcp-Name', 'a\r\nX: y'],
    ['Mcp-Name', 'a\nX: y'],
    ['Mcp-Name', 'a\0'],
    ['Mcp-Name', 'a€'],
    ['Mcp-Name: b', 'a'],
    ['', 'a'],
  ]) {
    const outcome = await sendAndHear(prepareTarget(server.url).post, '{}', { headers });
    expect([headers, outcome]).toEqual([headers, { failure: 'a header cannot be sent' }]);
  }
  const target = prepareTarget(server.url, { Key: 'a\r\nX: y' });
  expect(await sendAndHear(target.post)).toEqual({ failure: 'a header cannot be sent' });
  expect([asked, server.connections()]).toEqual([0, 0]);
});

/** Answers one request with these bytes, at once or byte by byte, and then says no more. */
const sayOnce = (bytes: string, isBytewise: boolean) =>
  startRawServer(async (socket) => {
    if (!isBytewise) return void socket.end(bytes, 'latin1');
    for (const byte of bytes) {
      socket.write(byte, 'latin1');
      await turn();
    }
    socket.end();
  });

const shortEnough = ([, bytes]: readonly [string, string, ...unknown[]]) => bytes.length < 400;

test.for(ways)('%s reads every answer, at once and byte by byte', async ([, open]) => {
  for (const [what, bytes, { status, body }] of whole) {
    for (const isBytewise of [false, true]) {
      const { url } = await sayOnce(bytes, isBytewise);
      const outcome = await sendAndHear(open(url));
      expect([what, outcome]).toEqual([what, { status, body, isWhole: true }]);
    }
  }
});

test.for(ways)('%s takes nothing for an answer that is none', async ([way, open]) => {
  for (const each of way === "Node's client" ? noHeads : [...noHeads, ...noHeadsToUs]) {
    const [what, bytes] = each;
    for (const isBytewise of [false, true].slice(0, shortEnough(each) ? 2 : 1)) {
      const { url } = await sayOnce(bytes, isBytewise);
      const outcome = await sendAndHear(open(url));
      expect([what, outcome]).toEqual([what, { failure: expect.any(String) }]);
    }
  }
});

test.for(ways)('%s gives no body as whole that is not', async ([way, open]) => {
  for (const each of way === "Node's client" ? noBodies : [...noBodies, ...noBodiesToUs]) {
    const [what, bytes] = each;
    for (const isBytewise of [false, true].slice(0, shortEnough(each) ? 2 : 1)) {
      const { url } = await sayOnce(bytes, isBytewise);
      const outcome = await sendAndHear(open(url));
      expect([what, outcome]).toMatchObject([what, { status: 200, isWhole: false }]);
    }
  }
});

test('a connection is used again after an answer that leaves it clean, and after no other', async () => {
  for (const [what, bytes, { isKept }] of whole) {
    const server = await startRawServer((socket, { nth }) => {
      socket.write(nth === 0 ? bytes : OK, 'latin1');
    });
    const send = openOwn(server.url);
    await sendAndHear(send);
    expect(await sendAndHear(send)).toEqual(said);
    expect([what, server.connections()]).toEqual([what, isKept ? 1 : 2]);
  }
});

test('a server that answers before it has read the request gets the next one on another connection', async () => {
  const server = await startRawServer(
    () => {},
    (socket) => void socket.write(OK),
  );
  const send = openOwn(server.url);
  // More than the sockets between the two can hold.
  expect(await sendAndHear(send, 'x'.repeat(50_000_000))).toEqual(said);
  expect(await sendAndHear(send)).toEqual(said);
  expect(server.connections()).toBe(2);
});

test.for(ways)('%s says what the system said where there is no server', async ([, open]) => {
  expect(await sendAndHear(open('http://127.0.0.1:1/'))).toEqual({ failure: 'ECONNREFUSED' });
});

test.for(ways)('%s hears of a server that leaves before, in and after a head', async ([, open]) => {
  const parts = [
    '',
    'HTTP/1.1 20',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
    `${OK.slice(0, -1)}`,
  ];
  for (const part of parts) {
    for (const isReset of [false, true]) {
      const server = await startRawServer((socket) => {
        if (part === '') return void (isReset ? socket.resetAndDestroy() : socket.end());
        socket.write(part, () => (isReset ? socket.resetAndDestroy() : socket.end()));
      });
      const outcome = await sendAndHear(open(server.url));
      if (outcome.status === undefined) expect(outcome.failure).toMatch(/^(ECONNRESET|HPE_.*)$/);
      else expect([part, outcome]).toMatchObject([part, { status: 200, isWhole: false }]);
    }
  }
});

test.for(ways)('%s ends a post that is not wanted any more, and no other', async ([, open]) => {
  const server = await startRawServer((socket, { text }) => {
    if (text.includes('hang')) return;
    socket.write(text.includes('begin') ? 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{' : OK);
  });
  const send = open(server.url);
  const ended = new Promise<string[]>((done) => {
    const heard: string[] = [];
    const post = send('"hang"', [], {
      onAnswer: () => heard.push('answer'),
      onFailure: (code) => heard.push(code),
      onClose: () => done(heard),
    });
    post.destroy();
    expect(heard).toEqual([]);
  });
  expect(await ended).toEqual(['ECONNRESET']);
  const begun = await sendAndHear(send, '"begin"', { seen: (answer) => answer.destroy() });
  expect(begun).toMatchObject({ status: 200, isWhole: false });

  // What is done to a post that is over is not done to who has its connection now.
  let first: { pause(): void; destroy(): void } | undefined;
  let post: { destroy(): void } | undefined;
  await sendAndHear(send, '1', {
    seen: (answer, sent) => {
      first = answer;
      post = sent;
    },
  });
  const before = server.connections();
  const second = sendAndHear(send, '2');
  post?.destroy();
  first?.pause();
  first?.destroy();
  expect([await second, await sendAndHear(send, '3')]).toEqual([said, said]);
  expect(server.connections()).toBe(before);
});

test('a server that ends each connection after its answer fails no call', async () => {
  const server = await startRawServer((socket) => {
    socket.end(OK);
  });
  const send = openOwn(server.url);
  for (let n = 0; n < 200; n++) {
    const ends = [...server.open].map((each) => new Promise((done) => each.on('close', done)));
    await Promise.all(ends);
    expect(await sendAndHear(send)).toEqual(said);
  }
});

test('what a server says unasked is no answer to the next request', async () => {
  const server = await startRawServer((socket) => void socket.write(OK));
  const send = openOwn(server.url);
  await sendAndHear(send);
  for (const socket of server.open) socket.write(OK.replace('200', '500'));
  await expect.poll(() => server.open.size).toBe(0);
  expect(await sendAndHear(send)).toEqual(said);
});

test('as many connections are open as are used at once, and no more are kept than 256', async () => {
  const waiting: Socket[] = [];
  let isHolding = false;
  const server = await startRawServer((socket) => {
    if (isHolding) waiting.push(socket);
    else socket.write(OK);
  });
  const send = openOwn(server.url);
  let left = 10_000;
  const client = async () => {
    while (left-- > 0) expect(await sendAndHear(send)).toEqual(said);
  };
  await Promise.all(Array.from({ length: 16 }, client));
  expect(server.connections()).toBeLessThanOrEqual(16);

  isHolding = true;
  const all = Array.from({ length: 300 }, () => sendAndHear(send));
  await expect.poll(() => waiting.length, { timeout: 20_000 }).toBe(300);
  for (const socket of waiting) socket.write(OK);
  for (const outcome of await Promise.all(all)) expect(outcome).toEqual(said);
  await expect.poll(() => server.open.size, { timeout: 20_000 }).toBe(256);
});

test('answers that come at once, in pieces that mingle, stay what they are', async () => {
  const server = await startRawServer(async (socket, { text }) => {
    const name = text.slice(text.indexOf('\r\n\r\n') + 4);
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (let n = 0; n < 20; n++) {
      const piece = `${name}.`.repeat(500);
      socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
      await turn();
    }
    socket.write('0\r\n\r\n');
  });
  const send = openOwn(server.url);
  const names = Array.from({ length: 64 }, (_, n) => `"call ${n}"`);
  for (const outcome of await Promise.all(
    names.map(async (name) => [name, (await sendAndHear(send, name)).body] as const),
  )) {
    expect(outcome[1]).toBe(`${outcome[0]}.`.repeat(10_000));
  }
});

test('a connection that waits holds no place for what may come', async () => {
  const server = await startRawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n');
  });
  const send = openOwn(server.url);
  const before = process.memoryUsage().arrayBuffers;
  const streams = Array.from(
    { length: 500 },
    () =>
      new Promise<void>((done) => {
        send('{}', [], {
          onAnswer: (answer) => answer.read({ onData: () => done(), onEnd() {} }),
          onFailure: (code) => expect.unreachable(code),
          onClose() {},
        });
      }),
  );
  await Promise.all(streams);
  expect((process.memoryUsage().arrayBuffers - before) / 500).toBeLessThan(16 * 1024);
});

test.for(ways)('%s reads no more of an answer than is taken', async ([, open]) => {
  const PIECE = Buffer.alloc(100_000, 'x');
  let sent = 0;
  const server = await startRawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n');
    const more = () => {
      while (sent < 1_000) {
        sent++;
        if (!socket.write(PIECE)) return void socket.once('drain', more);
      }
    };
    more();
  });
  let resume = () => {};
  const outcome = sendAndHear(open(server.url), '{}', {
    seen(answer) {
      answer.pause();
      resume = () => answer.resume();
    },
  });
  let before = -1;
  // Until nothing moves any more: what the sockets hold is sent, the rest waits at the server.
  while (before !== sent || sent === 0) {
    before = sent;
    await new Promise((done) => setTimeout(done, 200));
  }
  expect(sent).toBeLessThan(500);
  resume();
  const { body, isWhole } = await outcome;
  expect([body?.length, isWhole]).toEqual([100_000_000, true]);
});

test.for(ways)('%s reads no more than a little of a body that nobody wants', async ([, open]) => {
  const server = await startRawServer((socket, { nth }) => {
    const more = () => {
      while (!socket.destroyed && socket.write('x'.repeat(10_000)));
      socket.once('drain', more);
    };
    if (nth < 2) socket.write(OK);
    else {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n');
      more();
    }
  });
  const send = open(server.url);
  const pass = () =>
    new Promise<void>((done) => {
      send('{}', [], { onAnswer: () => {}, onFailure: () => {}, onClose: done });
    });
  await pass();
  await pass();
  expect(server.connections()).toBe(1);
  await pass();
  await expect.poll(() => server.open.size).toBe(0);
});
