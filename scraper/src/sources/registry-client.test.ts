import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { faults, row, startMcpRegistry } from '../../fixtures/loopback-mcp-registry.ts';
import { readRegistry, registryLimits, type World } from './registry-client.ts';

const five = ['a', 'b', 'c', 'd', 'e'].map((name) => row(`io.github.acme/${name}`));

describe('a reading of the registry', () => {
  let registry: Awaited<ReturnType<typeof startMcpRegistry>>;
  let pauses: number[];
  let given: World;
  beforeEach(async () => {
    registry = await startMcpRegistry(five);
    pauses = [];
    given = {
      limits: { ...registryLimits },
      sleep: async (ms) => void pauses.push(ms),
      random: () => 0,
      now: () => Date.parse('2026-11-21T08:00:00Z'),
    };
  });
  afterEach(() => registry.close());
  /** Only what never ends may meet a deadline: all else has to come through on a busy machine, too. */
  const hasten = (fault: string) => {
    if (fault === 'a slow drip') given.limits.pageMs = 2_000;
  };
  const read = (more = {}) => readRegistry({ baseUrl: registry.url, ...more }, given);
  const names = (rows: unknown[]) =>
    rows.map((one) => (one as (typeof five)[0] & { server: { name: string } }).server.name);

  test.for([{}, { nextCursor: '' }, { nextCursor: null }])(
    'follows cursors to a last page that ends with %j',
    async (end) => {
      registry.state.end = end;
      expect(names(await read())).toEqual(names(five));
      expect(registry.requests.map((url) => url.searchParams.get('cursor'))).toEqual([
        ...[null, 'com.example/x:2', 'com.example/x:4'],
      ]);
    },
  );

  test('asks for what changed since a time in the words of the registry', async () => {
    expect(await read({ updatedSince: '2026-11-20T00:00:00.000Z' })).toEqual([]);
    expect(registry.requests[0]?.searchParams.get('updated_since')).toBe(
      '2026-11-20T00:00:00.000Z',
    );
  });

  test.for([
    ['408', faults.status(408)],
    ['500', faults.status(500)],
    ['503', faults.status(503, {}, { title: 'Service Unavailable', detail: 'busy' })],
    ['truncated JSON', faults.truncated],
    ['HTML with 200', faults.html],
    ['JSON of another kind', faults.noList],
    ['a wrong length', faults.wrongLength],
    ['a slow drip', faults.drip],
    ['a broken connection', faults.broken],
  ] as const)(
    'CR23: %s is tried again with growing pauses, and no row is lost or doubled',
    async ([name, fault]) => {
      hasten(name);
      registry.state.faults = [undefined, fault, fault];
      expect(names(await read())).toEqual(names(five));
      expect(pauses).toEqual([1000, 2000]);
    },
  );

  test.for([
    ['500', faults.status(500), '500: Failed to get registry list'],
    ['HTML with 200', faults.html, 'no JSON object'],
    ['JSON of another kind', faults.noList, 'no list of servers'],
    ['a wrong length', faults.wrongLength, 'its answer broke off'],
    ['a slow drip', faults.drip, 'did not end in time'],
  ] as const)('CR23: %s that lasts is given up after five tries', async ([name, fault, words]) => {
    hasten(name);
    registry.state.faults = Array(20).fill(fault);
    await expect(read()).rejects.toMatchObject({
      code: 'registry-unreachable',
      message: expect.stringContaining(words),
    });
    expect(registry.requests).toHaveLength(5);
    expect(pauses).toEqual([1000, 2000, 4000, 8000]);
  });

  test.for([
    ['a gzip bomb', faults.gzipBomb, /over 33554432 bytes/],
    ['a loop of redirects', faults.redirectLoop, /redirects without end/],
    ['a redirect to another place', faults.redirectAway, /redirects to another place/],
  ] as const)('CR23: %s ends it at once', async ([, fault, words]) => {
    registry.state.faults = Array(20).fill(fault);
    await expect(read()).rejects.toMatchObject({
      code: 'registry-answer',
      message: expect.stringMatching(words),
    });
    expect(registry.requests.length).toBeLessThanOrEqual(4);
    expect(pauses).toEqual([]);
  });

  test.for([
    [undefined, 1000],
    ['7', 7000],
    ['Sat, 21 Nov 2026 08:01:00 GMT', 60_000],
    ['Fri, 20 Nov 2026 08:00:00 GMT', 1000],
    ['864000', 300_000],
    ['soon', 1000],
  ] as const)('CR22: 429 with Retry-After %s pauses for %d ms', async ([after, pause]) => {
    registry.state.faults = [
      faults.status(429, after === undefined ? {} : { 'retry-after': after }),
    ];
    expect(names(await read())).toEqual(names(five));
    expect(pauses).toEqual([pause]);
  });

  test('CR22, CR23: pauses are spread by up to a quarter, and stay under the longest', async () => {
    given.random = () => 0.8;
    const ask = (after: string) => faults.status(429, { 'retry-after': after });
    registry.state.faults = [faults.status(500), ask('10'), ask('299')];
    expect(names(await read())).toEqual(names(five));
    expect(pauses).toEqual([1200, 12_000, 300_000]);
  });

  test('CR22: 429 that lasts is given up until the next run', async () => {
    registry.state.faults = Array(20).fill(faults.status(429, { 'retry-after': '864000' }));
    await expect(read()).rejects.toMatchObject({ code: 'registry-unreachable' });
    expect(registry.requests).toHaveLength(5);
    expect(pauses).toEqual(Array(4).fill(300_000));
  });

  test('a question that the registry calls wrong is not asked again', async () => {
    registry.state.faults = Array(20).fill(faults.status(400, {}, { detail: 'expected RFC 3339' }));
    await expect(read()).rejects.toMatchObject({
      code: 'registry-answer',
      message: expect.stringContaining('400: expected RFC 3339'),
    });
    expect(registry.requests).toHaveLength(1);
  });

  test('a cursor that repeats ends it with an error', async () => {
    registry.state.isStuck = true;
    await expect(read()).rejects.toMatchObject({
      code: 'registry-answer',
      message: expect.stringContaining('repeats a cursor'),
    });
    expect(registry.requests).toHaveLength(2);
  });

  test('more pages or rows than there can be end it with an error', async () => {
    given.limits = { ...given.limits, pages: 2 };
    await expect(read()).rejects.toMatchObject({ code: 'registry-answer' });
    given.limits = { ...given.limits, pages: 100, rows: 3 };
    await expect(read()).rejects.toMatchObject({ code: 'registry-answer' });
  });

  test('ends when it is told to', async () => {
    const stop = new AbortController();
    given.sleep = async () => stop.abort(new Error('stopped'));
    registry.state.faults = Array(20).fill(faults.status(500));
    await expect(read({ signal: stop.signal })).rejects.toThrow('stopped');
    expect(registry.requests).toHaveLength(1);
  });

  test('a registry is read over https only, unless it is on this machine', async () => {
    const answer = readRegistry({ baseUrl: 'http://registry.acme.dev' }, given);
    await expect(answer).rejects.toMatchObject({ code: 'registry-answer' });
  });
});
