/** A circle on the globe, also where it lies across a pole or the date line. */
import type { Area, Place } from './place';

/** Metres: the mean radius of the earth. */
const EARTH = 6_371_008.8;
const RADIANS = Math.PI / 180;

export function circleOf(middle: Place, metres: number): Area {
  return {
    radius: metres,
    has: (place) => distance(middle, place) <= metres,
    withRadius: (other) => circleOf(middle, other),
  };
}

/** Metres along the great circle, by the haversine formula. */
export function distance(a: Place, b: Place): number {
  const north = Math.sin(((b.lat - a.lat) * RADIANS) / 2);
  const east = Math.sin(((b.lon - a.lon) * RADIANS) / 2);
  const chord = north ** 2 + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * east ** 2;
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(chord)));
}
