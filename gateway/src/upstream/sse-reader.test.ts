import { expect, onTestFinished, test, vi } from 'vitest';
import { createSseReader } from './sse-reader.ts';

type Seen = { data: string; name?: string; id?: string; retry?: number };

function read(chunks: readonly Buffer[], maxBytes = 1_000): { events: Seen[]; overlong: number } {
  const events: Seen[] = [];
  let overlong = 0;
  const reader = createSseReader(
    ({ data, ...more }) => events.push({ data: data.toString(), ...more }),
    () => overlong++,
    maxBytes,
  );
  for (const chunk of chunks) reader(chunk);
  return { events, overlong };
}

const corpus: [text: string, events: Seen[]][] = [
  ['data: a\n\n', [{ data: 'a' }]],
  ['data:a\n\n', [{ data: 'a' }]],
  ['data:  a\n\n', [{ data: ' a' }]],
  ['data: a\r\n\r\n', [{ data: 'a' }]],
  ['data: a\r\r', [{ data: 'a' }]],
  ['data: a\r\n\rdata: b\n\n', [{ data: 'a' }, { data: 'b' }]],
  ['data: a\n\r\ndata: b\r\n\n', [{ data: 'a' }, { data: 'b' }]],
  ['\uFEFFdata: a\n\n', [{ data: 'a' }]],
  ['data: a\n\uFEFFdata: b\n\n', [{ data: 'a' }]],
  ['data: a\ndata: b\ndata\n\n', [{ data: 'a\nb\n' }]],
  [': comment\ndata: a\n:\n\n', [{ data: 'a' }]],
  ['\n\n\n', []],
  ['event: x\n\n', []],
  ['event: x\ndata: a\n\ndata: b\n\n', [{ data: 'a', name: 'x' }, { data: 'b' }]],
  ['event: x\n\ndata: b\n\n', [{ data: 'b' }]],
  ['id: 1\ndata: a\n\ndata: b\n\n', [{ data: 'a', id: '1' }, { data: 'b' }]],
  ['id: 1\ndata:\n\n', [{ data: '', id: '1' }]],
  ['id: a\0b\ndata: a\n\n', [{ data: 'a' }]],
  ['id\ndata: a\n\n', [{ data: 'a', id: '' }]],
  ['retry: 10\ndata: a\n\n', [{ data: 'a', retry: 10 }]],
  ['retry: 1e9\nretry: -1\nretry: x\ndata: a\n\n', [{ data: 'a' }]],
  ['retry: 999999999999\ndata: a\n\n', [{ data: 'a', retry: 86_400_000 }]],
  ['unknown: x\nDATA: no\n data: no\ndata: a\n\n', [{ data: 'a' }]],
  ['data: ü€😀\n\n', [{ data: 'ü€😀' }]],
  ['data: a', []],
  ['data: a\n', []],
];

test.for(corpus)('G13: %j reads alike, wherever it is cut', ([text, events]) => {
  const bytes = Buffer.from(text);
  expect(read([bytes]).events).toEqual(events);
  for (let at = 0; at <= bytes.length; at++) {
    expect(read([bytes.subarray(0, at), bytes.subarray(at)]).events).toEqual(events);
  }
  expect(read([...bytes].map((byte) => Buffer.from([byte]))).events).toEqual(events);
});

test('G13: an event without an end is cut off at the limit, once, and nothing after it is read', () => {
  const chunks = [...Array(50).keys()].map(() =>
    Buffer.from('data: '.concat('x'.repeat(94), '\n')),
  );
  expect(read([...chunks, Buffer.from('\ndata: late\n\n')], 1_000)).toEqual({
    events: [],
    overlong: 1,
  });
  const oneLine = [...Array(50).keys()].map(() => Buffer.alloc(100, 'x'));
  expect(read(oneLine, 1_000).overlong).toBe(1);
});

test('G13: an event that comes byte by byte, or in lines without number, costs what its bytes cost', () => {
  const copied = vi.spyOn(Buffer.prototype, 'copy');
  const joined = vi.spyOn(Buffer, 'concat');
  onTestFinished(() => void vi.restoreAllMocks());
  const byte = Buffer.from('x');
  const bytes = Array.from({ length: 20_000 }, () => byte);
  const { events } = read([Buffer.from('data: '), ...bytes, Buffer.from('\n\n')], 1e6);
  expect(events).toEqual([{ data: 'x'.repeat(20_000) }]);
  // Each byte once, and what was held whenever it has doubled.
  const moved = copied.mock.contexts.reduce<number>(
    (sum, each) => sum + (each as Buffer).length,
    0,
  );
  expect(moved).toBeLessThan(200_000);
  const lines = Buffer.from(`${'data\n'.repeat(20_000)}\n`);
  expect(read([lines], 1e6).events).toEqual([{ data: '\n'.repeat(19_999) }]);
  expect(joined).not.toHaveBeenCalled();
});
