/** The gateway cannot start, or cannot go on. Codes are explained in docs/errors.md. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code:
    | 'policy-unreadable'
    | 'policy-invalid'
    | 'catalogue-invalid'
    | 'server-not-started'
    | 'not-supported'
    | 'state-unavailable'
    | 'state-corrupt'
    | 'settings-invalid'
    | 'archive-unwritable'
    | 'audit-unreadable'
    | 'grant-required'
    | 'grant-unknown'
    | 'lock-missing'
    | 'lock-invalid'
    | 'config-unreadable'
    | 'config-invalid'
    | 'keys-unreadable'
    | 'not-listening';

  constructor(code: GatewayError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
