/** What keeps the classifier from asking a model as it was told to. Codes are listed in docs/errors.md. */
export class ClassifierError extends Error {
  override readonly name = 'ClassifierError';
  readonly code: 'bad-endpoint' | 'no-price' | 'ledger-busy' | 'ledger-unusable' | 'batch-failed';

  constructor(code: ClassifierError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
