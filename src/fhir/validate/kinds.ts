// What stands behind a JSON property of a shape; numbers, because the visitor asks for every element.

export const PRIMITIVE = 0;
/** `_name`: id and extensions of a primitive. */
export const SIBLING = 1;
export const COMPLEX = 2;
export const RESOURCE = 3;
/** `resourceType` */
export const TYPE = 4;

export type Kind = typeof PRIMITIVE | typeof SIBLING | typeof COMPLEX | typeof RESOURCE | typeof TYPE;
