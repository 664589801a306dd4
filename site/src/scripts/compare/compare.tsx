import { useEffect, useState } from 'preact/hooks';
import type { LoadedServer } from '../../lib/server-data.ts';
import { loadServer } from '../parts/load-server.ts';
import { ServerPicker } from '../parts/server-picker.tsx';
import { CompareTable } from './compare-table.tsx';

const SIDES = ['a', 'b'] as const;
type Side = (typeof SIDES)[number];

/** Two servers, chosen here or by the address `?a=SLUG&b=SLUG`. */
export function Compare() {
  const [slugs, setSlugs] = useState<Partial<Record<Side, string>>>(slugsOfAddress);
  const [servers, setServers] = useState<Partial<Record<Side, LoadedServer>>>({});
  const [said, setSaid] = useState('');

  useEffect(() => {
    for (const side of SIDES) {
      const slug = slugs[side];
      if (slug === undefined) continue;
      loadServer(slug)
        .then((server) => setServers((known) => ({ ...known, [side]: server })))
        .catch((error: Error) => setSaid(error.message));
    }
    const query = new URLSearchParams(slugs).toString();
    history.replaceState(null, '', query === '' ? location.pathname : `?${query}`);
  }, [slugs]);

  const { a, b } = servers;
  return (
    <>
      <div class="bench">
        <ServerPicker
          label={a ? `On the left: ${a.name.slice(0, 80)}. Choose another` : 'On the left'}
          serversOnly
          onPick={({ slug }) => setSlugs((known) => ({ ...known, a: slug }))}
        />
        <ServerPicker
          label={b ? `On the right: ${b.name.slice(0, 80)}. Choose another` : 'On the right'}
          serversOnly
          onPick={({ slug }) => setSlugs((known) => ({ ...known, b: slug }))}
        />
      </div>
      <p role="status">{said}</p>
      {a && b && <CompareTable a={a} b={b} />}
    </>
  );
}

function slugsOfAddress(): Partial<Record<Side, string>> {
  const asked = new URLSearchParams(location.search);
  return Object.fromEntries(
    SIDES.flatMap((side) => {
      const slug = asked.get(side);
      return slug === null || slug === '' ? [] : [[side, slug.slice(0, 200)]];
    }),
  );
}
