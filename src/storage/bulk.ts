// How much text the answer to one question may hold. Rows stay in memory until they are sent, and resources may be 50 MB each: a
// page of a thousand would end the process.
import { type FaultError, fault } from '../kernel/fault.ts';

/** Characters; a page of these takes up to 0.6 GB until it is sent. */
export const MOST_TEXT = 128 * 1024 * 1024;

/** Counts the text of an answer. */
export class Bulk {
  #left: number;

  constructor(most = MOST_TEXT) {
    this.#left = most;
  }

  /** @throws FaultError 403 when it is too much; what comes after is to be let go */
  take(text: string): string {
    this.#left -= text.length;
    if (this.#left < 0) throw tooMuch();
    return text;
  }
}

function tooMuch(): FaultError {
  return fault('too-costly', 'storage-too-much', {
    en: 'The answer would hold more than 128 MB. Ask for fewer resources at a time (_count=1 takes any), or include fewer.',
    fr: 'La réponse dépasserait 128 Mo. Demandez moins de ressources à la fois (_count=1 les prend toutes), ou incluez-en moins.',
  });
}
