// The small integer that stands for a resource type in every key of the database.

// Position = key, from 1. Frozen: a released database holds these numbers. New types go to the end, nothing is ever moved.
// Source: the concrete resource types of FHIR R4 4.0.1, https://hl7.org/fhir/R4/resourcelist.html
const TYPES =
  `Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary
  BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem
  ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication CommunicationRequest
  CompartmentDefinition Composition ConceptMap Condition Consent Contract Coverage CoverageEligibilityRequest
  CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement
  DiagnosticReport DocumentManifest DocumentReference EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest
  EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit
  FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService ImagingStudy Immunization
  ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice Library Linkage List
  Location Measure MeasureReport Media Medication MedicationAdministration MedicationDispense MedicationKnowledge
  MedicationRequest MedicationStatement MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication
  MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured
  MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition
  MessageHeader MolecularSequence NamingSystem NutritionOrder Observation ObservationDefinition OperationDefinition
  OperationOutcome Organization OrganizationAffiliation Parameters Patient PaymentNotice PaymentReconciliation Person
  PlanDefinition Practitioner PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson
  RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment
  RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen SpecimenDefinition StructureDefinition
  StructureMap Subscription Substance SubstanceNucleicAcid SubstancePolymer SubstanceProtein
  SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task
  TerminologyCapabilities TestReport TestScript ValueSet VerificationResult VisionPrescription`.split(/\s+/);

const KEYS: ReadonlyMap<string, number> = new Map(TYPES.map((type, i) => [type, i + 1]));

/** The names of all resource types that can be stored, in order of their keys (the first has key 1). */
export const resourceTypes: readonly string[] = TYPES;

/** All keys. */
export const typeKeys: readonly number[] = TYPES.map((_, i) => i + 1);

/** The key of a resource type, or undefined when the name is no concrete R4 resource type. */
export function typeKey(type: string): number | undefined {
  return KEYS.get(type);
}

/** The key of a type that the callers of storage have checked. @throws RangeError for an unknown one: a bug, not a fault. */
export function knownTypeKey(type: string): number {
  const key = KEYS.get(type);
  if (key === undefined) throw new RangeError(`not an R4 resource type: ${type}`);
  return key;
}

/** The type that a key stands for. @throws RangeError for an unknown key. */
export function typeOfKey(key: number): string {
  const type = TYPES[key - 1];
  if (type === undefined) throw new RangeError(`not a key of a resource type: ${key}`);
  return type;
}
