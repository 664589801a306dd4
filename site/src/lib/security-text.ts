/** A year that a file of this kind may claim to be right; raised by hand, so that a build of the same code has the same bytes. */
const EXPIRES = '2027-11-21T00:00:00Z';

/** `/.well-known/security.txt`, RFC 9116. */
export function securityText(origin: string): string {
  return `Contact: ${new URL('/data#security', origin).href}
Expires: ${EXPIRES}
Preferred-Languages: en
Canonical: ${new URL('/.well-known/security.txt', origin).href}
`;
}
