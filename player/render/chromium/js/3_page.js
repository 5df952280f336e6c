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
