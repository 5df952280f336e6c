// The helper lives in an isolated world of the page: the page's own scripts are
// switched off, and would not see it. It builds the tree that it is told,
// measures it and reads its text. These files are one function, in the order of
// their names.
//
// Pages can give their fields names such as "children" or "setAttribute", which
// then hide the functions and properties of forms and documents. So nothing is
// asked of a node itself: everything goes through the prototypes.

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
const setText = writer(Node, 'textContent');
const data = reader(CharacterData, 'data');
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
