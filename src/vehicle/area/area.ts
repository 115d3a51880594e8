/** An area on the map: a circle, or polygons as GeoJSON writes them; and whether a place is in it. */
import { circleOf } from './circle';
import type { Area } from './place';
import { polygonsIn, readGeoJson } from './polygons';

/** Either an area, or what is wrong with it, for who wrote it. */
export type AreaResult = { readonly area: Area } | { readonly problem: string };

const FORMS = 'latitude, longitude and metres (50.94, 6.96, 500), or a GeoJSON polygon';
/** Characters: an area of a fleet has some thousand corners at most. */
const MAX_LENGTH = 500_000;

/** `text`: `lat, lon, metres`, or GeoJSON with polygons in it. */
export function readArea(text: string): AreaResult {
  const trimmed = text.trim();
  if (trimmed === '') return { problem: `An area is needed: ${FORMS}.` };
  if (trimmed.length > MAX_LENGTH) return { problem: 'The area has too many corners.' };
  if (!trimmed.startsWith('{')) return readCircle(trimmed);
  const polygons = readGeoJson(trimmed);
  return typeof polygons === 'string'
    ? { problem: polygons }
    : { area: { has: polygonsIn(polygons) } };
}

function readCircle(text: string): AreaResult {
  const parts = text.split(/[\s,;]+/);
  const [lat, lon, metres] = parts.map(Number) as [number, number, number];
  if (parts.length !== 3 || ![lat, lon, metres].every(Number.isFinite)) {
    return { problem: `“${text.slice(0, 40)}” is no area: ${FORMS}, with points as in 50.94.` };
  }
  if (Math.abs(lat) > 90) {
    return { problem: `${lat} is no latitude: it comes first and lies between -90 and 90.` };
  }
  if (Math.abs(lon) > 180) return { problem: `${lon} is no longitude: -180 to 180.` };
  if (metres <= 0) return { problem: 'The metres of a circle must be more than 0.' };
  return { area: circleOf({ lat, lon }, metres) };
}
