/** How long nothing was heard of a vehicle, while something could have been heard. */
import type { Deafness } from './episode';

/** Milliseconds; never below 0. */
export function silence(lastHeard: number, now: number, deaf: readonly Deafness[]): number {
  let time = now - lastHeard;
  for (const { from, to = now } of deaf) {
    time -= Math.max(0, Math.min(to, now) - Math.max(from, lastHeard));
  }
  return Math.max(0, time);
}

/** Whether what vehicles tell arrives as they tell it. */
export function isListening(deaf: readonly Deafness[]): boolean {
  return deaf.every(({ to }) => to !== undefined);
}
