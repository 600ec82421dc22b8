// The texts of what a profile asks; each names the profile.
import { a } from '../../../kernel/article.ts';
import type { Text } from '../../../kernel/fault.ts';
import * as base from '../messages.ts';

const of = (text: Text, profile: string): Text => ({
  en: `Profile ${profile}: ${text.en}`,
  fr: `Profil ${profile} : ${text.fr}`,
});

export const tooFew = (name: string, min: number, profile: string): Text => of(base.tooFew(name, min), profile);
export const tooMany = (name: string, max: number, profile: string): Text => of(base.tooMany(name, max), profile);
export const sliceTooFew = tooFew;
export const sliceTooMany = tooMany;

export const otherType = (found: string, allowed: readonly string[], profile: string): Text =>
  of(
    {
      en: `the type ${found} is not allowed here. Send ${allowed.join(' or ')}.`,
      fr: `le type ${found} n’est pas permis ici. Envoyez ${allowed.join(' ou ')}.`,
    },
    profile,
  );

export const notFixed = (fixed: unknown, profile: string): Text =>
  of(
    {
      en: `the value must be exactly ${base.shownJson(fixed)}.`,
      fr: `la valeur doit être exactement ${base.shownJson(fixed)}.`,
    },
    profile,
  );

export const notPattern = (pattern: unknown, profile: string): Text =>
  of(
    {
      en: `the value must hold ${base.shownJson(pattern)}.`,
      fr: `la valeur doit contenir ${base.shownJson(pattern)}.`,
    },
    profile,
  );

export const below = (min: unknown, profile: string): Text =>
  of(
    {
      en: `the value must be at least ${base.shownJson(min)}.`,
      fr: `la valeur doit être d’au moins ${base.shownJson(min)}.`,
    },
    profile,
  );

export const above = (max: unknown, profile: string): Text =>
  of(
    {
      en: `the value must be at most ${base.shownJson(max)}.`,
      fr: `la valeur doit être d’au plus ${base.shownJson(max)}.`,
    },
    profile,
  );

export const tooLong = (max: number, profile: string): Text =>
  of(
    { en: `the text must have at most ${max} characters.`, fr: `le texte doit avoir au plus ${max} caractères.` },
    profile,
  );

export const noSlice = (names: readonly string[], profile: string): Text =>
  of(
    {
      en: `this item is none of those allowed here (${names.join(', ')}). Remove or correct it.`,
      fr: `cet élément n’est aucun de ceux permis ici (${names.join(', ')}). Retirez-le ou corrigez-le.`,
    },
    profile,
  );

export const unknownProfile = (url: string): Text => ({
  en: `The profile ${base.shown(url)} is not known here: what it asks is not checked.`,
  fr: `Le profil ${base.shown(url)} n’est pas connu ici : ce qu’il exige n’est pas vérifié.`,
});

export const profileOfOtherType = (url: string, type: string): Text => ({
  en: `The profile ${base.shown(url)} is for ${type}. Remove it from meta.profile, or send ${a(type)}.`,
  fr: `Le profil ${base.shown(url)} concerne ${type}. Retirez-le de meta.profile, ou envoyez une ressource ${type}.`,
});
