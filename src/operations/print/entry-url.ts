import { storedId } from '../../storage/ids.ts';

/** The fullUrl of a resource that is nowhere stored: the same for the same name, so that the same question is answered alike. */
export function entryUrl(name: string): string {
  return `urn:uuid:${storedId(`entry ${name}`)}`;
}
