import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Eventually } from '../state/state.ts';
import { close } from './answers.ts';
import { type Identity, mayUse } from './identity.ts';
import type { Place, Places } from './places.ts';
import type { World } from './world.ts';

/** Who calls, and what. */
export type Caller = {
  identity: Identity;
  place: Place;
  /** Present where they were only recalled: what their token has to be when a call of theirs is recorded. */
  tokenHash?: string;
};

/** Why an address leads nowhere for a caller. */
const REFUSED_PLACES = {
  'no address': 'expected /mcp, or /mcp/ and the name of a server',
  'not allowed': 'the grant is not for this server and its policies',
  'no server': 'there is no such server',
};

/** Knows who calls and where to, and turns away who may not. */
export class Callers {
  readonly #world: World;
  readonly #places: Places;
  readonly #note: (why: string) => void;

  constructor(world: World, places: Places, note: (why: string) => void) {
    this.#world = world;
    this.#places = places;
    this.#note = note;
  }

  /** Who calls what; answers itself where that may not be. */
  of(request: IncomingMessage, response: ServerResponse): Eventually<Caller | undefined> {
    const identity = this.identify(request.headers.authorization);
    return identity instanceof Promise
      ? identity.then((found) => this.#allowed(request, response, found))
      : this.#allowed(request, response, identity);
  }

  /** Who called before with this token, if what they call now is one server that was theirs then. */
  recalled({ url = '', headers }: IncomingMessage): Caller | undefined {
    const identity = this.#world.recall?.(headers.authorization);
    const place = identity && this.#placeOf(url, identity);
    // Where several servers are joined, each answers for itself, and not only after a record.
    if (identity === undefined || typeof place !== 'object' || 'asked' in place) return undefined;
    return { identity, place, tokenHash: identity.tokenHash };
  }

  identify(authorization: string | undefined): Eventually<Identity | undefined> {
    try {
      return this.#world.identify(authorization);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Answers who has no grant or token that holds. */
  turnAway({ headers }: IncomingMessage, response: ServerResponse): void {
    this.#note('no grant or token that holds');
    const error = headers.authorization === undefined ? undefined : 'invalid_token';
    close(
      response,
      401,
      'a grant is needed: Authorization: Bearer TOKEN; see toolwarden grants --help',
      ['WWW-Authenticate', this.#world.resource?.challenge(error) ?? 'Bearer realm="toolwarden"'],
    );
  }

  #allowed(
    request: IncomingMessage,
    response: ServerResponse,
    identity: Identity | undefined,
  ): Caller | undefined {
    // Who was only recalled may be looked up twice at once, and is answered once.
    if (response.headersSent) return undefined;
    if (identity === undefined) return void this.turnAway(request, response);
    const { url = '' } = request;
    const place = this.#placeOf(url, identity);
    if (typeof place === 'object') return { identity, place };
    if (place !== 'no address') {
      this.#note('the grant is not for this server, or for a policy that is not here');
    }
    const isForbidden = place === 'not allowed';
    const needs = isForbidden && identity.needs?.(/^\/mcp\/([^/?]+)/.exec(url)?.[1]);
    const challenge = needs ? ['WWW-Authenticate', needs] : [];
    close(response, isForbidden ? 403 : 404, REFUSED_PLACES[place], challenge);
    return undefined;
  }

  #placeOf(url: string, identity: Identity): Place | keyof typeof REFUSED_PLACES {
    const { setup } = this.#world;
    const [address, name] = /^\/mcp(?:\/([A-Za-z0-9_.-]{1,64}))?(?=\?|$)/.exec(url) ?? [];
    if (address === undefined) return 'no address';
    if (!setup.policies.has(identity.policy)) return 'not allowed';
    if (name === undefined) {
      const joined = this.#places.joined(identity);
      return joined.servers.length > 0 ? joined : 'not allowed';
    }
    if (!mayUse(identity, name)) return 'not allowed';
    return setup.servers.get(name) ?? 'no server';
  }
}
