// `npm run dev`: the site with live reload, on the sample in catalogue/fixtures (or the folder given).
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const data = resolve(process.argv[2] ?? resolve(import.meta.dirname, '../catalogue/fixtures'));
const env = { ...process.env, TOOLWARDEN_DATA: data, ASTRO_TELEMETRY_DISABLED: '1' };
spawn('npx', ['astro', 'dev', '--root', 'site'], {
  stdio: 'inherit',
  env,
  cwd: resolve(import.meta.dirname, '..'),
});
