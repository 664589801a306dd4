import type { Act } from '../act.ts';
import type { View } from '../signal.ts';

/** Worlds whose records everybody may read: markets, registers of packages, the weather, open data. */
const PUBLIC_WORLD =
  /\b(?:stocks|stock (?:market|symbols?|prices?|quotes?|index\w*|tickers?|data|splits?|trad\w+|news|grades?|ratings?)|tickers?|securities|publicly traded|public companies|traded (?:companies|funds)|exchange-traded|ETFs?|mutual funds?|market (?:cap\w*|data|index\w*|benchmarks)|financial markets?|listed (?:companies|on (?:\w+ ){0,3}exchanges?)|(?:stock|public|securities|commodity) exchanges?|shares? (?:float|outstanding)|(?:float|outstanding) shares|central index key|earnings (?:calls?|transcripts?|announcements?)|analyst (?:grades?|ratings?|estimates?)|forex|currency pairs|exchange rates?|cryptocurrenc\w+|commodit(?:y|ies)|weather|package registry|public registr\w+|open (?:government )?data|public (?:data ?sets?|records|figures)|census|world bank|interest rates|treasury rates|legislation|bills? (?:in|of) (?:congress|parliament))\b/i;
const PUBLIC_OFFICES = /\b(?:SEC|IPOs?|10-[KQ])\b/;
/** Figures of many companies, or of any: no books of the user's own. */
const OF_COMPANIES = /\b(?:companies['’]?|a company['’]s)\b/i;
const STATEMENTS =
  /\b(?:balance sheets?|income statements?|cash flows?|(?:annual|financial) (?:statements?|reports?|data|performance|metrics))\b/i;
/** What belongs to somebody, whatever market it is about. */
const OWNED =
  /\b(?:your|my|user['’]s|users['’]|customers?['’]?s?|clients?['’]s?|members?['’]s?|own) (?:\w+ ){0,2}(?:accounts?|portfolios?|orders?|positions?|trades?|transactions?|holdings?|wallets?|documents?|files?|statements?|invoices?|customers?|contacts?|notes?|messages?|data|records?|history|books|organi[sz]ation)\b|\b(?:brokerage|crm|account (?:balance|history|statements?|holder)|personal|confidential|internal|bank statements?|private(?! compan))\b/i;

/** What is somebody's wherever it is found. */
const PERSONAL =
  /^(?:e-?mails?|mail|messages?|chats?|conversations?|contacts?|customers?|patients?|employees?|attachments?|notes?|orders?|invoices?|payments?|transactions?)$/;

/** Whether what an act returns is about things that everybody may know. */
export function isPublicKnowledge({ reading }: View, { object }: Act): boolean {
  if (object.some((word) => PERSONAL.test(word))) return false;
  const text = `${reading.name.replace(/[_-]/g, ' ')} ${reading.description.slice(0, 700)}`;
  if (OWNED.test(text)) return false;
  return (
    PUBLIC_WORLD.test(text) ||
    PUBLIC_OFFICES.test(text) ||
    (OF_COMPANIES.test(text) && STATEMENTS.test(text)) ||
    reading.fields.some(({ name }) => /^(?:symbols?|tickers?|cik|isin|cusip)$/i.test(name))
  );
}
