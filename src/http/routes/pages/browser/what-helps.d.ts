/** What would remove the obstacle that a refusal reports, from the `extensions` of its error. */
export function whatHelps(refusal: object): string;
