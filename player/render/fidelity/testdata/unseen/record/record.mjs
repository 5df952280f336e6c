// Records the pages of the unseen set: npm install && node record.mjs [NAME…]
//
// Each page is served on the loopback address, opened in a browser of this
// machine (CHROMIUM names another one than chromium) that knows the engine's own
// fonts only, used a little with real pointer input, and recorded with rrweb. Where every element is at the end is
// read in the same task as the last event.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import zlib from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(here, 'node_modules');
const viewport = { width: 1280, height: 720 };

// root is what the server serves as "/"; what is not there is looked for beside
// this script.
const pages = [
  { name: 'widgets', root: 'node_modules/jquery-ui-dist', url: '/index.html' },
  { name: 'slides', root: 'node_modules/reveal.js', url: '/demo.html' },
  { name: 'styleguide', root: 'node_modules/spectre.css/docs', url: '/elements/forms.html' },
  { name: 'dashboard', root: 'node_modules/gentelella/dist', url: '/production/index.html' },
  { name: 'catalogue', root: 'node_modules/gentelella/dist', url: '/production/e_commerce.html' },
  { name: 'service', root: '.', url: '/pages/service.html' },
  { name: 'reference', root: '.', url: '/pages/reference.html' },
  { name: 'table', root: '.', url: '/pages/table.html' },
  { name: 'calendar', root: '.', url: '/pages/calendar.html' },
  { name: 'editor', root: '.', url: '/pages/editor.html' },
  { name: 'checkout', root: '.', url: '/pages/checkout.html' },
  { name: 'landing', root: '.', url: '/pages/landing.html' },
  { name: 'manual', root: '.', url: '/pages/manual.html' },
];

const types = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json',
  '.svg': 'image/svg+xml', '.png': 'image/png', '.jpg': 'image/jpeg', '.ico': 'image/x-icon', '.woff2': 'font/woff2', '.woff': 'font/woff', '.ttf': 'font/ttf',
};

// serve answers with files of root and of this folder, on a port of the loopback address.
function serve(root) {
  const server = http.createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    for (const dir of [path.join(here, root), here]) {
      const file = path.join(dir, name);
      if (!file.startsWith(dir) || !fs.existsSync(file) || !fs.statSync(file).isFile()) continue;
      response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' });
      return response.end(fs.readFileSync(file));
    }
    response.writeHead(404).end();
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

// random returns numbers in [0, 1) that are the same in each run (mulberry32).
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// targets returns places in view where something could be clicked: one for each
// element, somewhere inside it, at which it or a part of it is on top.
function targets(seeds) {
  const found = [];
  const all = document.querySelectorAll('a, button, input, select, textarea, label, summary, th, td, li, h2, h3, p, img, svg, [role=button], [role=tab]');
  for (const element of all) {
    const box = element.getBoundingClientRect();
    if (box.width < 6 || box.height < 6) continue;
    const [fx, fy] = [seeds[found.length * 2 % seeds.length], seeds[(found.length * 2 + 1) % seeds.length]];
    const [x, y] = [box.x + box.width * (0.15 + 0.7 * fx), box.y + box.height * (0.15 + 0.7 * fy)];
    if (x < 2 || y < 2 || x > innerWidth - 4 || y > innerHeight - 4) continue;
    const top = document.elementFromPoint(x, y);
    if (top && (element === top || element.contains(top)) && !['SELECT', 'OPTION'].includes(top.tagName) && top.type !== 'file') found.push([x, y]);
  }
  return found;
}

async function use(page, rand) {
  for (const share of [0, 0.25, 0.6]) {
    await page.evaluate((share) => window.scrollTo(0, share * (document.documentElement.scrollHeight - innerHeight)), share);
    await page.waitForTimeout(700);
    for (let i = 0; i < 6; i++) {
      const places = await page.evaluate(targets, Array.from({ length: 64 }, rand));
      if (!places.length) break;
      const [x, y] = places[Math.floor(rand() * places.length)];
      await page.mouse.move(x, y, { steps: 4 });
      await page.mouse.click(x, y, { delay: 40 });
      await page.waitForTimeout(350);
    }
  }
  await page.keyboard.press('Escape');
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.waitForTimeout(1500);
}

// finish runs in the page, in one task: pending changes are recorded by the
// time that it begins, none can come in between.
function finish() {
  window.__stop();
  const { mirror } = window.rrweb.record;
  const boxes = [];
  for (const id of mirror.getIds()) {
    const node = mirror.getNode(id);
    if (!(node instanceof Element) || !node.isConnected || node.ownerDocument !== document) continue;
    const box = node.getBoundingClientRect();
    boxes.push(id, ...[box.x + scrollX, box.y + scrollY, box.width, box.height].map((v) => Math.round(v * 100) / 100));
  }
  return { events: window.__events, boxes };
}

async function record(browser, { name, root, url }, seed) {
  const server = await serve(root);
  const origin = `http://127.0.0.1:${server.address().port}`;
  const context = await browser.newContext({ viewport, deviceScaleFactor: 1, locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce' });
  try {
    await context.route((u) => u.origin !== origin && u.protocol !== 'data:' && u.protocol !== 'blob:', (route) => route.abort());
    const page = await context.newPage();
    // The day that a calendar shows is the same in each recording.
    await page.clock.setSystemTime(new Date('2026-03-11T09:30:00Z')).catch(() => {});
    page.on('dialog', (dialog) => dialog.dismiss());
    await page.goto(origin + url, { waitUntil: 'load' });
    await page.waitForTimeout(1500);
    await page.addScriptTag({ content: fs.readFileSync(path.join(modules, 'rrweb/umd/rrweb.min.js'), 'utf8') });
    await page.evaluate(() => {
      // A click that would leave the page does everything else that it does.
      addEventListener('click', (event) => {
        const link = event.target.closest?.('a[href]');
        if (link && !link.getAttribute('href').startsWith('#')) event.preventDefault();
      });
      addEventListener('submit', (event) => event.preventDefault());
      window.__events = [];
      window.__stop = window.rrweb.record({ emit: (event) => window.__events.push(event), inlineImages: true, collectFonts: false, maskAllInputs: false });
    });
    await page.waitForTimeout(800);
    await use(page, random(seed));
    const { events, boxes } = await page.evaluate(finish);
    const out = path.join(here, '..');
    const text = JSON.stringify(events).replaceAll(origin, 'http://127.0.0.1');
    fs.writeFileSync(path.join(out, `${name}.json.gz`), zlib.gzipSync(text, { level: 9 }));
    fs.writeFileSync(path.join(out, `${name}.live-boxes.json.gz`), zlib.gzipSync(JSON.stringify(boxes), { level: 9 }));
    const clicks = events.filter((e) => e.type === 3 && e.data.source === 2 && e.data.type === 2).length;
    console.log(`${name}: ${events.length} events, ${boxes.length / 5} elements, ${clicks} clicks, ${text.length} bytes`);
  } finally {
    await context.close();
    server.close();
  }
}

const wanted = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  env: { ...process.env, FONTCONFIG_FILE: path.join(here, '../../fonts.conf') },
  args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--no-proxy-server', '--disable-background-networking'],
});
try {
  for (const [i, page] of pages.entries()) {
    if (!wanted.length || wanted.includes(page.name)) await record(browser, page, 7919 * (i + 1));
  }
} finally {
  await browser.close();
}
