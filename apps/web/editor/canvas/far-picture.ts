/**
 * Owns painting a large workflow from far away on one canvas: grounds and bars of loops, lines, flat boxes, names; and
 * which node lies at a point of it. Of two thousand nodes none costs an element then. Pure but for the pen it is given.
 */
import { visibleText } from '../../ui/odd-characters.ts';
import { END, type Scene, type SceneEdge, type SceneNode, START } from '../scene/scene.ts';
import { DOT_X } from './flow.ts';

interface Point {
  x: number;
  y: number;
}

/** A line from port to port, told from the corners of its nodes. */
interface FarLine {
  source: string;
  target: string;
  from: Point;
  to: Point;
  returns: boolean;
}

export interface FarPicture {
  loops: readonly SceneNode[];
  steps: readonly SceneNode[];
  notes: readonly SceneNode[];
  lines: readonly FarLine[];
}

export interface FarLook {
  /** Corner of a node on the canvas, also while it is being dragged. */
  cornerOf(id: string): Point | undefined;
  selected: ReadonlySet<string>;
  /** By the worst that is said of them. */
  severityOf(id: string): string | undefined;
  /** 0 to 1 in the shown run; null: nothing to tell. */
  doneOf(node: SceneNode): number | null;
  /** Elements stand there: they show the rest of themselves. */
  mounted: ReadonlySet<string>;
  color(token: FarToken): string;
}

export type FarToken =
  | 'bg'
  | 'surface'
  | 'line2'
  | 'ink'
  | 'ink2'
  | 'accent'
  | 'accent-soft'
  | 'accent-line'
  | 'failed'
  | 'warn'
  | 'warn-soft'
  | 'warn-line'
  | 'cell-completed'
  | 'sans';

export interface FarView {
  x: number;
  y: number;
  zoom: number;
  width: number;
  height: number;
}

/** Below it, only loops have names: no more than a few letters of others would have room. */
const NAMES_OF_STEPS = 0.25;
const RADIUS = 10;
/** On the screen, whatever the zoom is. */
const NAME_PX = 11;
const STEP_NAME_PX = 9;
/** From here on a name stands where its element has it. */
const AS_BUILT = 0.5;

export function farPicture(scene: Scene): FarPicture {
  const byId = new Map(scene.nodes.map((one) => [one.id, one]));
  const lines = scene.edges.flatMap((edge) => {
    const source = byId.get(edge.source);
    const target = byId.get(edge.target);
    return source === undefined || target === undefined ? [] : [lineOf(edge, source, target)];
  });
  return {
    loops: scene.nodes.filter((one) => one.kind === 'loop'),
    steps: scene.nodes.filter((one) => one.kind === 'step'),
    notes: scene.nodes.filter((one) => one.kind === 'note'),
    lines,
  };
}

function lineOf(edge: SceneEdge, source: SceneNode, target: SceneNode): FarLine {
  const named = (handle: string): string | null => {
    const name = handle.slice(handle.indexOf(':') + 1);
    return name === '' ? null : name;
  };
  const port = (ports: SceneNode['inputs'], handle: string): number =>
    (ports.find((one) => one.name === named(handle)) ?? ports[0])?.y ?? 0;
  return {
    source: edge.source,
    target: edge.target,
    from:
      edge.sourceHandle === START
        ? { x: DOT_X, y: source.loop?.port ?? 0 }
        : { x: source.width, y: port(source.outputs, edge.sourceHandle) },
    to:
      edge.targetHandle === END
        ? { x: target.width - DOT_X, y: target.loop?.port ?? 0 }
        : { x: 0, y: port(target.inputs, edge.targetHandle) },
    returns: edge.kind === 'return',
  };
}

interface Seen {
  node: SceneNode;
  x: number;
  y: number;
}

