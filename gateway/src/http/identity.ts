import type { Eventually, Grant, State } from '../state/state.ts';
import { tokenHash } from '../state/token-hash.ts';

/** Who calls, and what they may reach. */
export type Identity = {
  /** A grant's id, or `local` where everybody may call. */
  readonly grant: string;
  readonly servers: readonly string[];
  /** Names the policy: by its name here, or by its file. */
  readonly policy: string;
  /** What its token would have to say to open a server, as the value of a header; absent for grants. */
  readonly needs?: (server: string | undefined) => string;
};

/** Tells who sends a request, each time anew: a grant may be revoked between two. */
export type Identify = (authorization: string | undefined) => Eventually<Identity | undefined>;

/** Who a caller was when last looked up; whether that still holds is for the record of what they ask to find out. */
type Recalled = Identity & { readonly tokenHash: string };

/** Recalls a caller without a look; `undefined` for one who must be looked up. */
export type Recall = (authorization: string | undefined) => Recalled | undefined;

/** A caller's token is as long as ours are, or it is none of ours. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{16,512})$/i;

/** Whoever is not recalled is looked up, so being forgotten costs little. */
const MOST_RECALLED = 1_000;

/** Knows callers by the tokens of grants. */
export function identifyByGrant(state: Pick<State, 'findGrant'>): {
  identify: Identify;
  recall: Recall;
} {
  const known = new Map<string, Recalled>();
  const remember = (authorization: string, token: string, grant: Grant | undefined) => {
    known.delete(authorization);
    if (grant === undefined) return undefined;
    const identity = { grant: grant.id, servers: grant.servers, policy: grant.policy };
    // As many spaces as a header may hold are allowed before a token, and not worth keeping.
    if (authorization.length > 'Bearer '.length + token.length) return identity;
    if (known.size >= MOST_RECALLED) known.clear();
    known.set(authorization, { ...identity, tokenHash: tokenHash(token) });
    return identity;
  };
  return {
    identify(authorization = '') {
      const token = BEARER.exec(authorization)?.[1];
      if (token === undefined) return undefined;
      const found = state.findGrant(token, Date.now());
      return found instanceof Promise
        ? found.then((grant) => remember(authorization, token, grant))
        : remember(authorization, token, found);
    },
    recall: (authorization = '') => known.get(authorization),
  };
}

/** Lets everybody in, as one and the same. */
export function identifyAll(policy: string): Identify {
  const everybody: Identity = { grant: 'local', servers: ['*'], policy };
  return () => everybody;
}

/** Whether a caller may use a server. */
export function mayUse({ servers }: Identity, server: string): boolean {
  return servers.includes(server) || servers.includes('*');
}
