type TrustedTypes = {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
};
/** Where the scripts of workers lie: ours, and Pagefind's. */
const FOLDERS = ['/_astro/', '/pagefind/'];
let isAllowed = false;

/** Lets workers of this site start under `require-trusted-types-for 'script'`, and nothing else. */
export function allowWorkers(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (isAllowed) return;
  isAllowed = true;
  trustedTypes?.createPolicy('default', {
    createScriptURL(url) {
      const { origin, pathname } = new URL(url, location.href);
      if (origin === location.origin && FOLDERS.some((folder) => pathname.startsWith(folder)))
        return url;
      throw new TypeError(`not a script of this site: ${url}`);
    },
  });
}
