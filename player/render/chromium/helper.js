// The helper lives in an isolated world of the page: the page's own scripts are
// switched off, and would not see it. It builds the tree that it is told,
// measures it and reads its text. See tree.go for the program that it runs.
//
// Pages can give their fields names such as "children" or "setAttribute", which
// then hide the functions and properties of forms and documents. So nothing is
// asked of a node itself: everything goes through the prototypes.
(() => {
'use strict';

const free = f => Function.prototype.call.bind(f);
const method = (type, name) => free(type.prototype[name]);
const reader = (type, name) => free(Object.getOwnPropertyDescriptor(type.prototype, name).get);
const writer = (type, name) => free(Object.getOwnPropertyDescriptor(type.prototype, name).set);

const createElementNS = method(Document, 'createElementNS');
const createTextNode = method(Document, 'createTextNode');
const openDocument = method(Document, 'open');
const writeDocument = method(Document, 'write');
const closeDocument = method(Document, 'close');
const documentElement = reader(Document, 'documentElement');
const body = reader(Document, 'body');
const defaultView = reader(Document, 'defaultView');
const scroller = reader(Document, 'scrollingElement');
const fontsOf = reader(Document, 'fonts');
const activeElement = reader(Document, 'activeElement');
const allInDocument = method(Document, 'querySelectorAll');
const adoptInShadow = writer(ShadowRoot, 'adoptedStyleSheets');
const setDocumentSheets = writer(Document, 'adoptedStyleSheets');

const insertBefore = method(Node, 'insertBefore');
const removeChild = method(Node, 'removeChild');
const parentNode = reader(Node, 'parentNode');
const ownerDocument = reader(Node, 'ownerDocument');
const firstChild = reader(Node, 'firstChild');
const nextSibling = reader(Node, 'nextSibling');
const nodeType = reader(Node, 'nodeType');
const isConnected = reader(Node, 'isConnected');
const setText = writer(Node, 'textContent');
const setData = writer(CharacterData, 'data');

const setAttribute = method(Element, 'setAttribute');
const setAttributeNS = method(Element, 'setAttributeNS');
const removeAttribute = method(Element, 'removeAttribute');
const removeAttributeNS = method(Element, 'removeAttributeNS');
const attachShadow = method(Element, 'attachShadow');
const shadowRoot = reader(Element, 'shadowRoot');
const localName = reader(Element, 'localName');
const boundingRect = method(Element, 'getBoundingClientRect');
const clientRects = method(Element, 'getClientRects');
const clientLeft = reader(Element, 'clientLeft');
const clientTop = reader(Element, 'clientTop');
const clientWidth = reader(Element, 'clientWidth');
const clientHeight = reader(Element, 'clientHeight');
const scrollWidth = reader(Element, 'scrollWidth');
const scrollHeight = reader(Element, 'scrollHeight');
const setScrollLeft = writer(Element, 'scrollLeft');
const setScrollTop = writer(Element, 'scrollTop');
const innerText = reader(HTMLElement, 'innerText');
const focusElement = method(HTMLElement, 'focus');
const blurElement = method(HTMLElement, 'blur');
const contentDocument = reader(HTMLIFrameElement, 'contentDocument');
const frameDocument = reader(HTMLFrameElement, 'contentDocument');
const styleOf = getComputedStyle;

const HTML = 'http://www.w3.org/1999/xhtml';
const SVG = 'http://www.w3.org/2000/svg';
const MATH = 'http://www.w3.org/1998/Math/MathML';
const XLINK = 'http://www.w3.org/1999/xlink';
const spaces = [HTML, SVG, MATH];

const ELEMENT = 1, TEXT = 2, UP = 3, INTO = 4, REMOVE = 5, DATA = 6, SET = 7, UNSET = 8, FILL = 9, VALUE = 10,
  CHECKED = 11, SCROLL = 12, FOCUS = 13, FRAME = 14, SHEET = 15, ADOPT = 16, MODAL = 17, RESET = 18;
const IN_SHADOW = 1, HOST = 2;

const nodes = new Map();   // by handle
const handles = new WeakMap();
const sheets = new Map();  // texts of constructed sheets, by key
let base = '';             // the sheet that every tree has
let shell = '';            // what an empty document is written from
let fed = [];              // pieces of the next program

function keep(handle, node) { nodes.set(handle, node); handles.set(node, handle); }

function tree(host) { return nodeType(host) === 1 ? shadowRoot(host) || host : host; }

// place puts a node where the innermost open insertion point is.
function place(stack, node, inShadow) {
  const top = stack[stack.length - 1];
  const parent = inShadow ? tree(top.node) : top.node;
  try { insertBefore(parent, node, top.before && parentNode(top.before) === parent ? top.before : null); }
  catch { /* what cannot stand there is left out */ }
}

function attribute(e, name, value) {
  try {
    if (name.startsWith('xlink:')) setAttributeNS(e, XLINK, name, value);
    else setAttribute(e, name, value);
  } catch { /* a name that no page can have */ }
}

function element(doc, space, tag) {
  try { return createElementNS(doc, spaces[space], tag); } catch { return createElementNS(doc, HTML, 'span'); }
}

// blank empties a document and sets its mode. What is written is a constant.
function blank(doc, quirks) {
  openDocument(doc);
  writeDocument(doc, (quirks ? '' : '<!DOCTYPE html>') + shell);
  closeDocument(doc);
  const root = documentElement(doc);
  if (root) removeChild(doc, root);
  dress(doc, []);
}

function frameOf(e) {
  try { return localName(e) === 'frame' ? frameDocument(e) : contentDocument(e); } catch { return null; }
}

// dress gives a document or shadow tree its constructed sheets, and the sheet
// that stops all motion.
function dress(root, texts) {
  const doc = nodeType(root) === 9 ? root : ownerDocument(root);
  const view = defaultView(doc);
  const make = text => { const s = new view.CSSStyleSheet(); s.replaceSync(text); return s; };
  const list = [base, ...texts].map(make);
  if (nodeType(root) === 9) setDocumentSheets(root, list); else adoptInShadow(root, list);
}

function enter(handle, before) { return { node: nodes.get(handle), before: before ? nodes.get(before) : null }; }

function documentOf(node) { return nodeType(node) === 9 ? node : ownerDocument(node); }

// run executes a program: a flat list of numbers and strings.
function run(p) {
  const stack = [], late = [];
  for (let i = 0; i < p.length;) {
    switch (p[i++]) {
    case ELEMENT: {
      const handle = p[i++], space = p[i++], tag = p[i++], flags = p[i++], n = p[i++];
      const e = element(documentOf(stack[0].node), space, tag);
      for (let k = 0; k < n; k++, i += 2) attribute(e, p[i], p[i + 1]);
      keep(handle, e);
      if (flags & HOST) { try { dress(attachShadow(e, { mode: 'open' }), []); } catch { /* not a host */ } }
      stack.push({ node: e, before: null, shadow: flags & IN_SHADOW });
      break;
    }
    case TEXT: {
      const handle = p[i++], flags = p[i++], t = createTextNode(documentOf(stack[0].node), p[i++]);
      keep(handle, t);
      place(stack, t, flags & IN_SHADOW);
      break;
    }
    case UP: {
      const { node, shadow } = stack.pop();
      if (stack.length) place(stack, node, shadow);
      break;
    }
    case INTO: {
      stack.length = 0;
      stack.push(enter(p[i++], p[i++]));
      break;
    }
    case REMOVE: {
      const n = nodes.get(p[i++]), parent = parentNode(n);
      if (parent) removeChild(parent, n);
      break;
    }
    case DATA: setData(nodes.get(p[i++]), p[i++]); break;
    case SET: attribute(nodes.get(p[i++]), p[i++], p[i++]); break;
    case UNSET: {
      const e = nodes.get(p[i++]), name = p[i++];
      if (name.startsWith('xlink:')) removeAttributeNS(e, XLINK, name.slice(6)); else removeAttribute(e, name);
      break;
    }
    case FILL: setText(nodes.get(p[i++]), p[i++]); break;
    case VALUE: value(nodes.get(p[i++]), p[i++]); break;
    case CHECKED: checked(nodes.get(p[i++]), p[i++] === 1); break;
    case SCROLL: late.push([nodes.get(p[i++]), p[i++], p[i++]]); break;
    case FOCUS: focus(nodes.get(p[i++])); break;
    case FRAME: {
      const d = frameOf(nodes.get(p[i++])), handle = p[i++], quirks = p[i++] === 1;
      // Without a document, what belongs into it is built where nobody sees it.
      keep(handle, d || new DocumentFragment());
      if (d) blank(d, quirks);
      break;
    }
    case SHEET: sheets.set(p[i++], p[i++]); break;
    case ADOPT: {
      const host = nodes.get(p[i++]), n = p[i++], keys = p.slice(i, i += n);
      try { dress(tree(host), keys.map(k => sheets.get(k) ?? '')); } catch { /* not a host */ }
      break;
    }
    case MODAL: try { HTMLDialogElement.prototype.showModal.call(nodes.get(p[i++])); } catch { /* already open */ } break;
    case RESET: {
      nodes.clear();
      sheets.clear();
      blank(document, p[i + 1] === 1);
      keep(p[i], document);
      i += 2;
      break;
    }
    default: throw new Error('bad program at ' + (i - 1));
    }
  }
  for (const [n, x, y] of late) scroll(n, x, y);
}

function scroll(n, x, y) {
  if (nodeType(n) === 9) defaultView(n)?.scrollTo({ left: x, top: y, behavior: 'instant' });
  else if (nodeType(n) === 1) { setScrollLeft(n, x); setScrollTop(n, y); }
}

const setInputValue = writer(HTMLInputElement, 'value');
const setInputChecked = writer(HTMLInputElement, 'checked');
const setAreaValue = writer(HTMLTextAreaElement, 'value');
const setSelectValue = writer(HTMLSelectElement, 'value');
const setSelected = writer(HTMLOptionElement, 'selected');

// A value that a field does not take leaves it as it is: an unknown date, a
// file name.
function value(e, text) {
  try {
    switch (localName(e)) {
    case 'input': setInputValue(e, text); break;
    case 'textarea': setAreaValue(e, text); break;
    case 'select': setSelectValue(e, text); break;
    }
  } catch { /* see above */ }
}

function checked(e, on) {
  try { localName(e) === 'option' ? setSelected(e, on) : setInputChecked(e, on); } catch { /* no box */ }
}

function focus(e) {
  try {
    if (e) focusElement(e, { preventScroll: true });
    else if (activeElement(document)) blurElement(activeElement(document));
  } catch { /* what cannot have it */ }
}

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

globalThis.hindsite = {
  setUp(sheet, empty) { base = sheet; shell = empty; },
  feed(piece, first) { if (first) fed = []; fed.push(piece); },
  run(gone) {
    const program = fed.join('');
    fed = [];
    run(JSON.parse(program));
    for (const h of gone) nodes.delete(h);
  },
  async page(boxed) { await settle(); const p = page(); if (boxed) p.boxes = boxes(); return p; },
  text() { return text(); },
  chain(handle) {
    const list = [];
    for (let n = nodes.get(handle); n; n = parentNode(n) ?? n.host) if (nodeType(n) === 1) list.push(n);
    return list;
  },
};

// --- boxes ---

const FIXED = 1, THROUGH = 2;

function boxes() {
  const out = [];
  walk(document, { x: scrollX, y: scrollY, fixed: false, clip: null }, out);
  return pack(out);
}

function walk(doc, o, out) {
  for (const e of allInDocument(doc, '*')) {
    const h = handles.get(e);
    if (h === undefined || clientRects(e).length === 0) continue;
    const r = boundingRect(e);
    out.push([h, r.x + o.x, r.y + o.y, r.width, r.height, 0, 0, 0, 0, 0]);
  }
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

// --- text ---

function text() {
  const e = body(document) ?? documentElement(document);
  return e && e instanceof HTMLElement ? innerText(e) : '';
}
})();
