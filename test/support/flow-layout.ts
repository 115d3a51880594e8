/** Whether the tab that the editor shows is laid out so that it can be read: what overlaps, crosses or is not on the screen. */
import type { Page } from 'playwright-core';
import type { PageNode, PageRed } from './browser';

declare const RED: PageRed;

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly id: string;
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Wire {
  readonly source: string;
  readonly port: string;
  readonly target: string;
  readonly points: readonly Point[];
}

interface Drawing {
  readonly boxes: readonly Box[];
  readonly wires: readonly Wire[];
}

/** Pixels; wires that end at one port, or begin at one, run together there. */
const TOGETHER = 30;

/** One sentence each. `width`: what a user sees of the tab without scrolling, in pixels. */
export async function layoutProblems(page: Page, width: number): Promise<string[]> {
  const { boxes, wires } = await page.evaluate(readDrawing);
  const name = (id: string) => boxes.find((box) => box.id === id)?.name ?? id;
  const wireName = ({ source, target }: Wire) => `${name(source)} → ${name(target)}`;
  const problems = boxes
    .filter(({ left, right }) => left < 0 || right > width)
    .map((box) => `${box.name} is not on the screen`);
  for (const [at, box] of boxes.entries()) {
    for (const other of boxes.slice(at + 1)) {
      if (overlap(box, other)) problems.push(`${box.name} lies on ${other.name}`);
    }
    for (const wire of wires) {
      if (wire.source === box.id || wire.target === box.id) continue;
      if (wire.points.some((point) => isIn(point, box))) {
        problems.push(`${wireName(wire)} runs through ${box.name}`);
      }
    }
  }
  for (const [at, wire] of wires.entries()) {
    for (const other of wires.slice(at + 1)) {
      if (cross(wire, other)) problems.push(`${wireName(wire)} crosses ${wireName(other)}`);
    }
  }
  return problems;
}

/** In the page: boxes as they are drawn, with a node's button, and wires as points along them. */
function readDrawing(): Drawing {
  type Drawn = PageNode & { x: number; y: number; w: number; h: number };
  const button = 28;
  const nodes = RED.nodes.filterNodes({ z: RED.workspaces.active() }) as Drawn[];
  const boxes = nodes.map(({ id, type, name, x, y, w, h }) => ({
    id,
    name: String(name || type),
    left: x - w / 2 - (type === 'inject' ? button : 0),
    right: x + w / 2 + (type === 'debug' ? button : 0),
    top: y - h / 2,
    bottom: y + h / 2,
  }));
  type Link = SVGPathElement & {
    __data__: { source: PageNode; sourcePort: number; target: PageNode };
  };
  const wires = [...document.querySelectorAll('.red-ui-flow-link-line')].map((element) => {
    const path = element as Link;
    const { source, sourcePort, target } = path.__data__;
    const length = path.getTotalLength();
    const points = Array.from({ length: 61 }, (_, at) => {
      const { x, y } = path.getPointAtLength((length * at) / 60);
      return { x, y };
    });
    return { source: source.id, port: `${source.id}:${sourcePort}`, target: target.id, points };
  });
  return { boxes, wires };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function isIn({ x, y }: Point, { left, right, top, bottom }: Box): boolean {
  return x > left && x < right && y > top && y < bottom;
}

function cross(a: Wire, b: Wire): boolean {
  const shared: Point[] = [];
  const [start, end] = [a.points[0], a.points.at(-1)];
  if (start && a.port === b.port) shared.push(start);
  if (end && a.target === b.target) shared.push(end);
  const isTogether = (point: Point) =>
    shared.some(({ x, y }) => Math.hypot(point.x - x, point.y - y) < TOGETHER);
  const pieces = (points: readonly Point[]) =>
    points.slice(1).flatMap((to, at) => {
      const from = points[at];
      return from && !isTogether(from) && !isTogether(to) ? [[from, to] as const] : [];
    });
  const others = pieces(b.points);
  return pieces(a.points).some(([p, q]) =>
    others.some(([r, s]) => side(p, q, r) !== side(p, q, s) && side(r, s, p) !== side(r, s, q)),
  );
}

/** On which side of the line from `a` to `b` a point lies. */
function side(a: Point, b: Point, point: Point): number {
  return Math.sign((b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x));
}
