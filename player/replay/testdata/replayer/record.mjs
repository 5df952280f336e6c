// Records what rrweb's own replayer shows, as goldens for ../../replayer_test.go.
//
//   npm install rrweb@2.2.2 playwright-core
//   node record.mjs OUT.json RECORDING…      (Debian package chromium)
//
// Ten moments are taken from each recording, spread evenly over what happened.
// Three kinds of moments are left out, because the replayer's way of seeking
// shows there what no visitor saw: it takes pointer positions as whole lists, so
// every position up to the moment must have been written; it takes them in the
// order of writing, so what was written last must also have happened last; and
// it shows an empty page between a meta event and its full snapshot.
import { chromium } from 'playwright-core';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

const [out, ...files] = process.argv.slice(2);

function eventsOf(file) {
  let b = fs.readFileSync(file);
  if (file.endsWith('.gz')) b = zlib.gunzipSync(b);
  const text = b.toString('utf8');
  let v;
  try { v = JSON.parse(text); } catch { v = text.split('\n').filter(Boolean).map((l) => JSON.parse(l)); }
  if (Array.isArray(v)) return v;
  return v.events || v.rrweb_data || v.result?.snapshots || v.result;
}

// moments returns ten offsets behind events, none of them inside a list of
// positions that is written later.
function moments(events) {
  const zero = events[0].timestamp;
  const first = (e) => e.type === 3 && [1, 6, 12].includes(e.data.source) && e.data.positions.length
    ? e.timestamp + e.data.positions[0].timeOffset : e.timestamp;
  const full = events.find((e) => e.type === 2).timestamp;
  const good = [];
  let last = 0, stale = false, loading = false;
  for (let i = 0; i + 1 < events.length; i++) {
    const e = events[i];
    const at = e.timestamp + 2;
    if (e.type === 4) loading = true;
    if (e.type === 2) loading = false;
    if (e.type === 3 && ([1, 6, 12].includes(e.data.source) || (e.data.source === 2 && e.data.x !== undefined))) {
      const when = e.data.positions?.length ? e.timestamp + e.data.positions.at(-1).timeOffset : e.timestamp;
      stale = when < last;
      last = Math.max(last, when);
    }
    if (at <= full + 5 || stale || loading) continue;
    if (events.slice(i + 1).every((e) => first(e) > at + 2)) good.push(at - zero);
  }
  const picked = [];
  for (let k = 0; k < 10; k++) picked.push(good[Math.floor((k + 0.5) * good.length / 10)]);
  return [...new Set(picked)];
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--host-resolver-rules=MAP * ~NOTFOUND'],
});
const umd = fs.readFileSync('node_modules/rrweb/umd/rrweb.js', 'utf8');
const css = fs.readFileSync('node_modules/rrweb/dist/style.css', 'utf8');
const goldens = [];
for (const file of files) {
  const events = eventsOf(file);
  const page = await browser.newPage({ viewport: { width: 1600, height: 1400 } });
  await page.setContent(`<style>${css}</style><div id=stage></div>`);
  await page.addScriptTag({ content: umd });
  const shown = [];
  for (const at of moments(events)) {
    // A replayer of its own for each moment: no state of an earlier one is left.
    const m = await page.evaluate(async ([events, at]) => {
      document.getElementById('stage').innerHTML = '';
      const r = new rrweb.Replayer(events, { root: document.getElementById('stage'), mouseTail: false, showWarning: false, loadTimeout: 0 });
      // It shows its first event a moment after it was made; seeking before that
      // would be undone.
      await new Promise((done) => setTimeout(done, 100));
      r.pause(at);
      await new Promise((done) => setTimeout(done, 400));
      const doc = r.iframe.contentDocument;
      const mouse = r.wrapper.querySelector('.replayer-mouse');
      return {
        at_ms: at,
        width: +r.iframe.width, height: +r.iframe.height,
        scroll: { x: r.iframe.contentWindow.scrollX, y: r.iframe.contentWindow.scrollY },
        max_scroll: { x: doc.documentElement.scrollWidth - r.iframe.contentWindow.innerWidth, y: doc.documentElement.scrollHeight - r.iframe.contentWindow.innerHeight },
        pointer: mouse.style.left ? { x: parseFloat(mouse.style.left), y: parseFloat(mouse.style.top) } : null,
        text: (doc.body?.innerText ?? '').replace(/\s+/g, ' ').trim(),
      };
    }, [events, at]);
    shown.push(m);
  }
  goldens.push({ recording: path.basename(file), moments: shown });
  await page.close();
}
await browser.close();
fs.writeFileSync(out, JSON.stringify({ rrweb: '2.2.2', recordings: goldens }, null, 1) + '\n');
