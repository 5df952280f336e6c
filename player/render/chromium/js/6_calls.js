// What is called from outside.

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
  spot(handle) { return spot(nodes.get(handle)); },
  at(x, y) { return handles.get(hit(x, y)) ?? 0; },
};
