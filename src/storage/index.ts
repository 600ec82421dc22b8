// The room's door.
export type { Progress } from './reindex.ts';
export { openStore, type StoreOptions } from './store.ts';
