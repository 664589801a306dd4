import { startCopyButtons } from './copy-buttons.ts';
import { startSearch } from './search-start.ts';
import { startTheme } from './theme.ts';

startTheme();
startCopyButtons();
startSearch();
