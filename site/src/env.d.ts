declare namespace App {
  interface Locals {
    /** All that the page shows: see `lib/site-pages.ts` and `lib/server-pages.ts`. */
    page: unknown;
  }
}
