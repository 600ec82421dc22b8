// The texts of faults, in both languages: what is wrong and what to do.
import { a, capitalA, de } from '../../kernel/article.ts';
import type { Text } from '../../kernel/fault.ts';
import { short, shown } from '../shown.ts';

export { shown } from '../shown.ts';

/** A value of a profile, which is small. */
export function shownJson(value: unknown): string {
  return short(JSON.stringify(value));
}

// What each primitive type wants, for the end of the sentence.
const WANTED: Readonly<Record<string, Text>> = {
  base64Binary: { en: 'base64 text', fr: 'un texte en base64' },
  boolean: { en: 'true or false, without quotes', fr: 'true ou false, sans guillemets' },
  canonical: { en: 'a URI without spaces', fr: 'un URI sans espace' },
  code: {
    en: 'a text that is not empty and has no spaces at its ends',
    fr: 'un texte non vide, sans espace au début ni à la fin',
  },
  date: { en: 'a real day YYYY-MM-DD, or YYYY-MM, or YYYY', fr: 'un jour réel AAAA-MM-JJ, ou AAAA-MM, ou AAAA' },
  dateTime: {
    en: 'a real day (YYYY, YYYY-MM or YYYY-MM-DD), or a day with a time and a zone (2026-01-31T08:00:00+01:00)',
    fr: 'un jour réel (AAAA, AAAA-MM ou AAAA-MM-JJ), ou un jour avec heure et fuseau (2026-01-31T08:00:00+01:00)',
  },
  decimal: { en: 'a number, without quotes', fr: 'un nombre, sans guillemets' },
  id: { en: '1 to 64 letters, digits, "-" or "."', fr: '1 à 64 lettres, chiffres, « - » ou « . »' },
  instant: {
    en: 'a day with a time and a zone (2026-01-31T08:00:00Z)',
    fr: 'un jour avec heure et fuseau (2026-01-31T08:00:00Z)',
  },
  integer: { en: 'a whole number of 32 bits, without quotes', fr: 'un nombre entier sur 32 bits, sans guillemets' },
  markdown: {
    en: 'a text that is not empty, of at most 1 MB, without control characters',
    fr: 'un texte non vide d’au plus 1 Mo, sans caractère de contrôle',
  },
  oid: { en: 'an OID as urn:oid:1.2.3', fr: 'un OID de la forme urn:oid:1.2.3' },
  positiveInt: {
    en: 'a whole number of at least 1, without quotes',
    fr: 'un nombre entier d’au moins 1, sans guillemets',
  },
  string: {
    en: 'a text that is not empty, of at most 1 MB, without control characters',
    fr: 'un texte non vide d’au plus 1 Mo, sans caractère de contrôle',
  },
  time: { en: 'a time hh:mm:ss', fr: 'une heure hh:mm:ss' },
  unsignedInt: {
    en: 'a whole number of at least 0, without quotes',
    fr: 'un nombre entier d’au moins 0, sans guillemets',
  },
  uri: { en: 'a URI that is not empty and has no spaces', fr: 'un URI non vide et sans espace' },
  url: { en: 'a URL that is not empty and has no spaces', fr: 'une URL non vide et sans espace' },
  uuid: { en: 'a UUID as urn:uuid: and lower-case digits', fr: 'un UUID de la forme urn:uuid: en minuscules' },
  elementId: { en: 'a text without spaces', fr: 'un texte sans espace' },
};

export function badFormat(type: string, value: unknown): Text {
  const wanted = WANTED[type] ?? { en: a(type), fr: `un ${type}` };
  return {
    en: `${shown(value)} is no ${type}. Send ${wanted.en}.`,
    fr: `${shown(value)} n’est pas une valeur de type ${type}. Envoyez ${wanted.fr}.`,
  };
}

export function spelledAsDecimal(type: string, value: number): Text {
  return {
    en: `${type} is written without fraction, exponent or minus zero. Write ${value}.`,
    fr: `Un ${type} s’écrit sans décimale, ni exposant, ni zéro négatif. Écrivez ${value}.`,
  };
}

export function badNarrative(found: string): Text {
  return {
    en: `The narrative is not the plain XHTML that FHIR allows, see ${shown(found)}. Send one <div xmlns="http://www.w3.org/1999/xhtml"> of text, lists and tables, without scripts, events, forms or content loaded from elsewhere.`,
    fr: `Le texte narratif n’est pas le XHTML simple que FHIR permet, voir ${shown(found)}. Envoyez un <div xmlns="http://www.w3.org/1999/xhtml"> de texte, listes et tableaux, sans script, évènement, formulaire ni contenu chargé d’ailleurs.`,
  };
}

export function unknownElement(key: string, owner: string): Text {
  return {
    en: `${shown(key)} is no element of ${owner} in FHIR R4. Remove it, correct its spelling, or send it as an extension.`,
    fr: `${shown(key)} n’est pas un élément ${de(owner)} en FHIR R4. Retirez-le, corrigez son nom ou envoyez-le comme extension.`,
  };
}

export function missing(name: string, owner: string): Text {
  return {
    en: `${owner} needs the element "${name}", which is missing. Add it.`,
    fr: `${owner} exige l’élément « ${name} », qui manque. Ajoutez-le.`,
  };
}

export const notAnObject = (value: unknown): Text => ({
  en: `${shown(value)} stands where a JSON object is expected. Send an object.`,
  fr: `${shown(value)} se trouve à la place d’un objet JSON. Envoyez un objet.`,
});

