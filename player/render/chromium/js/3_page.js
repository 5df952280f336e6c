// The page as a whole.

// documents calls visit for the page's document and those of its frames.
function documents(visit) {
  const go = (doc, depth) => {
    visit(doc);
    if (depth > 6) return;
    for (const f of allInDocument(doc, 'iframe, frame')) {
      const d = frameOf(f);
      if (d && handles.has(d)) go(d, depth + 1);
    }
  };
  go(document, 0);
}

const decode = method(HTMLImageElement, 'decode');
const complete = reader(HTMLImageElement, 'complete');

// settle waits until pictures and fonts are there: all are data: addresses.
async function settle() {
  const waits = [];
  documents(doc => {
    for (const i of allInDocument(doc, 'img')) if (!complete(i)) waits.push(decode(i).catch(() => {}));
    if (fontsOf(doc).status === 'loading') waits.push(fontsOf(doc).ready);
  });
  await Promise.all(waits);
}

function page() {
  const e = scroller(document) ?? documentElement(document), v = defaultView(document);
  if (!e) return { width: v.innerWidth, height: v.innerHeight, x: 0, y: 0, ground: '' };
  return {
    width: Math.max(scrollWidth(e), v.innerWidth), height: Math.max(scrollHeight(e), v.innerHeight),
    x: v.scrollX, y: v.scrollY, ground: ground(),
  };
}

// ground returns the colour of the canvas behind the page (CSS Backgrounds 3,
// 2.11.2): that of the root element, or else of the body.
function ground() {
  for (const e of [documentElement(document), body(document)]) {
    const c = e ? styleOf(e).backgroundColor : '';
    if (c && c !== 'rgba(0, 0, 0, 0)' && c !== 'transparent') return c;
  }
  return '';
}

const hitInDocument = method(Document, 'elementFromPoint');
const hitInShadow = method(ShadowRoot, 'elementFromPoint');
const hostOf = reader(ShadowRoot, 'host');
const frameElement = doc => { try { return defaultView(doc).frameElement; } catch { return null; } };

// above returns what a node stands in, across shadow trees and frames.
function above(n) {
  if (nodeType(n) === 9) return frameElement(n);
  return parentNode(n) ?? (nodeType(n) === 11 ? hostOf(n) : null);
}

// origin returns where the viewport of a document is in that of the page.
function origin(doc) {
  let x = 0, y = 0;
  for (let f = frameElement(doc); f; f = frameElement(ownerDocument(f))) {
    const r = boundingRect(f), s = styleOf(f);
    x += r.x + parseFloat(s.borderLeftWidth) + parseFloat(s.paddingLeft);
    y += r.y + parseFloat(s.borderTopWidth) + parseFloat(s.paddingTop);
  }
  return [x, y];
}

// hit returns the innermost element at a place of the viewport.
function hit(x, y) {
  let e = hitInDocument(document, x, y);
  for (let i = 0; e && i < 32; i++) {
    const doc = localName(e) === 'iframe' || localName(e) === 'frame' ? frameOf(e) : null;
    const [dx, dy] = origin(doc ?? ownerDocument(e));
    let inner = null;
    if (doc) inner = hitInDocument(doc, x - dx, y - dy);
    else if (shadowRoot(e)) inner = hitInShadow(shadowRoot(e), x - dx, y - dy);
    if (!inner || inner === e) break;
    e = inner;
  }
  return e;
}

// spot returns a place of the viewport at which an element is hit, or its middle
// when there is none.
function spot(e) {
  const [dx, dy] = origin(ownerDocument(e));
  const middle = r => [r.x + r.width / 2 + dx, r.y + r.height / 2 + dy];
  for (const r of [...clientRects(e)].slice(0, 8)) {
    for (const fx of [0.5, 0.1, 0.9, 0.3, 0.7]) for (const fy of [0.5, 0.1, 0.9, 0.3, 0.7]) {
      const x = r.x + r.width * fx + dx, y = r.y + r.height * fy + dy;
      for (let n = hit(x, y); n; n = above(n)) if (n === e) return [x, y];
    }
  }
  return middle(boundingRect(e));
}
