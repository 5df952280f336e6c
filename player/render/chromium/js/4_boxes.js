// Boxes in the order of painting (CSS 2.2, appendix E), with what of them is
// seen.

const FIXED = 1, THROUGH = 2;

// A layer is painted as one: a stacking context, or what is painted like one.
// Only contexts have lists for positioned descendants.
function layer(context) {
  const l = { own: null, ground: [], blocks: [], floats: [], inlines: [], context: null, below: [], level: [], above: [] };
  l.context = context ?? l;
  return l;
}

function flatten(l, out) {
  if (l.own) out.push(l.own);
  const byZ = list => list.sort((a, b) => a.z - b.z).forEach(x => flatten(x.layer, out));
  for (const g of l.ground) out.push(g);
  byZ(l.below);
  for (const b of l.blocks) out.push(b);
  for (const f of l.floats) flatten(f, out);
  for (const i of l.inlines) i.inlines ? flatten(i, out) : out.push(i);
  for (const x of l.level) flatten(x.layer, out);
  byZ(l.above);
}

function boxes() {
  const top = layer(null), out = [];
  const root = documentElement(document), view = defaultView(document);
  const at = { dx: view.scrollX, dy: view.scrollY, flow: everything, abs: everything, fix: everything, fixed: false, framed: false, item: false, depth: 0 };
  if (root) visit(root, top, at);
  flatten(top, out);
  return pack(out);
}

// Clips are rectangles of the page: left, top, right, bottom.
const everything = [-1e9, -1e9, 1e9, 1e9];

function cut(a, b) { return [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]; }

// visit adds the box of an element and what is in it to a layer. At is where the
// element's document is on the page, and what clips what is in it.
function visit(e, into, at) {
  const s = styleOf(e), display = s.display;
  if (display === 'none') return;
  if (display === 'contents') { children(e, into, { ...at }, at.item); return; }
  const r = boundingRect(e), h = handles.get(e);
  if (r.width === 0 && r.height === 0 && clientRects(e).length === 0 && localName(e) !== 'defs') return;
  const position = s.position, floats = s.float !== 'none' && position !== 'absolute' && position !== 'fixed';
  const holds = containsFixed(s);
  const clip = clipOf(e, s, r, at, position);
  const fixed = at.fixed || position === 'fixed' && !at.holds;
  const own = h === undefined ? null : boxOf(h, r, at, clip, s, fixed);

  const z = s.zIndex, numbered = z !== 'auto' && (position !== 'static' || at.item);
  const context = numbered || holds || position === 'fixed' || position === 'sticky' || stacks(s);
  let inner = into;
  if (context || position !== 'static') {
    inner = layer(context ? null : into.context);
    const list = !numbered || +z === 0 ? into.context.level : +z < 0 ? into.context.below : into.context.above;
    list.push({ z: numbered ? +z : 0, layer: inner });
    inner.own = own;
  } else if (floats) {
    into.floats.push(inner = layer(into.context));
    inner.own = own;
  } else if (at.item || display.startsWith('inline-') || localName(e) === 'svg' || localName(e) === 'iframe') {
    into.inlines.push(inner = layer(into.context));
    inner.own = own;
  } else if (own && (e === documentElement(ownerDocument(e)) || e === body(ownerDocument(e)))) {
    // Their background is that of the canvas, below even what is behind.
    into.ground.push(own);
  } else if (own) {
    (display === 'inline' ? into.inlines : into.blocks).push(own);
  }
  const flow = overflow(e, s, r, at, clip, display);
  const positioned = position !== 'static' || holds;
  const below = { ...at, flow, abs: positioned ? flow : at.abs, fix: holds ? flow : at.fix, fixed, holds: at.holds || holds, depth: at.depth };
  children(e, inner, below, display.endsWith('flex') || display.endsWith('grid'));
  frame(e, s, r, inner, below, clip);
}

function boxOf(handle, r, at, clip, s, fixed) {
  const x = r.x + at.dx, y = r.y + at.dy;
  let seen = [0, 0, 0, 0];
  if (s.visibility === 'visible') {
    const c = cut([x, y, x + r.width, y + r.height], clip);
    if (c[2] > c[0] && c[3] > c[1]) seen = [c[0], c[1], c[2] - c[0], c[3] - c[1]];
  }
  return [handle, x, y, r.width, r.height, ...seen, (fixed ? FIXED : 0) | (s.pointerEvents === 'none' ? THROUGH : 0)];
}

// containsFixed reports whether an element holds even what is fixed.
function containsFixed(s) {
  return s.transform !== 'none' || s.filter !== 'none' || s.perspective !== 'none' || s.translate !== 'none' || s.rotate !== 'none' || s.scale !== 'none' ||
    s.backdropFilter !== 'none' || /paint|layout|strict|content/.test(s.contain) || /transform|filter|perspective/.test(s.willChange);
}

