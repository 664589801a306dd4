import { createHash } from 'node:crypto';

/** Runs before the first paint, so that a kept choice of theme does not flash; the only inline script there is. */
export const THEME_SCRIPT =
  "try{const t=localStorage.getItem('theme');if(t==='dark'||t==='light')document.documentElement.dataset.theme=t}catch{}";

const hash = createHash('sha256').update(THEME_SCRIPT).digest('base64');

/**
 * The policy of every page, by `<meta>`. `frame-ancestors` works only as a header, which `toolwarden serve` sends.
 * Pagefind needs WebAssembly, a worker and `import()`; the one trusted-types policy lets only its worker through.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`,
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types default',
].join('; ');
