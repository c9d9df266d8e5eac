import { LIFE_FAULTS } from './life.ts';
import { PROVIDER_FAULTS } from './market-provider.ts';
import { type Fault, SPINE_FAULTS } from './table.ts';

/** Every fault that is planted. */
export const FAULTS: readonly Fault[] = [...SPINE_FAULTS, ...LIFE_FAULTS, ...PROVIDER_FAULTS];
