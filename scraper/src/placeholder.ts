/** A value that cannot be real, in the form that a name promises. */
const HEX = '0123456789abcdef';
const hex = (digits: number) => HEX.repeat(Math.ceil(digits / HEX.length)).slice(0, digits);
const ZERO_UUID = '00000000-0000-4000-8000-000000000000';

/** Forms by the words of a variable's or option's name, most particular first. */
const shapes: [pattern: RegExp, value: string][] = [
  [/(^|_)(SSE|HTTP|HTTPS)_(MODE|TRANSPORT|ENABLED)$/, 'false'],
  [/^(MCP_)?TRANSPORT(_(TYPE|MODE))?$/, 'stdio'],
  [
    /(^|_)MONGO(DB)?_?(URL|URI|DSN|CONNECTION(_STRING)?)$|^MDB_.*CONNECTION_STRING$/,
    'mongodb://localhost:27017/example',
  ],
  [
    /(^|_)(POSTGRES(QL)?|PG)_?(URL|URI|DSN|CONNECTION(_STRING)?)$/,
    'postgresql://user:placeholder@localhost:5432/example',
  ],
  [/(^|_)MYSQL_?(URL|URI|DSN)$/, 'mysql://user:placeholder@localhost:3306/example'],
  [/(^|_)REDIS_?(URL|URI)$/, 'redis://localhost:6379'],
  [
    /^(DATABASE_(URL|URI)|DB_(URL|URI|DSN)|CONNECTION_STRING|DSN)$/,
    'postgresql://user:placeholder@localhost:5432/example',
  ],
  [/(^|_)(CONNECTION_STRING|DSN)$/, 'postgresql://user:placeholder@localhost:5432/example'],
  [/(^|_)(E?MAIL(_ADDRESS)?|USER_?EMAIL)$/, 'user@example.com'],
  [/(MYSQL|MARIADB).*PORT$/, '3306'],
  [/(^|_)(PG|POSTGRES(QL)?).*PORT$/, '5432'],
  [/REDIS.*PORT$/, '6379'],
  [/MONGO.*PORT$/, '27017'],
  [/(^|_)PORT$/, '8080'],
  [/(^|_)(URL|URI|ENDPOINT|BASE|ISSUER|ORIGIN|WEBHOOK)$/, 'https://example.com'],
  // Where a name is looked up at start, this is the only one that can be found without a network.
  [/(^|_)(HOST|HOSTNAME|SERVER)$/, 'localhost'],
  [/(^|_)(SITE|DOMAIN)$/, 'example.com'],
  [/(^|_)(DIRS?|DIRECTORY|DIRECTORIES|FOLDERS?|ROOT|VAULT|WORKSPACE_PATH|PATH)$/, '{dir}'],
  [/(^|_)(ENABLED?|DISABLED?|DEBUG|VERBOSE|USE|ALLOW)(_|$)/, 'true'],
  [/(^|_)REGION$/, 'us-east-1'],
  [/(^|_)(TENANT|SUBSCRIPTION)_ID$/, ZERO_UUID],
  [/(^|_)(UUID|GUID)$/, ZERO_UUID],
  [/(^|_)(TIMEOUT|LIMIT|MAX|COUNT|SIZE|INTERVAL|TTL)(_|$)/, '10'],
  [/(^|_)PRIVATE_KEY$/, `0x${hex(64)}`],
  [/(^|_)(ENV|ENVIRONMENT)$/, 'sandbox'],
  [/(^|_)(USER|USERNAME|LOGIN)$/, 'user@example.com'],
];

/** Vendors whose programs check a credential's form before they list: the form, never a value that was issued. */
const vendorShapes: [pattern: RegExp, value: string][] = [
  [/(^|_)ACCOUNT_SID$/, `AC${hex(32)}`],
  [/^TWILIO_API_KEY(_SID)?$/, `SK${hex(32)}`],
  [/^SUPABASE_ACCESS_TOKEN$/, `sbp_${hex(40)}`],
  [/^(SLACK_)?(MCP_)?XOXB_TOKEN$|^SLACK_BOT_TOKEN$/, 'xoxb-placeholder'],
  [/^SLACK_TEAM_ID$/, 'T00000000'],
  [/^(GITHUB|GH)_.*TOKEN$/, 'ghp_placeholder'],
  [/^(STRIPE)_.*KEY$/, 'sk_test_placeholder'],
  [/^OPENAI_API_KEY$/, 'sk-placeholder'],
  [/^DT_ENVIRONMENT$/, 'https://abc12345.apps.dynatrace.com'],
  [/^DT_PLATFORM_TOKEN$/, 'dt0s16.placeholder'],
  [/^APIFY_TOKEN$/, 'apify_api_placeholder'],
  [/^(CLOUDFLARE_)?ACCOUNT_ID$/, hex(32)],
];

/** A placeholder for a variable or option by its name, `API_BASE_URL` or `--api-base-url`. */
export function placeholderFor(name: string): string {
  const words = name
    .replace(/^-+/, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase();
  const shape = [...vendorShapes, ...shapes].find(([pattern]) => pattern.test(words));
  return shape?.[1] ?? 'placeholder';
}

/** Credentials written as one word, `YOUR_ACCOUNT_SID/YOUR_API_KEY:YOUR_API_SECRET`, by what their parts are called. */
export function compositePlaceholder(text: string): string | undefined {
  return /account_?sid.{0,20}key.{0,20}secret/i.test(text)
    ? `AC${hex(32)}/SK${hex(32)}:placeholder`
    : undefined;
}
