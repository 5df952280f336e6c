// Text: what innerText says, with the documents of frames and the trees of
// shadow hosts in their places, which innerText leaves out. A mark is put before
// each of them for as long as the text is read.

const BEGIN = '\ufdd0', END = '\ufdd1'; // no characters: no text has them
const allInTree = method(DocumentFragment, 'querySelectorAll');

function text() { return textOfDocument(document, 0); }

function textOfDocument(doc, depth) {
  const e = body(doc) ?? documentElement(doc);
  return e ? marked(allInDocument(doc, '*'), () => textOf(e), depth) : '';
}

function textOf(e) {
  try { return innerText(e); } catch { return ''; } // only elements of HTML have it
}

function marked(all, read, depth) {
  const marks = [], inner = [];
  if (depth <= 6) {
    for (const e of all) {
      const doc = localName(e) === 'iframe' || localName(e) === 'frame' ? frameOf(e) : null;
      const tree = shadowRoot(e);
      if (doc && handles.has(doc)) inner.push([e, () => '\n' + textOfDocument(doc, depth + 1) + '\n']);
      else if (tree) inner.push([e, () => textOfTree(tree, depth + 1)]);
    }
  }
  try {
    for (const [i, [e]] of inner.entries()) {
      const m = createTextNode(ownerDocument(e), BEGIN + i + END);
      insertBefore(parentNode(e), m, e);
      marks.push(m);
    }
    const all = read();
    return inner.length === 0 ? all : all.replace(/\ufdd0(\d+)\ufdd1/g, (_, i) => inner[i]?.[1]() ?? '');
  } finally {
    for (const m of marks) removeChild(parentNode(m), m);
  }
}

function textOfTree(tree, depth) {
  return marked(allInTree(tree, '*'), () => {
    let out = '';
    for (let n = firstChild(tree); n; n = nextSibling(n)) {
      if (nodeType(n) === 3) out += data(n);
      if (nodeType(n) !== 1 || styleOf(n).display === 'none') continue;
      const t = textOf(n);
      out += styleOf(n).display.startsWith('inline') ? t : '\n' + t + '\n';
    }
    return out;
  }, depth);
}
