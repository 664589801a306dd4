import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import * as z from 'zod';
import type { BoundedTransport } from './bounded-transport.ts';
import type { CrawlLimits } from './limits.ts';
import { AskError, type Session } from './session.ts';

/** Any object: the SDK's own schema refuses a whole list for one definition without `type: "object"`. */
const anyResult = z.custom<JsonObject>(isJsonObject);

/** Shakes hands over the pipes of a process. */
export async function openStdioSession(
  transport: BoundedTransport,
  limits: CrawlLimits,
): Promise<Session> {
  const client = new Client({ name: 'toolwarden', version: '0.1.0' }, { capabilities: {} });
  try {
    await client.connect(transport, { timeout: limits.startMs });
  } catch (error) {
    throw asAskError(error);
  }
  const introduction = transport.initializeResult;
  const protocolVersion = own(introduction, 'protocolVersion');
  return {
    introduction,
    protocolVersion: typeof protocolVersion === 'string' ? protocolVersion : undefined,
    ask: (method, params) =>
      client
        .request({ method, ...(params && { params }) } as never, anyResult, {
          timeout: limits.requestMs,
        })
        .catch((error: unknown) => {
          throw asAskError(error);
        }) as Promise<JsonObject>,
    close: () => client.close().catch(() => {}),
  };
}

function asAskError(error: unknown): AskError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof McpError ? error.code : undefined;
  if (code === ErrorCode.RequestTimeout) return new AskError('timeout', message, { cause: error });
  if (code === ErrorCode.ConnectionClosed || message === 'closed')
    return new AskError('closed', message, { cause: error });
  if (code === ErrorCode.MethodNotFound)
    return new AskError('unknown-method', message, { cause: error });
  return new AskError('other', message, { cause: error });
}
