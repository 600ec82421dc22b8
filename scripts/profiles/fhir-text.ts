// Texts in FHIR: English in the element, French in the standard translation extension beside it.
import type { Text } from '../../src/kernel/fault.ts';

const TRANSLATION = 'http://hl7.org/fhir/StructureDefinition/translation';

/** `{ short: en, _short: { extension: [fr] } }` for a name and a text. */
export function texted(name: string, text: Text): Record<string, unknown> {
  return {
    [name]: text.en,
    [`_${name}`]: {
      extension: [
        {
          url: TRANSLATION,
          extension: [
            { url: 'lang', valueCode: 'fr' },
            { url: 'content', valueString: text.fr },
          ],
        },
      ],
    },
  };
}

/** `tls-dmn-prescribed` → `TlsDmnPrescribed`: the computer-friendly name that FHIR asks for. */
export function computerName(id: string): string {
  return id.replace(/(^|-)([a-z0-9])/g, (_, _dash, letter: string) => letter.toUpperCase());
}
