import { isJsonObject, type JsonObject, own, showHidden } from '@toolwarden/catalogue';
import { askedKind } from '../approvals/asked-kind.ts';

/** The question that leads a person to the page of a call that waits. It names the page, and never a way past its login. */
export function approvalQuestion(
  pages: string,
  { id, method, tool, reason }: { id: string; method: string; tool: string; reason: string },
): JsonObject {
  const name = JSON.stringify(showHidden(tool.slice(0, 128)));
  const kind = askedKind(method);
  const what = kind === 'tool' ? 'call of' : `request for ${kind}`;
  const why = showHidden(reason.slice(0, 1_000));
  return {
    mode: 'url',
    message: `A ${what} ${name} waits for your approval: ${why}. The page shows all of it; answer there.`,
    url: `${pages.replace(/\/+$/, '')}/${encodeURIComponent(id)}`,
  };
}

/** Whether a client shows its user an address; forms are never taken for an approval. */
export function takesAddresses(capabilities: JsonObject): boolean {
  const declared = own(capabilities, 'elicitation');
  return isJsonObject(declared) && isJsonObject(own(declared, 'url') ?? null);
}

/** What is wrong with an address of the pages: it is shown to people, and must not carry anything of ours. */
export function pagesProblem(address: string): string | undefined {
  if (!URL.canParse(address)) return 'an address that cannot be read';
  const { protocol, hostname, pathname, username, password, search, hash } = new URL(address);
  if (`${username}${password}${search}${hash}` !== '') return 'more than a host and a path';
  // Their own links and forms lead there.
  if (!/^\/approvals\/?$/.test(pathname)) return 'another path than /approvals';
  const isHere = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isHere)
    ? undefined
    : 'neither https nor this machine';
}
