import type { IncomingMessage } from 'node:http';

/** Headers of the session era that a server may see. */
export function sessionHeaders({ headers }: IncomingMessage): string[] {
  const version = headers['mcp-protocol-version'] as string | undefined;
  return version === undefined ? [] : ['MCP-Protocol-Version', version];
}

/** Headers of the stateless era that a server may see as they came; the others are made from the body. */
export function statelessHeaders({ rawHeaders }: IncomingMessage): string[] {
  const passed: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (/^mcp-param-/i.test(name)) passed.push(name, rawHeaders[at + 1] as string);
  }
  return passed;
}
