import type { JsonObject } from '@toolwarden/catalogue';

/** A conversation with a server, in whatever revision and over whatever transport it is held. */
export type Session = {
  /** What the server answered to the first words, as it stood there. */
  introduction: JsonObject | undefined;
  /** The revision agreed on. */
  protocolVersion: string | undefined;
  /** Sends one request; its answer as it came. A failure is an {@link AskError}. */
  ask: (method: string, params?: { cursor: string }) => Promise<JsonObject>;
  close: () => Promise<void>;
};

/** A request that got no answer of use. */
export class AskError extends Error {
  override readonly name = 'AskError';
  readonly kind: 'closed' | 'other' | 'timeout' | 'unauthorized' | 'unknown-method';

  constructor(kind: AskError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
