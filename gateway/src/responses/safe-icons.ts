import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';

/** The entry without icons that a client should not load; the very same object where all may stay. */
export function withSafeIcons(entry: JsonObject): JsonObject {
  const icons = own(entry, 'icons');
  if (icons === undefined) return entry;
  const kept = Array.isArray(icons) ? icons.filter(isSafe) : [];
  if (Array.isArray(icons) && kept.length === icons.length) return entry;
  return { ...entry, icons: kept };
}

/** From an https address or in the definition itself, and no SVG: that is a document, with scripts and links. */
function isSafe(icon: JsonValue): boolean {
  const source = own(icon, 'src');
  const type = own(icon, 'mimeType');
  if (!isJsonObject(icon) || typeof source !== 'string' || isSvg(type)) return false;
  if (/[^\x21-\x7e]/.test(source)) return false;
  if (/^data:image\/(?:png|jpe?g|gif|webp|avif|x-icon|vnd\.microsoft\.icon)[;,]/i.test(source))
    return true;
  return /^https:\/\//i.test(source) && URL.canParse(source) && !isSvg(new URL(source).pathname);
}

const isSvg = (text: JsonValue | undefined) => typeof text === 'string' && /svgz?\b/i.test(text);
