/** Every kind of mistake that a fleet could make, as changes of a stream that is right. */
import { ARRIVAL_MISTAKES } from './fleet-mistakes/arrivals';
import type { Mistake } from './fleet-mistakes/edits';
import { FORM_MISTAKES } from './fleet-mistakes/form';
import { LIFE_MISTAKES } from './fleet-mistakes/life';

export const MISTAKES: readonly Mistake[] = [
  ...FORM_MISTAKES,
  ...ARRIVAL_MISTAKES,
  ...LIFE_MISTAKES,
];