export function paintFar(
  pen: CanvasRenderingContext2D,
  picture: FarPicture,
  view: FarView,
  look: FarLook,
  scale: number,
): void {
  const { zoom } = view;
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, view.width, view.height);
  pen.setTransform(scale * zoom, 0, 0, scale * zoom, scale * view.x, scale * view.y);
  const left = -view.x / zoom;
  const top = -view.y / zoom;
  const right = left + view.width / zoom;
  const bottom = top + view.height / zoom;
  const seen = (nodes: readonly SceneNode[]): Seen[] =>
    nodes.flatMap((node) => {
      const at = look.cornerOf(node.id);
      if (at === undefined || at.x > right || at.y > bottom) return [];
      return at.x + node.width < left || at.y + node.height < top ? [] : [{ node, x: at.x, y: at.y }];
    });
  const loops = seen(picture.loops);
  paintLoops(pen, loops, look);
  pen.beginPath();
  for (const { source, target, from, to, returns } of picture.lines) {
    const a = look.cornerOf(source);
    const b = look.cornerOf(target);
    if (a === undefined || b === undefined) continue;
    const x1 = a.x + from.x;
    const y1 = a.y + from.y;
    const x2 = b.x + to.x;
    const y2 = b.y + to.y;
    if (Math.min(x1, x2) > right || Math.max(x1, x2) < left) continue;
    if (Math.min(y1, y2) > bottom || Math.max(y1, y2) < top) continue;
    pen.moveTo(x1, y1);
    const floor = Math.max(y1, y2) + 70;
    if (returns)
      for (const [x, y] of [
        [x1 + 22, y1],
        [x1 + 22, floor],
        [x2 - 22, floor],
        [x2 - 22, y2],
      ] as const)
        pen.lineTo(x, y);
    const bend = x2 > x1 ? Math.max(14, (x2 - x1) / 2) : Math.min(180, 40 + (x1 - x2) / 3);
    if (returns || y1 === y2) pen.lineTo(x2, y2);
    else pen.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
  }
  pen.lineWidth = Math.max(2, 1 / zoom);
  pen.strokeStyle = look.color('line2');
  pen.stroke();
  boxes(pen, seen(picture.notes), look.color('warn-soft'), look.color('warn-line'), 1);
  const steps = seen(picture.steps);
  paintSteps(pen, steps, look, zoom);
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  if (zoom >= NAMES_OF_STEPS) nameSteps(pen, steps, look, view);
  nameLoops(pen, loops, look, view);
}

function paintLoops(pen: CanvasRenderingContext2D, loops: readonly Seen[], look: FarLook): void {
  const soft = look.color('accent-soft');
  const line = look.color('accent-line');
  const accent = look.color('accent');
  for (const { node, x, y } of loops) {
    const { width, height, loop, depth } = node;
    if (loop?.folded === true || depth === 0) {
      pen.globalAlpha = loop?.folded === true ? 1 : 0.45;
      pen.fillStyle = loop?.folded === true ? look.color('surface') : soft;
      pen.fillRect(x, y, width, height);
      pen.globalAlpha = 1;
    }
    pen.fillStyle = line;
    pen.fillRect(x, y - 1, width, 2);
    pen.fillRect(x, y + height - 1, width, 2);
    pen.fillStyle = accent;
    for (const [at, thick] of [
      [x, 6],
      [x + 9, 2],
      [x + width - 6, 6],
      [x + width - 11, 2],
    ] as const)
      pen.fillRect(at, y, thick, height);
    if (loop !== null && !loop.folded && loop.returns !== null) {
      const floor = y + height - 30;
      pen.beginPath();
      pen.moveTo(x + width - 19.5, y + loop.port + 21);
      pen.lineTo(x + width - 19.5, floor);
      pen.lineTo(x + 19.5, floor);
      pen.lineTo(x + 19.5, y + loop.port + 29);
      pen.lineWidth = 2;
      pen.strokeStyle = accent;
      pen.stroke();
    }
    if (look.selected.has(node.id)) {
      pen.lineWidth = 3;
      pen.strokeStyle = look.color('ink');
      pen.strokeRect(x - 2, y - 2, width + 4, height + 4);
    }
  }
}

/** One path for all of a colour: a thousand boxes are two calls. */
function boxes(pen: CanvasRenderingContext2D, all: readonly Seen[], fill: string, stroke: string, width: number): void {
  if (all.length === 0) return;
  pen.beginPath();
  for (const { node, x, y } of all) pen.roundRect(x, y, node.width, node.height, RADIUS);
  pen.fillStyle = fill;
  pen.fill();
  pen.lineWidth = width;
  pen.strokeStyle = stroke;
  pen.stroke();
}

