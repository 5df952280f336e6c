// Building. See program.go for who writes programs.

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
