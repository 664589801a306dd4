/** Why a site could not be built. Codes are listed in docs/errors.md. */
export class SiteError extends Error {
  override readonly name = 'SiteError';
  readonly code: 'bad-records' | 'render-failed' | 'index-failed' | 'aborted' | 'publish-failed';

  constructor(code: SiteError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
