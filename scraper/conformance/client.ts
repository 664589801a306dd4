/** What the official conformance suite starts as its client: lists the server at the last argument as a crawl does. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { ServerRecord } from '@toolwarden/catalogue';
import { defaultLimits } from '../src/limits.ts';
import { crawlRemote } from '../src/remote/crawl-remote.ts';

const url = process.argv.at(-1) ?? '';
const { host, pathname } = new URL(url);
const record = await crawlRemote(
  { id: `url:${host}${pathname}` },
  { url },
  { limits: defaultLimits, env: process.env },
);
if (record?.outcome === 'complete') await showKept(record);
else console.error(`${record?.reason}: ${record?.detail}`);
process.exitCode = record?.outcome === 'complete' ? 0 : 1;

/** A crawl calls no tool. Two scenarios see what a listing kept by a call, so it is made here, from the record. */
async function showKept({ tools, protocolVersion }: ServerRecord): Promise<void> {
  const schemaOf = (name: string) =>
    tools.find(({ definition }) => definition.name === name)?.definition['inputSchema'];
  const call =
    schemaOf('json_schema_echo') !== undefined
      ? { name: 'json_schema_echo', arguments: { schema: schemaOf('json_schema_2020_12_tool') } }
      : schemaOf('valid_tool') !== undefined
        ? { name: 'valid_tool', arguments: { region: 'eu' } }
        : undefined;
  if (call === undefined) return;
  const mode = protocolVersion === '2026-07-28' ? ('auto' as const) : ('legacy' as const);
  const client = new Client(
    { name: 'toolwarden', version: '0.1.0' },
    { versionNegotiation: { mode } },
  );
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  await client.callTool(call as Parameters<typeof client.callTool>[0]);
  await client.close();
}
