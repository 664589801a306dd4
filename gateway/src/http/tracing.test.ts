import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject, JsonValue } from '@toolwarden/catalogue';
import { expect, onTestFinished, test } from 'vitest';
import { startHttpHarness } from '../testing/http-gateway.ts';
import { wantsTracing } from './tracing.ts';

type SentSpan = {
  name: string;
  kind: number;
  traceId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: { code?: number };
  attributes: { key: string; value: { stringValue: string } }[];
};

/** A collector on this machine that keeps what it is sent. */
async function startCollector(status = 200) {
  const bodies: string[] = [];
  const asked: { url: string; authorization: string | undefined }[] = [];
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      asked.push({ url: request.url ?? '', authorization: request.headers.authorization });
      response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  const spans = () =>
    bodies.flatMap((body) =>
      JSON.parse(body).resourceSpans.flatMap((resource: JsonObject) =>
        (resource['scopeSpans'] as JsonObject[]).flatMap(
          ({ spans: each }) => each as unknown as SentSpan[],
        ),
      ),
    ) as SentSpan[];
  return { endpoint: `http://127.0.0.1:${port}`, bodies, asked, spans };
}

const said = ({ attributes }: SentSpan) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const traceparent = (flags: string) => `00-${TRACE}-b7ad6b7169203331-${flags}`;

test('a collector gets a span of every call, with what was decided and nothing of what was said', async () => {
  const collector = await startCollector();
  const harness = await startHttpHarness({
    policy: { version: '1', default: 'deny', tools: { act: {} }, resources: { '*': {} } },
    config: { tracing: { endpoint: collector.endpoint, headers: { Authorization: 'Bearer key' } } },
    script: ({ id, params, response }) => {
      const { mode } = (params['arguments'] ?? {}) as { mode?: string };
      if (mode !== 'fail') return undefined;
      const error = { code: -32603, message: 'canary-in-an-error' };
      const headers = { 'Content-Type': 'application/json' };
      response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: '2.0', id, error }));
      return true;
    },
  });
  const session = await harness.open();
  await session.call('act', { text: 'canary-in-arguments' });
  await harness.ask('tools/call', { name: 'act', arguments: { mode: 'fail' } });
  await harness.ask('tools/call', { name: 'other', arguments: {} });
  await harness.ask('tools/call', { name: 'canary in a name', arguments: {} });
  await harness.ask('resources/read', { uri: 'file:///canary-in-an-address' });
  await harness.gateway.stop();
  // A gateway that ends waits two seconds for its last spans; here they may still come.
  await expect.poll(() => collector.spans().length).toBe(5);
  const found = collector.spans().map((span) => {
    const { 'toolwarden.call': call, ...rest } = said(span);
    expect(call).toBeTruthy();
    expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true);
    return { name: span.name, status: span.status.code ?? 0, ...rest };
  });
  const common = { 'toolwarden.server': 'test', status: 0 };
  const calls = { ...common, 'mcp.method.name': 'tools/call' };
  expect(found).toHaveLength(5);
  expect(found).toEqual(
    expect.arrayContaining([
      {
        ...{ ...calls, name: 'tools/call act', 'gen_ai.tool.name': 'act' },
        ...{ 'toolwarden.era': 'session', 'toolwarden.decision': 'allow' },
        'toolwarden.outcome': 'answered',
      },
      {
        ...{ ...calls, name: 'tools/call act', 'gen_ai.tool.name': 'act', status: 2 },
        ...{ 'toolwarden.era': 'stateless', 'toolwarden.decision': 'allow' },
        'toolwarden.outcome': 'answered',
      },
      {
        ...{ ...calls, name: 'tools/call other', 'gen_ai.tool.name': 'other' },
        ...{ 'toolwarden.era': 'stateless', 'toolwarden.decision': 'deny' },
      },
      {
        ...{ ...calls, name: 'tools/call' },
        ...{ 'toolwarden.era': 'stateless', 'toolwarden.decision': 'deny' },
      },
      {
        ...{ ...common, name: 'resources/read', 'mcp.method.name': 'resources/read' },
        ...{ 'toolwarden.era': 'stateless', 'toolwarden.decision': 'allow' },
        'toolwarden.outcome': 'answered',
      },
    ]),
  );
  expect(collector.bodies.join()).not.toContain('canary');
  expect(collector.bodies.join()).not.toContain('"done"');
  expect(collector.asked[0]).toEqual({ url: '/v1/traces', authorization: 'Bearer key' });
});