export const notAList = (name: string): Text => ({
  en: `"${name}" may repeat, so its value must be a JSON array. Put it in brackets.`,
  fr: `« ${name} » est répétable : sa valeur doit être un tableau JSON. Mettez-la entre crochets.`,
});

export const notSingle = (name: string): Text => ({
  en: `"${name}" may stand only once, so its value must not be a JSON array. Remove the brackets.`,
  fr: `« ${name} » est unique : sa valeur ne doit pas être un tableau JSON. Retirez les crochets.`,
});

export const emptyList: Text = {
  en: 'A list must not be empty. Remove the element, or fill it.',
  fr: 'Une liste ne doit pas être vide. Retirez l’élément ou remplissez-le.',
};

export const emptyObject: Text = {
  en: 'An element must have a value or children (ele-1). Remove it, or fill it.',
  fr: 'Un élément doit avoir une valeur ou des enfants (ele-1). Retirez-le ou remplissez-le.',
};

export const nullValue: Text = {
  en: 'null is no FHIR value. Remove the element; in a list of simple values null is allowed only beside an extension.',
  fr: 'null n’est pas une valeur FHIR. Retirez l’élément ; dans une liste de valeurs simples, null n’est permis qu’à côté d’une extension.',
};

export const unevenLists = (name: string): Text => ({
  en: `"${name}" and "_${name}" must be lists of the same length. Fill the gaps with null.`,
  fr: `« ${name} » et « _${name} » doivent être des listes de même longueur. Comblez les vides par null.`,
});

export function tooMany(name: string, max: number): Text {
  if (max === 0) {
    return {
      en: `"${name}" must not be given here. Remove it.`,
      fr: `« ${name} » n’est pas permis ici. Retirez-le.`,
    };
  }
  return {
    en: `"${name}" may stand ${max === 1 ? 'once' : `${max} times`} at most. Remove the surplus.`,
    fr: `« ${name} » peut figurer ${max} fois au plus. Retirez ce qui dépasse.`,
  };
}

export const tooFew = (name: string, min: number): Text => ({
  en: `"${name}" must be given at least ${min === 1 ? 'once' : `${min} times`}. Add it.`,
  fr: `« ${name} » doit figurer au moins ${min === 1 ? 'une fois' : `${min} fois`}. Ajoutez-le.`,
});

export const twoChoices = (name: string): Text => ({
  en: `"${name}[x]" may have one value of one type only. Keep one of them.`,
  fr: `« ${name}[x] » n’admet qu’une seule valeur, d’un seul type. Gardez-en une.`,
});

export function badCode(value: string, valueSet: string): Text {
  return {
    en: `${shown(value)} is not in the value set ${valueSet}, which is required here. Send one of its codes.`,
    fr: `${shown(value)} n’appartient pas au jeu de valeurs ${valueSet}, obligatoire ici. Envoyez un de ses codes.`,
  };
}

export function noCode(valueSet: string): Text {
  return {
    en: `A code of the value set ${valueSet} is required here, and there is none. Add a coding.`,
    fr: `Un code du jeu de valeurs ${valueSet} est obligatoire ici, et il n’y en a pas. Ajoutez un codage.`,
  };
}

export const badReference = (value: string): Text => ({
  en: `${shown(value)} is no reference. Send Type/id, an absolute URL, urn:uuid:… inside a Bundle, or #id of a contained resource.`,
  fr: `${shown(value)} n’est pas une référence. Envoyez Type/id, une URL absolue, urn:uuid:… dans un Bundle, ou #id d’une ressource contenue.`,
});

export function badTarget(found: string, allowed: readonly string[]): Text {
  return {
    en: `A reference to ${found} is not allowed here. Name one of: ${allowed.join(', ')}.`,
    fr: `Une référence à ${found} n’est pas permise ici. Désignez une ressource : ${allowed.join(', ')}.`,
  };
}

export function unknownResourceType(value: unknown): Text {
  return value === undefined
    ? {
        en: '"resourceType" is missing. Add it, with the name of an R4 resource type.',
        fr: '« resourceType » manque. Ajoutez-le, avec le nom d’un type de ressource R4.',
      }
    : {
        en: `"resourceType" is ${shown(value)}, which is no R4 resource type. Correct it.`,
        fr: `« resourceType » vaut ${shown(value)}, qui n’est pas un type de ressource R4. Corrigez-le.`,
      };
}

export function otherResourceType(found: string, expected: string): Text {
  return {
    en: `${capitalA(expected)} is expected here, not ${a(found)}.`,
    fr: `Une ressource ${expected} est attendue ici, et non ${found}.`,
  };
}

export const tooDeep = (max: number): Text => ({
  en: `The resource is nested more than ${max} levels deep. Flatten it.`,
  fr: `La ressource est imbriquée sur plus de ${max} niveaux. Aplatissez-la.`,
});

export const tooLarge = (max: number): Text => ({
  en: `The resource holds more than ${max} elements. Send it in parts.`,
  fr: `La ressource contient plus de ${max} éléments. Envoyez-la en plusieurs parties.`,
});

export const unknownModifier = (url: string): Text => ({
  en: `The modifier extension ${shown(url)} is not known here: what it changes in the meaning of the element is not taken into account.`,
  fr: `L’extension modificatrice ${shown(url)} n’est pas connue ici : ce qu’elle change au sens de l’élément n’est pas pris en compte.`,
});

export const containedWithoutId: Text = {
  en: 'A contained resource needs an "id", so that it can be referred to. Add it.',
  fr: 'Une ressource contenue exige un « id » pour qu’on puisse la désigner. Ajoutez-le.',
};
