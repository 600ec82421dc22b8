// The code systems in which $observance, $billability and Claim/$submit answer.
import type { Text } from '../../../src/kernel/fault.ts';
import type { Law } from '../../../src/law/law.ts';
import type { CodeSystemForm, ConceptForm } from '../form.ts';

const code = (name: string, display: Text, definition?: Text): ConceptForm => ({
  code: name,
  display,
  ...(definition && { definition }),
});

export const observanceStatus: CodeSystemForm = {
  id: 'tls-observance-status',
  title: { en: 'Status of observance', fr: 'État de l’observance' },
  description: {
    en: 'What the data of a window say: units received compared with units expected.',
    fr: 'Ce que disent les données d’une période : unités reçues rapportées aux unités attendues.',
  },
  concepts: [
    code(
      'interrupted',
      { en: 'Interrupted', fr: 'Interrompue' },
      { en: 'Nothing was received.', fr: 'Rien n’a été reçu.' },
    ),
    code(
      'insufficient',
      { en: 'Insufficient', fr: 'Insuffisante' },
      {
        en: 'Something was received, less than half of what was expected.',
        fr: 'Des données reçues, moins de la moitié de l’attendu.',
      },
    ),
    code(
      'sufficient',
      { en: 'Sufficient', fr: 'Suffisante' },
      { en: 'At least half was received.', fr: 'Au moins la moitié a été reçue.' },
    ),
    code(
      'in-progress',
      { en: 'In progress', fr: 'En cours' },
      { en: 'The window is not over on the day asked.', fr: 'La période n’est pas terminée au jour demandé.' },
    ),
    code(
      'undetermined',
      { en: 'Undetermined', fr: 'Indéterminée' },
      {
        en: 'How much data the activity wants is not known.',
        fr: 'La quantité de données voulue par l’activité n’est pas connue.',
      },
    ),
  ],
};

export const observanceRejection: CodeSystemForm = {
  id: 'tls-observance-rejection',
  title: { en: 'Why a reading does not count', fr: 'Pourquoi une mesure ne compte pas' },
  description: {
    en: 'Reasons for which an Observation is left out of the count; the first that holds is given.',
    fr: 'Motifs pour lesquels une Observation n’est pas comptée ; le premier qui vaut est donné.',
  },
  concepts: [
    code('not-final', { en: 'Not final, amended or corrected', fr: 'Ni final, ni amended, ni corrected' }),
    code('wrong-code', { en: 'Not a measure of the activity', fr: 'N’est pas une mesure de l’activité' }),
    code('no-value', { en: 'Without value', fr: 'Sans valeur' }),
    code('imprecise-date', { en: 'Dated by month or year only', fr: 'Datée au mois ou à l’année seulement' }),
    code('future', { en: 'Later than the day asked', fr: 'Postérieure au jour demandé' }),
    code('outside-monitoring', { en: 'Outside the monitoring', fr: 'Hors du suivi' }),
    code('other-prescription', { en: 'For another prescription', fr: 'Pour une autre prescription' }),
    code('duplicate', {
      en: 'Same device, instant and code as one that counts',
      fr: 'Mêmes objet, instant et code qu’une mesure comptée',
    }),
  ],
};

export const billabilityStatus: CodeSystemForm = {
  id: 'tls-billability-status',
  title: { en: 'Status of billability', fr: 'État de la facturabilité' },
  description: {
    en: 'Whether the two forfaits of a window may be billed.',
    fr: 'Si les deux forfaits d’une période peuvent être facturés.',
  },
  concepts: [
    code('billable', { en: 'Billable', fr: 'Facturable' }),
    code('billed', { en: 'Billed', fr: 'Facturée' }, { en: 'In a claim submitted.', fr: 'Dans une facture soumise.' }),
    code('in-progress', { en: 'In progress', fr: 'En cours' }),
    code('not-billable', { en: 'Not billable', fr: 'Non facturable' }),
    code(
      'undetermined',
      { en: 'Undetermined', fr: 'Indéterminée' },
      { en: 'Something that decides is missing.', fr: 'Un élément décisif manque.' },
    ),
  ],
};

type Severity = 'blocking' | 'missing' | 'information';

