// Links of a transaction's resources, pointed at the ids that their targets get.
import type { Fault } from '../../kernel/fault.ts';
import { typeOfMember } from '../patch/member.ts';
import type { AnyResource, FhirService } from '../service.ts';
import { isConditional, type Link, type LinkTargets, pathOf, rewriteDiv } from './links.ts';
import { rebase } from './prepare.ts';

/** A resource of the transaction with its links. */
export interface Linked {
  readonly index: number;
  readonly resource: AnyResource;
  readonly links: readonly Link[];
}

/** What a target is called, once that is known: `Type/id`, and its version after the transaction. */
export interface Placement {
  readonly reference: string;
  readonly version: number;
}

/** The meaning of conditional references: an entry, or a resource that is here already. */
export type Resolved = ReadonlyMap<string, number | string>;

/**
 * Rewrites every link whose target has a place by now. May be called again when more targets have one: each link is read as
 * it was sent.
 */
export function rewriteLinks(
  service: FhirService,
  linked: readonly Linked[],
  targets: LinkTargets,
  resolved: Resolved,
  placementOf: (index: number) => Placement | undefined,
): void {
  const follow = (link: string): string | undefined => {
    const target = targets.entryOf(link);
    const placement = target && placementOf(target.index);
    if (target === undefined || placement === undefined) return undefined;
    return `${placement.reference}${target.versioned ? `/_history/${placement.version}` : ''}${target.fragment}`;
  };
  for (const { resource, links } of linked) {
    for (const link of links) {
      if (link.kind === 'div') {
        link.holder[link.key] = rewriteDiv(link.value, follow);
        continue;
      }
      const found = isConditional(link) ? meant(resolved.get(link.value), placementOf) : follow(link.value);
      if (found === undefined) {
        // Of an earlier attempt.
        if (isConditional(link)) link.holder[link.key] = link.value;
        continue;
      }
      if (link.kind === 'uri' && !isUri(service, resource, link)) continue;
      link.holder[link.key] = found;
    }
  }
}

function meant(
  target: number | string | undefined,
  placementOf: (index: number) => Placement | undefined,
): string | undefined {
  return typeof target === 'number' ? placementOf(target)?.reference : target;
}

/**
 * R4 rewrites uri, url, oid and uuid elements; canonicals and texts (an Identifier's value) stay. The url that names a
 * resource for the world is no link to where it is stored.
 */
function isUri(service: FhirService, resource: AnyResource, { holder, key }: Link): boolean {
  const member = typeOfMember(service.definitions, resource, holder, key);
  if (member === undefined || !URIS.has(member.type)) return false;
  return !(
    member.path === `${resource.resourceType}.url` ||
    member.path.endsWith('.system') ||
    member.path === 'Extension.url'
  );
}

const URIS: ReadonlySet<string> = new Set(['uri', 'url', 'oid', 'uuid']);

/** A fault for each urn in a reference that leads to no entry. */
export function danglingUrns(linked: readonly Linked[], targets: LinkTargets): Fault[] {
  return linked.flatMap(({ index, resource, links }) =>
    links
      .filter(
        ({ kind, value }) => kind === 'reference' && value.startsWith('urn:') && targets.entryOf(value) === undefined,
      )
      .map(({ holder, key, value }) => ({
        kind: 'business-rule' as const,
        detail: 'urn-to-nothing',
        text: {
          en: `${value} is the fullUrl of no entry of this Bundle. Add the entry, or refer to an existing resource.`,
          fr: `${value} n’est le fullUrl d’aucune entrée de ce Bundle. Ajoutez l’entrée, ou référencez une ressource existante.`,
        },
        expression: expressionOf(index, resource, holder, key),
      })),
  );
}

/** `Bundle.entry[3].resource.subject.reference` */
export function expressionOf(index: number, resource: AnyResource, holder: object, key: string): string {
  return rebase(pathOf(resource, holder, key), `Bundle.entry[${index}].resource`);
}
