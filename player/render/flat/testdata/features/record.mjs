// Records pages with rrweb in a Chromium and writes, for each, the recording
// (NAME.json.gz) and where its elements were (NAME.live-boxes.json: a flat list
// of node id, x, y, width, height in CSS pixels of the page).
//
//   npm install rrweb@2.2.2 playwright-core
//   CHROMIUM=/usr/bin/chromium node record.mjs OUT PAGE.html...
//
// Pages are served from the folder ROOT (default: the working directory), so
// that style sheets have the origin of the page and are recorded. The fonts are
// those of fonts.conf beside this script.
import {createServer} from 'node:http';
import {createRequire} from 'node:module';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, dirname, extname, join, normalize, relative, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';

const require = createRequire(join(process.cwd(), 'package.json'));
const {chromium} = require('playwright-core');
const recorder = readFileSync(join(process.cwd(), 'node_modules/rrweb/dist/rrweb.umd.min.cjs'), 'utf8');

const [out, ...pages] = process.argv.slice(2);
const root = resolve(process.env.ROOT ?? '.');
mkdirSync(out, {recursive: true});

const types = {'.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.mjs': 'text/javascript', '.svg': 'image/svg+xml',
  '.png': 'image/png', '.jpg': 'image/jpeg', '.woff': 'font/woff', '.woff2': 'font/woff2', '.ttf': 'font/ttf', '.json': 'application/json'};
const server = createServer((req, res) => {
  const path = normalize(join(root, decodeURIComponent(new URL(req.url, 'http://x').pathname)));
  try {
    const body = readFileSync(path);
    res.writeHead(200, {'content-type': types[extname(path)] ?? 'application/octet-stream'});
    res.end(body);
  } catch {
    res.writeHead(404).end();
  }
});
await new Promise(done => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${server.address().port}/`;

const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'],
  env: {...process.env, FONTCONFIG_FILE: join(dirname(fileURLToPath(import.meta.url)), 'fonts.conf')}});
for (const path of pages) {
  const name = (process.env.PREFIX ?? '') + basename(path, '.html');
  const page = await browser.newPage({viewport: {width: 1280, height: 720}});
  await page.route(url => !url.href.startsWith(origin) && url.protocol !== 'data:', r => r.abort());
  try {
    await page.goto(origin + relative(root, resolve(path)), {waitUntil: 'load', timeout: 20000});
    await page.waitForTimeout(Number(process.env.WAIT ?? 300));
    await page.addScriptTag({content: recorder});
    // One task: no mutation may come between the snapshot and the boxes.
    const [events, boxes] = await page.evaluate(() => {
      const events = [];
      rrweb.record({emit: e => events.push(e)});
      const boxes = [];
      const visit = el => {
        const id = rrweb.record.mirror.getId(el);
        if (id > 0) {
          const r = el.getBoundingClientRect();
          boxes.push(id, r.x + scrollX, r.y + scrollY, r.width, r.height);
        }
        for (const c of el.shadowRoot?.children ?? []) visit(c);
        for (const c of el.children) visit(c);
      };
      visit(document.documentElement);
      return [events, boxes];
    });
    writeFileSync(join(out, name + '.json.gz'), gzipSync(JSON.stringify(events), {level: 9}));
    writeFileSync(join(out, name + '.live-boxes.json'), JSON.stringify(boxes));
    if (process.env.PICTURES) {
      await page.screenshot({path: join(process.env.PICTURES, name + '.live.png')});
    }
  } catch (e) {
    console.error(name, String(e).slice(0, 200));
  }
  await page.close();
}
await browser.close();
server.close();
