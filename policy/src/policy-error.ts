/** A policy document that cannot be used. Codes are listed in docs/errors.md. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code: 'invalid' | 'pattern-refused' | 'not-comparable';

  constructor(code: PolicyError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
