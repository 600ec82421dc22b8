// No older follow-up of the same patient and pathology is under monitoring on a day of the window.
import { latestMember } from '../../chain/build-chains.ts';
import { monitoringEnd } from '../../chain/windows.ts';
import type { Chain } from '../../situation.ts';
import { pathologyOf } from '../pathology.ts';
import { type Condition, MET, notMet, referenceOf } from '../window-case.ts';

export const duplicateFollowUp: Condition = {
  reason: 'duplicate-follow-up',
  check(c) {
    const { chain, chains, file } = c.situation;
    if (chains.length < 2) return MET;
    const pathology = pathologyOf(chain.activity, c.law);
    const older = chains.filter(
      (other) =>
        other.members[0].id !== chain.members[0].id &&
        pathologyOf(other.activity, c.law) === pathology &&
        // An older one started no later than this window: only its end tells.
        comesBefore(other, chain) &&
        monitoringEnd(other, file.patient) >= c.first,
    );
    if (older.length === 0) return MET;
    return notMet(
      {
        en: 'Another follow-up of the same pathology, begun earlier, runs on days of this window: one forfait of each kind is due, to the older one.',
        fr: 'Un autre suivi de la même pathologie, commencé plus tôt, court sur des jours de cette période : un seul forfait de chaque sorte est dû, au plus ancien.',
      },
      ...older.map((other) => referenceOf(latestMember(other))),
    );
  },
};

// Older monitoring start, then earlier ordonnance, then smaller id.
function comesBefore(a: Chain, b: Chain): boolean {
  if (a.start !== b.start) return a.start < b.start;
  const [first, second] = [a.members[0], b.members[0]];
  if (first.authoredOn !== second.authoredOn) return first.authoredOn < second.authoredOn;
  return first.id < second.id;
}
