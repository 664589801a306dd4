// A route that is never asked for: what it exports comes compiled together with the pages, and renders them.
export { renderToString } from 'astro/runtime/server/index.js';
