import type { IncomingHttpHeaders } from 'node:http';
import { type JsonObject, own } from '@toolwarden/catalogue';
import type { TransportProblem } from '../link/link-options.ts';
import { metaKeys } from '../protocol/methods.ts';
import { decodeHeader, namedBy } from '../protocol/name-header.ts';
import { sessionVersions, statelessVersions } from '../protocol/versions.ts';

const HEADER_MISMATCH = -32020;
const UNSUPPORTED_VERSION = -32022;
const INVALID_PARAMS = -32602;

/** A refusal by the rules of the transport; always with status 400. */
export type HeaderProblem = TransportProblem & { data?: JsonObject };

/** The era a message belongs to, or why it belongs to none. The body says so; headers only have to agree. */
export function eraOf(
  message: { kind: 'request' | 'notification' | 'response'; method?: string; params?: JsonObject },
  headers: IncomingHttpHeaders,
): 'session' | 'stateless' | HeaderProblem {
  const header = headers['mcp-protocol-version'] as string | undefined;
  const claimed = own(own(message.params, '_meta'), metaKeys.version);
  if (claimed !== undefined) {
    if (typeof claimed !== 'string') {
      return { code: INVALID_PARAMS, message: 'The protocol version in _meta must be a text' };
    }
    if (header !== undefined && header !== claimed) {
      return mismatch('MCP-Protocol-Version', header, claimed);
    }
    // Whoever says it in the body speaks that era, where only its revisions help.
    return statelessVersions.has(claimed) ? 'stateless' : unsupported(claimed, statelessVersions);
  }
  if (header === undefined) return 'session';
  if (sessionVersions.has(header)) return 'session';
  if (!statelessVersions.has(header)) {
    return unsupported(header, [...statelessVersions, ...sessionVersions]);
  }
  if (message.kind !== 'request') return 'stateless';
  if (message.method === 'initialize')
    return mismatch('MCP-Protocol-Version', header, 'initialize');
  return {
    code: INVALID_PARAMS,
    message: `The header says ${header}, but _meta lacks ${metaKeys.version}`,
  };
}

/** Whether the headers of a request of the stateless era repeat what its body says. */
export function standardHeaderProblem(
  method: string,
  params: JsonObject,
  headers: IncomingHttpHeaders,
): HeaderProblem | undefined {
  if (headers['mcp-protocol-version'] === undefined) return missing('MCP-Protocol-Version');
  const said = headers['mcp-method'] as string | undefined;
  if (said === undefined) return missing('Mcp-Method');
  if (said !== method) return mismatch('Mcp-Method', said, method);
  const name = namedBy(method, params);
  if (name === undefined) return undefined;
  const header = headers['mcp-name'] as string | undefined;
  if (header === undefined) return missing('Mcp-Name');
  return decodeHeader(header) === name ? undefined : mismatch('Mcp-Name', header, name);
}

function missing(header: string): HeaderProblem {
  return { code: HEADER_MISMATCH, message: `Bad Request: the header ${header} is missing` };
}

function mismatch(header: string, said: string, body: string): HeaderProblem {
  const shown = (text: string) => JSON.stringify(text.slice(0, 128));
  return {
    code: HEADER_MISMATCH,
    message: `Bad Request: the header ${header} says ${shown(said)}, the body ${shown(body)}`,
  };
}

function unsupported(requested: string, supported: Iterable<string>): HeaderProblem {
  return {
    code: UNSUPPORTED_VERSION,
    message: 'Unsupported protocol version',
    data: {
      supported: [...supported],
      requested: requested.slice(0, 64),
    },
  };
}
