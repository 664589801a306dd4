import type { Link } from '../link/link-options.ts';
import type { Upstream } from '../upstream/upstream.ts';

/** What a front needs of the way to a server, or to several that are joined. */
export type FrontConnection = {
  link: Pick<Link, 'fromClientMessage' | 'tick' | 'serverEnded' | 'clientLeft' | 'inFlight'>;
  upstream: Pick<Upstream, 'settled' | 'isFull' | 'listen' | 'close'>;
};