const REASONS: readonly (readonly [code: string, severity: Severity, en: string, fr: string])[] = [
  [
    'line-not-in-force',
    'blocking',
    'Activity not on the list on the first day',
    'Activité non inscrite au premier jour',
  ],
  [
    'line-not-formalised',
    'missing',
    'A rule or price of the activity is not known',
    'Une règle ou un prix de l’activité n’est pas connu',
  ],
  ['device-not-on-line', 'blocking', 'DMN not listed for the activity', 'DMN non inscrit pour l’activité'],
  ['device-certificate-missing', 'blocking', 'DMN without ANS certificate', 'DMN sans certificat de l’ANS'],
  [
    'device-certificate-expired',
    'blocking',
    'ANS certificate not valid on the first day',
    'Certificat de l’ANS non valide au premier jour',
  ],
  [
    'operator-not-declared',
    'blocking',
    'No récépissé of the ARS for the activity',
    'Pas de récépissé de l’ARS pour l’activité',
  ],
  [
    'operator-cannot-bill',
    'blocking',
    'This kind of operator may not bill',
    'Cette catégorie d’opérateur ne peut pas facturer',
  ],
  [
    'agreement-missing',
    'blocking',
    'No signed convention with the exploitant',
    'Pas de convention signée avec l’exploitant',
  ],
  [
    'prescription-incomplete',
    'missing',
    'A mention of the ordonnance is missing',
    'Une mention de l’ordonnance manque',
  ],
  ['prescription-too-long', 'blocking', 'Prescription longer than one year', 'Prescription de plus d’un an'],
  [
    'prescription-stale',
    'blocking',
    'Started six months or more after the ordonnance',
    'Débuté six mois ou plus après l’ordonnance',
  ],
  [
    'prescription-expired',
    'blocking',
    'A day of the window is not prescribed',
    'Un jour de la période n’est pas prescrit',
  ],
  ['one-year-cap', 'blocking', 'Beyond one year without renewal', 'Au-delà d’un an sans renouvellement'],
  [
    'consent-refused',
    'blocking',
    'Transmission refused on a day of the window',
    'Transmission refusée un jour de la période',
  ],
  ['transmission-interrupted', 'blocking', 'No data received', 'Aucune donnée reçue'],
  [
    'insufficient-previous-period',
    'blocking',
    'Data of the previous window insufficient',
    'Données insuffisantes sur la période précédente',
  ],
  ['insufficient-data', 'blocking', 'Data of this window insufficient', 'Données insuffisantes sur cette période'],
  ['patient-deceased', 'blocking', 'The window begins after the death', 'La période commence après le décès'],
  ['death-full-period', 'information', 'Death in the window: due in full', 'Décès dans la période : due en entier'],
  [
    'duplicate-follow-up',
    'blocking',
    'Another follow-up covers the same days',
    'Un autre suivi couvre les mêmes jours',
  ],
  ['already-billed', 'information', 'Already in a claim submitted', 'Déjà dans une facture soumise'],
  [
    'majore-not-eligible',
    'information',
    'Forfait majoré not open to the activity',
    'Forfait majoré non ouvert à l’activité',
  ],
  ['majore-cap-reached', 'information', 'All forfaits majorés are used', 'Tous les forfaits majorés sont utilisés'],
];

/** What only a claim can have wrong (Claim/$submit); the names are core's `ClaimFault`. */
const CLAIM_FAULTS: typeof REASONS = [
  ['no-items', 'blocking', 'The claim has no item', 'La facture n’a pas de ligne'],
  ['series-too-long', 'blocking', 'More windows than a claim may carry', 'Plus de périodes qu’une facture n’en porte'],
  ['window-not-over', 'blocking', 'The window is not over', 'La période n’est pas terminée'],
  ['window-not-of-the-chain', 'blocking', 'Not a window of the follow-up', 'N’est pas une période du suivi'],
  ['window-twice', 'blocking', 'The window stands twice in the claim', 'La période figure deux fois dans la facture'],
  ['twin-missing', 'blocking', 'The other forfait is not claimed', 'L’autre forfait n’est pas facturé'],
  ['twin-differs', 'blocking', 'The other claim lacks this window', 'L’autre facture n’a pas cette période'],
  ['wrong-patient', 'blocking', 'Not the patient of the ordonnance', 'N’est pas le patient de l’ordonnance'],
  ['wrong-prescription', 'blocking', 'Not an ordonnance of the follow-up', 'N’est pas une ordonnance du suivi'],
  [
    'wrong-provider',
    'blocking',
    'Not the operator or exploitant of the window',
    'N’est ni l’opérateur ni l’exploitant de la période',
  ],
  ['wrong-code', 'blocking', 'Not the code of the forfait', 'N’est pas le code du forfait'],
  ['price-above-tariff', 'blocking', 'The price is above the tariff', 'Le prix dépasse le tarif'],
  ['price-missing', 'blocking', 'A price is missing', 'Un prix manque'],
  ['wrong-quantity', 'blocking', 'The quantity is not 1', 'La quantité n’est pas 1'],
  ['wrong-net', 'blocking', 'net is not price × factor × quantity', 'net n’est pas prix × coefficient × quantité'],
  ['wrong-total', 'blocking', 'The total is not the sum of the items', 'Le total n’est pas la somme des lignes'],
];

/** Reasons of $billability and of refused claims, with the legal reference that the law room gives for each. */
export function billabilityReason(law: Law): CodeSystemForm {
  return {
    id: 'tls-billability-reason',
    title: { en: 'Reasons of billability', fr: 'Motifs de facturabilité' },
    description: {
      en: 'Why a window may not be billed, cannot be judged, or deserves a remark; also why a claim is refused.',
      fr: 'Pourquoi une période ne peut être facturée, ne peut être jugée, ou appelle une remarque ; aussi pourquoi une facture est refusée.',
    },
    properties: [
      {
        code: 'severity',
        type: 'code',
        description: {
          en: 'blocking, missing or information, as a rule',
          fr: 'blocking, missing ou information, en règle générale',
        },
      },
      { code: 'legal', type: 'string', description: { en: 'Address of the text', fr: 'Adresse du texte' } },
    ],
    concepts: [...REASONS, ...CLAIM_FAULTS].map(([name, severity, en, fr]) => {
      const legal = law.legal[name]?.uri;
      return { code: name, display: { en, fr }, properties: { severity, ...(legal && { legal }) } };
    }),
  };
}
