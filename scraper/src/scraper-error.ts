/** A crawl that cannot begin. A server that cannot be listed is no error but a record with a reason. */
export class ScraperError extends Error {
  override readonly name = 'ScraperError';
  readonly code: 'no-sandbox' | 'locked' | 'bad-source';

  constructor(code: ScraperError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
