import type { Identity } from '../http/identity.ts';
import type { Server, Setup } from '../http/world.ts';

/** The servers of a grant, joined. The same object for as long as none of them changes. */
export type JoinedServers = { name: ''; servers: readonly Server[]; asked: readonly string[] };

const MOST_KEPT = 1_000;

/** Finds what a caller's servers are now; grants that name the same servers share the answer. */
export class JoinedShelf {
  readonly #byNames = new Map<string, JoinedServers>();

  /** Those of the configuration that a grant names, in the configuration's order. */
  of({ servers: configured }: Pick<Setup, 'servers'>, asked: Identity['servers']): JoinedServers {
    const all = asked.includes('*');
    const servers = [...configured.values()].filter(({ name }) => all || asked.includes(name));
    const key = JSON.stringify([...asked].sort());
    const known = this.#byNames.get(key);
    const isKnown = known !== undefined && isSame(known.servers, servers);
    const joined: JoinedServers = isKnown ? known : { name: '', servers, asked };
    // The one used longest ago goes first: what a session rests on is looked at every second.
    this.#byNames.delete(key);
    this.#byNames.set(key, joined);
    const [oldest] = this.#byNames.keys();
    if (this.#byNames.size > MOST_KEPT && oldest !== undefined) this.#byNames.delete(oldest);
    return joined;
  }

  /** Whether these are still what their grant names. */
  isCurrent(setup: Pick<Setup, 'servers'>, joined: JoinedServers): boolean {
    return this.of(setup, joined.asked) === joined;
  }
}

function isSame(one: readonly Server[], other: readonly Server[]): boolean {
  return one.length === other.length && one.every((server, at) => server === other[at]);
}
