// The room's door.
export { openStore, type StoreOptions } from './store.ts';
