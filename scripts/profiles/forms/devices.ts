// tls-dmn (the product) and tls-object (what collects). Facts of PhdDevice: hl7.fhir.uv.phd 1.1.0 and 2.0.0.
import { type ProfileForm, structure } from '../form.ts';

const MDC = 'urn:iso:std:iso:11073:10101';

export const dmn: ProfileForm = {
  id: 'tls-dmn',
  title: { en: 'Dispositif médical numérique', fr: 'Dispositif médical numérique' },
  description: {
    en: 'A DMN as a product: its brand, version, exploitant, certificate and the lines of the LATM for which it is listed.',
    fr: 'Un DMN en tant que produit : marque, version, exploitant, certificat et lignes de la LATM pour lesquelles il est inscrit.',
  },
  type: 'Device',
  rules: [
    {
      at: 'extension:latmLine',
      short: { en: 'Lines of the LATM', fr: 'Lignes de la LATM' },
      min: 1,
      types: [{ code: 'Extension', profile: structure('tls-latm-line') }],
      mustSupport: true,
    },
    {
      at: 'extension:ansCertificate',
      short: { en: 'ANS certificates', fr: 'Certificats de l’ANS' },
      types: [{ code: 'Extension', profile: structure('tls-ans-certificate') }],
      mustSupport: true,
    },
    {
      at: 'extension:ceMarking',
      short: { en: 'Class of the CE marking', fr: 'Classe du marquage CE' },
      max: '1',
      types: [{ code: 'Extension', profile: structure('tls-ce-marking') }],
      mustSupport: true,
    },
    { at: 'udiCarrier', short: { en: 'UDI', fr: 'IUD' }, mustSupport: true },
    { at: 'manufacturer', short: { en: 'Manufacturer', fr: 'Fabricant' }, min: 1, mustSupport: true },
    { at: 'deviceName', short: { en: 'Brand', fr: 'Marque' }, min: 1, mustSupport: true },
    { at: 'version', short: { en: 'Version certified', fr: 'Version certifiée' }, mustSupport: true },
    {
      at: 'owner',
      short: { en: 'Exploitant', fr: 'Exploitant' },
      min: 1,
      types: [{ code: 'Reference', targets: ['Organization'] }],
      mustSupport: true,
    },
  ],
};

export const object: ProfileForm = {
  id: 'tls-object',
  title: { en: 'Collecting object', fr: 'Objet de collecte' },
  description: {
    en: 'An object that collects readings: scale, oximeter, blood pressure monitor, glucose meter, ventilator.',
    fr: 'Un objet qui collecte les mesures : balance, oxymètre, tensiomètre, lecteur de glycémie, ventilateur.',
  },
  type: 'Device',
  parent: 'http://hl7.org/fhir/uv/phd/StructureDefinition/PhdDevice',
  rules: [
    {
      at: 'identifier',
      short: { en: 'System id (EUI-64) or address', fr: 'Identifiant système (EUI-64) ou adresse' },
      min: 1,
      mustSupport: true,
    },
    { at: 'manufacturer', short: { en: 'Manufacturer', fr: 'Fabricant' }, min: 1, mustSupport: true },
    { at: 'modelNumber', short: { en: 'Model', fr: 'Modèle' }, min: 1, mustSupport: true },
    {
      at: 'type',
      short: { en: 'A personal health device (MDC 65573)', fr: 'Un objet de santé personnel (MDC 65573)' },
      min: 1,
      value: { patternCodeableConcept: { coding: [{ system: MDC, code: '65573' }] } },
      mustSupport: true,
    },
    {
      at: 'specialization',
      short: { en: 'What kind of object', fr: 'De quel genre d’objet il s’agit' },
      min: 1,
      mustSupport: true,
    },
    {
      at: 'specialization.systemType',
      value: { patternCodeableConcept: { coding: [{ system: MDC }] } },
      mustSupport: true,
    },
    { at: 'specialization.version', min: 1, mustSupport: true },
    {
      at: 'patient',
      short: { en: 'Patient who uses it', fr: 'Patient qui l’utilise' },
      mustSupport: true,
    },
  ],
};
