/** Tools on one page of a long list. */
const PAGE_SIZE = 100;

/** A part of a long list; pages count from 1. */
export type Page<Item> = { items: Item[]; page: number; pages: number; total: number };

/** Cuts a list into pages; an empty list is one empty page. */
export function paged<Item>(items: readonly Item[], size = PAGE_SIZE): Page<Item>[] {
  const pages = Math.max(1, Math.ceil(items.length / size));
  return Array.from({ length: pages }, (_, index) => ({
    items: items.slice(index * size, (index + 1) * size),
    page: index + 1,
    pages,
    total: items.length,
  }));
}
