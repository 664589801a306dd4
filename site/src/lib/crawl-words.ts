import type { CrawlReason } from '@toolwarden/catalogue';

/** Why a server could not be listed, in a sentence that says what is missing. */
export const crawlReasonWords: Record<CrawlReason, string> = {
  crashed: 'It ended with an error before it listed its tools.',
  'disk-full': 'It filled the space it was given.',
  'install-failed': 'Its package could not be installed with scripts off.',
  'install-timeout': 'Installing it took too long.',
  'limit-exceeded': 'What it listed went over a limit of the crawler.',
  'no-command': 'Its package has no command to start.',
  'no-sandbox': 'There was no sandbox to start it in.',
  'not-found': 'The registry does not have it.',
  'not-started': 'The crawler could not start it: of its source or of the machine it ran on.',
  'protocol-error': 'What it answered is not the protocol.',
  'runtime-missing': 'It needs a program that the sandbox does not have.',
  'silent-exit': 'It ended without a word.',
  timeout: 'It did not answer in time.',
  unreachable: 'Its address did not answer.',
  'unsupported-origin': 'Servers of this origin are not crawled yet.',
  'unsupported-transport': 'It speaks a transport that the crawler does not.',
  'wants-arguments': 'It wants arguments that nobody has supplied.',
  'wants-backend': 'It wants a database or service to be running.',
  'wants-configuration': 'It wants settings or credentials that a placeholder does not satisfy.',
  'wants-native-module': 'It needs a native module, which is not built with install scripts off.',
  'wants-network': 'It wants the network before it lists its tools; the sandbox has none.',
};
