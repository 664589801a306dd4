/** JSON for a `<script type="application/ld+json">`: nothing in it can end the element or start another. */
export function jsonLd(value: object): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
