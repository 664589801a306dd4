import type { JwtConfig } from '../config/gateway-config.ts';

/** What this gateway says of itself to whoever needs a token for it (RFC 9728). */
export type ProtectedResource = {
  /** The document at an address of ours; `undefined` where there is none. */
  documentAt(url: string): string | undefined;
  /** The value of `WWW-Authenticate` for who has no token, or none that holds. */
  challenge(error?: 'invalid_token'): string;
  /** The same for who has a token that does not open a server: what it would have to say, all at once. */
  insufficient(server: string | undefined, policy: string): string;
};

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

export function protectedResource({ resource, issuer, access }: JwtConfig): ProtectedResource {
  const { origin, pathname } = new URL(resource);
  const path = pathname === '/' ? '' : pathname;
  const metadata = `resource_metadata="${origin}${WELL_KNOWN}${path}"`;
  const document = JSON.stringify({
    resource,
    authorization_servers: [issuer],
    scopes_supported: Object.keys(access),
    bearer_methods_supported: ['header'],
    resource_name: 'Toolwarden',
  });
  /** Words that open a server under one policy: the one a token leads to already, else the first. */
  const wordsFor = (server: string | undefined, policy: string): string[] => {
    const opening = Object.entries(access).filter(
      ([, { servers }]) =>
        server === undefined || servers.includes(server) || servers.includes('*'),
    );
    const ofPolicy = opening.filter(([, each]) => each.policy === policy);
    const first = opening[0]?.[1].policy;
    const chosen =
      ofPolicy.length > 0 ? ofPolicy : opening.filter(([, each]) => each.policy === first);
    return chosen.map(([word]) => word);
  };
  return {
    documentAt: (url) => {
      const [at] = url.split('?', 1);
      return at === WELL_KNOWN || at === `${WELL_KNOWN}${path}` ? document : undefined;
    },
    challenge: (error) =>
      `Bearer realm="toolwarden"${error === undefined ? '' : `, error="${error}"`}, ${metadata}`,
    insufficient(server, policy) {
      const words = wordsFor(server, policy);
      const scope = words.length === 0 ? '' : `, scope="${words.join(' ')}"`;
      return `Bearer realm="toolwarden", error="insufficient_scope"${scope}, ${metadata}`;
    },
  };
}
