import { useEffect, useId, useState } from 'preact/hooks';
import type { Listing } from '../../lib/listings.ts';
import type { LoadedServer } from '../../lib/server-data.ts';
import { loadListing, loadServer } from '../parts/load-server.ts';
import { ServerPicker } from '../parts/server-picker.tsx';
import { type ComparedSide, CompareTable } from './compare-table.tsx';
import { listingWords } from './listing-words.ts';

const SIDES = ['a', 'b'] as const;
type Side = (typeof SIDES)[number];
/** What the address asks for on one side; without `until` it is the server as it was listed last. */
type Asked = { slug: string; until?: string };

/** Two servers, or two listings of one, chosen here or by the address `?a=SLUG&a-until=MOMENT&b=SLUG`. */
export function Compare() {
  const [asked, setAsked] = useState<Partial<Record<Side, Asked>>>(askedByAddress);
  const [sides, setSides] = useState<Partial<Record<Side, ComparedSide>>>({});
  const [said, setSaid] = useState('');

  useEffect(() => {
    let isStale = false;
    setSaid('');
    for (const side of SIDES) {
      const wanted = asked[side];
      if (wanted === undefined) continue;
      load(wanted)
        .then((loaded) => {
          if (!isStale) setSides((known) => ({ ...known, [side]: loaded }));
        })
        .catch((error: Error) => setSaid(error.message));
    }
    const query = new URLSearchParams(
      SIDES.flatMap((side) => {
        const { slug, until } = asked[side] ?? {};
        return [
          ...(slug === undefined ? [] : [[side, slug]]),
          ...(until === undefined ? [] : [[`${side}-until`, until]]),
        ];
      }),
    ).toString();
    history.replaceState(null, '', query === '' ? location.pathname : `?${query}`);
    return () => {
      isStale = true;
    };
  }, [asked]);

  const { a, b } = sides;
  const choose = (side: Side, next: Asked) => setAsked((known) => ({ ...known, [side]: next }));
  return (
    <>
      <div class="bench">
        {SIDES.map((side) => (
          <SidePane
            key={side}
            title={side === 'a' ? 'On the left' : 'On the right'}
            side={sides[side]}
            onChoose={(next) => choose(side, next)}
          />
        ))}
      </div>
      <p role="status">{said}</p>
      {a && b ? <CompareTable a={a} b={b} /> : <Hint isHalf={a !== undefined || b !== undefined} />}
    </>
  );
}

type PaneProps = {
  title: string;
  side: ComparedSide | undefined;
  onChoose: (asked: Asked) => void;
};

function SidePane({ title, side, onChoose }: PaneProps) {
  const id = useId();
  const listings = side?.server.listings ?? [];
  const slug = side?.server.entry.slug ?? '';
  return (
    <div class="side">
      <ServerPicker
        label={side ? `${title}: ${side.server.name.slice(0, 80)}. Choose another` : title}
        serversOnly
        onPick={(picked) => onChoose({ slug: picked.slug })}
      />
      {listings.length > 0 && (
        <p class="field">
          <label for={id}>As it was listed</label>
          <select
            id={id}
            value={side?.listing?.until ?? ''}
            onChange={({ currentTarget: { value } }) =>
              onChoose({ slug, ...(value !== '' && { until: value }) })
            }
          >
            <option value="">last</option>
            {listings.map((listing) => (
              <option key={listing.until} value={listing.until}>
                {listingWords(listing)}
              </option>
            ))}
          </select>
        </p>
      )}
      {side && listings.length === 0 && (
        <p class="note">Its tools have not changed since it was first listed.</p>
      )}
    </div>
  );
}

/** What there is to do, while one side is empty. */
function Hint({ isHalf }: { isHalf: boolean }) {
  if (isHalf) return <p class="empty">Choose the other side to see what differs.</p>;
  return (
    <p class="empty">
      Choose a server on each side. The same one on both, and an earlier listing on one of them,
      shows what a new version changed.
    </p>
  );
}

async function load({ slug, until }: Asked): Promise<ComparedSide> {
  const server: LoadedServer = await loadServer(slug);
  if (until === undefined) return { server, listing: undefined };
  const listing: Listing | undefined = server.listings?.find((each) => each.until === until);
  if (listing === undefined) throw new Error(`no listing of ${slug} ended at ${until}`);
  return { server: await loadListing(slug, listing), listing };
}

function askedByAddress(): Partial<Record<Side, Asked>> {
  const address = new URLSearchParams(location.search);
  return Object.fromEntries(
    SIDES.flatMap((side) => {
      const slug = address.get(side);
      const until = address.get(`${side}-until`);
      if (slug === null || slug === '') return [];
      return [[side, { slug: slug.slice(0, 200), ...(until && { until: until.slice(0, 40) }) }]];
    }),
  );
}
