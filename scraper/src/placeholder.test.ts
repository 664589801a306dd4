import { expect, test } from 'vitest';
import { placeholderFor } from './placeholder.ts';

test.for([
  ['NOTES_API_KEY', 'placeholder'],
  ['NOTES_BASE_URL', 'https://example.com'],
  ['--base-url', 'https://example.com'],
  ['apiUrl', 'https://example.com'],
  ['DATABASE_URL', 'postgresql://user:placeholder@localhost:5432/example'],
  ['REDIS_URL', 'redis://localhost:6379'],
  ['MONGODB_URI', 'mongodb://localhost:27017/example'],
  ['SMTP_PORT', '8080'],
  ['IMAP_HOST', 'localhost'],
  ['MYSQL_PORT', '3306'],
  ['SITE_DOMAIN', 'example.com'],
  ['SENDER_EMAIL', 'user@example.com'],
  ['NOTES_DIR', '{dir}'],
  ['NOTES_ENABLED', 'true'],
  ['AZURE_TENANT_ID', '00000000-0000-4000-8000-000000000000'],
  ['TWILIO_ACCOUNT_SID', `AC${'0123456789abcdef'.repeat(2)}`],
  ['SUPABASE_ACCESS_TOKEN', 'sbp_0123456789abcdef0123456789abcdef01234567'],
  ['MCP_TRANSPORT', 'stdio'],
] as const)('%s gets %s', ([name, value]) => {
  expect(placeholderFor(name)).toBe(value);
});
