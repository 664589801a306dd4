import type { Eventually, State } from '../state/state.ts';

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

/** A caller's token is as long as ours are, or it is none of ours. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{16,512})$/i;

/** Knows callers by the tokens of grants. */
export function identifyByGrant(state: Pick<State, 'findGrant'>): Identify {
  const identityOf = (grant: { id: string; servers: string[]; policy: string } | undefined) =>
    grant && { grant: grant.id, servers: grant.servers, policy: grant.policy };
  return (authorization) => {
    const token = BEARER.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const found = state.findGrant(token, Date.now());
    return found instanceof Promise ? found.then(identityOf) : identityOf(found);
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