// stacks reports whether an element is a stacking context for other reasons than
// its position.
function stacks(s) {
  return s.opacity !== '1' || s.isolation === 'isolate' || s.mixBlendMode !== 'normal' || s.clipPath !== 'none' || /opacity|z-index|position/.test(s.willChange);
}

// clipOf returns what clips an element itself: what its containing blocks show,
// and what it shows of itself.
function clipOf(e, s, r, at, position) {
  let c = position === 'fixed' ? at.fix : position === 'absolute' ? at.abs : at.flow;
  const x = r.x + at.dx, y = r.y + at.dy;
  if (position === 'absolute' || position === 'fixed') {
    const m = /^rect\((.+)\)$/.exec(s.clip);
    if (m) {
      const [top, right, bottom, left] = m[1].split(/,\s*|\s+/).map(v => v === 'auto' ? NaN : parseFloat(v));
      const or = (v, otherwise) => Number.isNaN(v) ? otherwise : v;
      c = cut(c, [x + or(left, -1e9), y + or(top, -1e9), x + or(right, 1e9), y + or(bottom, 1e9)]);
    }
  }
  const m = /^inset\(([^)r]+)/.exec(s.clipPath);
  if (m) {
    const v = m[1].trim().split(/\s+/), side = (i, length) => v[i].endsWith('%') ? parseFloat(v[i]) / 100 * length : parseFloat(v[i]) || 0;
    const right = v.length > 1 ? 1 : 0, bottom = v.length > 2 ? 2 : 0, left = v.length > 3 ? 3 : right;
    c = cut(c, [x + side(left, r.width), y + side(0, r.height), x + r.width - side(right, r.width), y + r.height - side(bottom, r.height)]);
  }
  return c;
}

// overflow returns what clips the content of an element.
function overflow(e, s, r, at, clip, display) {
  const hideX = s.overflowX !== 'visible', hideY = s.overflowY !== 'visible';
  if (!hideX && !hideY || display === 'inline' || toViewport(e)) return clip;
  const x = r.x + at.dx, y = r.y + at.dy, edge = name => parseFloat(s[name]) || 0;
  const c = [...everything];
  if (hideX) { c[0] = x + edge('borderLeftWidth'); c[2] = x + r.width - edge('borderRightWidth'); }
  if (hideY) { c[1] = y + edge('borderTopWidth'); c[3] = y + r.height - edge('borderBottomWidth'); }
  return cut(clip, c);
}

// toViewport reports whether the overflow of an element is that of the viewport
// (CSS Overflow 3, 3.3).
function toViewport(e) {
  const doc = ownerDocument(e), root = documentElement(doc);
  if (e === root) return true;
  return e === body(doc) && parentNode(e) === root && styleOf(root).overflowX === 'visible' && styleOf(root).overflowY === 'visible';
}

const assigned = method(HTMLSlotElement, 'assignedNodes');

function children(e, into, at, item) {
  at.item = item;
  let list = null;
  if (localName(e) === 'slot') { try { list = assigned(e); } catch { /* not in a shadow tree */ } }
  if (list && list.length > 0) {
    for (const c of list) if (nodeType(c) === 1) visit(c, into, at);
    return;
  }
  for (let c = firstChild(shadowRoot(e) ?? e); c; c = nextSibling(c)) if (nodeType(c) === 1) visit(c, into, at);
}

// frame adds what is in a frame, behind the box of the frame.
function frame(e, s, r, into, at, clip) {
  const name = localName(e);
  if (name !== 'iframe' && name !== 'frame' || at.depth > 6) return;
  const doc = frameOf(e);
  if (!doc || !handles.has(doc) || !documentElement(doc)) return;
  const edge = n => parseFloat(s[n]) || 0;
  const x = r.x + at.dx + edge('borderLeftWidth') + edge('paddingLeft'), y = r.y + at.dy + edge('borderTopWidth') + edge('paddingTop');
  const view = defaultView(doc);
  let shown = cut(clip, [x, y, x + view.innerWidth, y + view.innerHeight]);
  if (s.visibility !== 'visible') shown = [0, 0, 0, 0];
  const inner = layer(null);
  into.inlines.push(inner);
  visit(documentElement(doc), inner, { dx: x, dy: y, flow: shown, abs: shown, fix: shown, fixed: at.fixed, holds: true, item: false, depth: at.depth + 1 });
}

// pack makes base64 of boxes: ten little-endian words each, the first and the
// last whole numbers, the others floats.
function pack(list) {
  const view = new DataView(new ArrayBuffer(list.length * 40));
  let at = 0;
  for (const b of list) {
    view.setUint32(at, b[0], true);
    for (let k = 1; k < 9; k++) view.setFloat32(at + 4 * k, b[k], true);
    view.setUint32(at + 36, b[9], true);
    at += 40;
  }
  const bytes = new Uint8Array(view.buffer);
  if (bytes.toBase64) return bytes.toBase64();
  let s = '';
  for (let i = 0; i < bytes.length; i += 0x8000) s += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(s);
}