function paintSteps(pen: CanvasRenderingContext2D, steps: readonly Seen[], look: FarLook, zoom: number): void {
  const groups: Record<'plain' | 'error' | 'warning' | 'selected', Seen[]> = {
    plain: [],
    error: [],
    warning: [],
    selected: [],
  };
  for (const one of steps) {
    const severity = look.severityOf(one.node.id);
    if (look.selected.has(one.node.id)) groups.selected.push(one);
    else groups[severity === 'error' || severity === 'warning' ? severity : 'plain'].push(one);
  }
  const surface = look.color('surface');
  // A line is never thinner than can be seen.
  const thin = Math.max(1, 0.6 / zoom);
  boxes(pen, groups.plain, surface, look.color('line2'), thin);
  boxes(pen, groups.warning, surface, look.color('warn'), thin);
  boxes(pen, groups.error, surface, look.color('failed'), thin);
  boxes(pen, groups.selected, surface, look.color('ink'), 2 * thin);
  pen.fillStyle = look.color('cell-completed');
  for (const { node, x, y } of steps) {
    const done = look.doneOf(node);
    if (done !== null) pen.fillRect(x + 9, y + node.height - 5, (node.width - 18) * done, 5);
  }
}

/** Measuring each name would cost more than all the boxes: a letter of Geist is about 0.56 of its size wide. */
function short(name: string, width: number, size: number): string {
  const most = Math.max(1, Math.floor(width / (0.56 * size)));
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}

function nameSteps(
  pen: CanvasRenderingContext2D,
  steps: readonly Seen[],
  look: FarLook,
  { zoom, x: dx, y: dy }: FarView,
): void {
  const isBuilt = zoom >= AS_BUILT;
  const size = isBuilt ? 13 * zoom : STEP_NAME_PX;
  pen.font = `600 ${size}px ${look.color('sans')}`;
  pen.fillStyle = look.color(isBuilt ? 'ink' : 'ink2');
  pen.textBaseline = 'middle';
  for (const { node, x, y } of steps) {
    if (look.mounted.has(node.id)) continue;
    const inset = isBuilt ? 48 * zoom : 4;
    const name = short(visibleText(node.node.title ?? node.id), node.width * zoom - inset - 4, size);
    pen.fillText(name, x * zoom + dx + inset, y * zoom + dy + (isBuilt ? 17 : node.height / 2) * zoom);
  }
}

/** They keep their size on the screen, as long as the loop is wide enough for one. */
function nameLoops(
  pen: CanvasRenderingContext2D,
  loops: readonly Seen[],
  look: FarLook,
  { zoom, x: dx, y: dy }: FarView,
): void {
  pen.font = `600 ${NAME_PX}px ${look.color('sans')}`;
  pen.fillStyle = look.color('accent');
  pen.textBaseline = 'top';
  for (const { node, x, y } of loops) {
    const room = node.width * zoom - 20 * zoom - 12;
    if (room < 40 || node.height * zoom < 24 || look.mounted.has(node.id)) continue;
    const name = short(visibleText(node.node.title ?? node.id), room, NAME_PX);
    pen.fillText(name, (x + 16) * zoom + dx + 4, y * zoom + dy + Math.max(3, 12 * zoom));
  }
}

/** What a pointer means: the uppermost step, else the innermost loop by its bars or its head. */
export function farNodeAt(
  picture: FarPicture,
  { x, y }: Point,
  cornerOf: (id: string) => Point | undefined,
): string | null {
  const isIn = (node: SceneNode): Point | null => {
    const at = cornerOf(node.id);
    if (at === undefined || x < at.x || y < at.y) return null;
    return x > at.x + node.width || y > at.y + node.height ? null : { x: x - at.x, y: y - at.y };
  };
  for (const node of picture.notes) if (isIn(node) !== null) return node.id;
  const step = picture.steps.findLast((node) => isIn(node) !== null);
  if (step !== undefined) return step.id;
  for (const node of picture.loops.toReversed()) {
    const inside = isIn(node);
    if (inside === null || node.loop === null) continue;
    const { folded, header, inside: held } = node.loop;
    const isGrip = folded || held === 0 || inside.y <= header || inside.x <= 16 || inside.x >= node.width - 16;
    if (isGrip) return node.id;
  }
  return null;
}
