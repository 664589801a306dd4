import { startCopyButtons } from './copy-buttons.ts';
import { startMyPolicy } from './my-policy/start.ts';
import { startSearch } from './search-start.ts';
import { startTheme } from './theme.ts';
import { startToolTables } from './tool-tables.ts';

startTheme();
startCopyButtons();
startSearch();
startToolTables();
startMyPolicy();