test('a span belongs to the trace that the caller names, and what the protocol carries goes first', async () => {
  const collector = await startCollector();
  const harness = await startHttpHarness({ config: { tracing: { endpoint: collector.endpoint } } });
  const other = '1af7651916cd43dd8448eb211c80319c';
  const call = (headers: Record<string, string>, meta: JsonObject = {}) =>
    harness.ask('tools/call', { name: 'act' }, { headers, meta });
  await call({ traceparent: traceparent('01') });
  await call(
    { traceparent: traceparent('01') },
    { traceparent: `00-${other}-b7ad6b7169203331-01` },
  );
  // Nobody wants to see this one.
  await call({ traceparent: traceparent('00') });
  const broken: JsonValue[] = [
    `ff${traceparent('01').slice(2)}`,
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    'x',
    1,
    {},
  ];
  for (const text of broken) await call({}, { traceparent: text });
  await harness.gateway.stop();
  await expect.poll(() => collector.spans().length).toBe(2 + broken.length);
  const found = collector.spans().map(({ traceId, parentSpanId }) => [traceId, parentSpanId]);
  expect(found.slice(0, 2)).toEqual([
    [TRACE, 'b7ad6b7169203331'],
    [other, 'b7ad6b7169203331'],
  ]);
  const own = found.slice(2);
  expect(own).toHaveLength(broken.length);
  for (const [traceId, parent] of own) {
    expect(parent ?? '').toBe('');
    expect([TRACE, other, '0'.repeat(32)]).not.toContain(traceId);
  }
  // The client's own words pass as they came; our headers to a server hold no trace.
  const lines = harness.happenings.filter(
    (each) => each.kind === 'server-got' && each.line.includes(`"traceparent":"00-${other}`),
  );
  expect(lines).toHaveLength(1);
  for (const { headers } of harness.server.seen) expect(headers).not.toHaveProperty('traceparent');
});

test('a collector that is down or refuses holds nothing up, and is told of once', async () => {
  const refusing = await startCollector(400);
  for (const endpoint of ['http://127.0.0.1:1', refusing.endpoint]) {
    const harness = await startHttpHarness({ config: { tracing: { endpoint } } });
    for (let n = 0; n < 3; n++) {
      expect((await harness.ask('tools/call', { name: 'act' })).status).toBe(200);
    }
    await harness.gateway.stop();
    const told = () => harness.log.filter((line) => line.startsWith('spans cannot be sent')).length;
    // One that does not answer is tried again for a while, longer than a gateway waits at its end.
    if (endpoint === refusing.endpoint) await expect.poll(told).toBe(1);
    else expect(told()).toBeLessThan(2);
  }
});

test('spans are sent where the configuration or the environment asks for them, and else nothing is loaded', () => {
  const endpoint = 'http://127.0.0.1:4318';
  expect(wantsTracing(undefined, {})).toBe(false);
  expect(wantsTracing({ endpoint }, {})).toBe(true);
  expect(wantsTracing(undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).toBe(true);
  expect(wantsTracing({}, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint })).toBe(true);
  expect(wantsTracing(false, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).toBe(false);
  const off = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'true' };
  expect(wantsTracing(undefined, off)).toBe(false);
  expect(wantsTracing({ endpoint }, off)).toBe(false);
  const none = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_EXPORTER: 'none' };
  expect(wantsTracing(undefined, none)).toBe(false);
});
