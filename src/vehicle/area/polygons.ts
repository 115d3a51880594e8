/** GeoJSON polygons: reads them, with what is wrong in words, and tells whether a place is in one. */
import pointInPolygon from 'point-in-polygon-hao';
import { errorText } from '../../errors/error-text';
import type { Place } from './place';

/** Longitude and latitude, in this order. */
type Corner = [number, number];

/** Its first ring is its border, the others are holes; each ends where it began. */
interface Polygon {
  readonly rings: Corner[][];
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** Returns a sentence where it cannot be used. */
export function readGeoJson(text: string): Polygon[] | string {
  try {
    const polygons = polygonsOf(JSON.parse(text) as unknown);
    return polygons.length > 0 ? polygons : 'There is no polygon in this GeoJSON.';
  } catch (error) {
    if (error instanceof SyntaxError) return `This is no JSON: ${errorText(error)}.`;
    return errorText(error);
  }
}

type GeoJson = Partial<
  Record<'type' | 'coordinates' | 'geometry' | 'geometries' | 'features', unknown>
>;

const MAX_DEPTH = 4;

function polygonsOf(value: unknown, depth = MAX_DEPTH): Polygon[] {
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  const { type, coordinates, geometry, geometries, features } = value as GeoJson;
  switch (type) {
    case 'Polygon':
      return [polygonOf(coordinates)];
    case 'MultiPolygon':
      return listOf(coordinates, 'A MultiPolygon').map(polygonOf);
    case 'Feature':
      return polygonsOf(geometry, depth - 1);
    case 'FeatureCollection':
      return listOf(features, 'A FeatureCollection').flatMap((one) => polygonsOf(one, depth - 1));
    case 'GeometryCollection':
      return listOf(geometries, 'A GeometryCollection').flatMap((one) =>
        polygonsOf(one, depth - 1),
      );
    default:
      throw new Error(
        `GeoJSON of the type ${JSON.stringify(type) ?? 'nothing'} is no area: a Polygon is needed.`,
      );
  }
}

function listOf(value: unknown, owner: string): unknown[] {
  if (!Array.isArray(value)) throw new Error(`${owner} needs a list.`);
  return value;
}

function polygonOf(coordinates: unknown): Polygon {
  const [border, ...holes] = listOf(coordinates, 'A Polygon').map(ringOf);
  if (border === undefined) throw new Error('A Polygon needs a ring of corners.');
  const east = Math.max(...border.map(([lon]) => lon));
  const west = Math.min(...border.map(([lon]) => lon));
  const north = Math.max(...border.map(([, lat]) => lat));
  const south = Math.min(...border.map(([, lat]) => lat));
  const rings = [border, ...holes.map((hole) => broughtBetween(hole, west, east))];
  return { rings, west, east, south, north };
}

function ringOf(value: unknown): Corner[] {
  const corners = unwound(listOf(value, 'A ring').map(cornerOf));
  const [first, last] = [corners[0], corners.at(-1)];
  if (first && last && (first[0] !== last[0] || first[1] !== last[1])) corners.push([...first]);
  if (corners.length < 4) throw new Error('A ring of a Polygon needs at least three corners.');
  return corners;
}

function cornerOf(value: unknown): Corner {
  const [lon, lat] = Array.isArray(value) ? (value as unknown[]) : [];
  if (!Number.isFinite(lon) || !Number.isFinite(lat)) {
    throw new Error('A corner needs two numbers: longitude and latitude.');
  }
  const corner: Corner = [lon as number, lat as number];
  if (Math.abs(corner[1]) > 90) {
    throw new Error(`${corner[1]} is no latitude. In GeoJSON the longitude comes first.`);
  }
  if (Math.abs(corner[0]) > 360) throw new Error(`${corner[0]} is no longitude.`);
  return corner;
}

/** An edge of more than half the earth is meant the other way round: across the date line. */
function unwound(ring: readonly Corner[]): Corner[] {
  let turns = 0;
  return ring.map(([lon, lat], index) => {
    const way = lon - (ring[index - 1]?.[0] ?? lon);
    if (way > 180 && way < 360) turns -= 360;
    if (way < -180 && way > -360) turns += 360;
    return [lon + turns, lat];
  });
}

function broughtBetween(hole: readonly Corner[], west: number, east: number): Corner[] {
  const first = hole[0]?.[0] ?? 0;
  const turn = [0, 360, -360].find((turn) => first + turn >= west && first + turn <= east) ?? 0;
  return hole.map(([lon, lat]) => [lon + turn, lat]);
}

export function polygonsIn(polygons: readonly Polygon[]): (place: Place) => boolean {
  return ({ lat, lon }) =>
    polygons.some((polygon) => {
      if (lat < polygon.south || lat > polygon.north) return false;
      return [lon, lon + 360, lon - 360].some((turned) => isIn(polygon, turned, lat));
    });
}

/** The library answers 0 on an edge. */
function isIn({ rings, west, east }: Polygon, lon: number, lat: number): boolean {
  return lon >= west && lon <= east && pointInPolygon([lon, lat], rings) !== false;
}
