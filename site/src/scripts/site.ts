import { startCopyButtons } from './copy-buttons.ts';
import { startSearch } from './search-start.ts';
import { startTheme } from './theme.ts';
import { startToolTables } from './tool-tables.ts';

startTheme();
startCopyButtons();
startSearch();
startToolTables();
