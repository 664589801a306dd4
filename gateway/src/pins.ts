export { type Difference, differences } from './pins/differences.ts';
export { listLive } from './pins/list-live.ts';
export { type Listing, pinsOf } from './pins/listing.ts';
export { type Lock, lockJsonSchema, type ServerPins } from './pins/lock.ts';
export { readLock, writeLock } from './pins/lock-file.ts';
export { openCommand } from './pins/open-command.ts';
export { readToolClasses } from './tools/tool-classes.ts';
export { openUrlUpstream, prepareTarget } from './upstream/url-upstream.ts';
export { serverNameOf } from './wrap/server-name.ts';
