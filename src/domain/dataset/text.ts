import { line, prose } from '../core/text.ts';

/** The longest name and description, code points. */
const [NAME, DESCRIPTION] = [120, 4_000];

/** @throws {GatewayError} BAD_USER_INPUT for an invalid name. */
export const datasetName = (text: string): string => line(text, 'The name', NAME);

/** @throws {GatewayError} BAD_USER_INPUT for an invalid description. */
export const datasetDescription = (text: string): string => prose(text, 'The description', DESCRIPTION);
