// Puts one recording into the containers in which recorders keep theirs, with
// Node's own zlib and brotli, and Snappy blocks made of literals, which is all
// that its format asks for. Run: node derive.mjs ORIGINAL.json
import {readFileSync, writeFileSync, mkdirSync} from 'node:fs';
import zlib from 'node:zlib';

let events = JSON.parse(readFileSync(process.argv[2]));
events = events.result.snapshots;
const put = (name, data) => {
  if (name.includes('/')) mkdirSync(name.slice(0, name.lastIndexOf('/')), {recursive: true});
  writeFileSync(name, data);
};
const third = Math.ceil(events.length / 3);
const segments = [0, 1, 2].map(i => events.slice(i * third, (i + 1) * third));

const varint = n => { const b = []; for (; n > 127; n >>= 7) b.push(n & 127 | 128); b.push(n); return Buffer.from(b); };
const snappy = data => {
  const out = [varint(data.length)];
  for (let i = 0; i < data.length; i += 65536) {
    const chunk = data.subarray(i, i + 65536), n = chunk.length - 1;
    out.push(Buffer.from([61 << 2, n & 255, n >> 8]), chunk);
  }
  return Buffer.concat(out);
};
const prefixed = block => { const n = Buffer.alloc(4); n.writeUInt32BE(block.length); return Buffer.concat([n, block]); };
const latin1 = v => zlib.gzipSync(JSON.stringify(v)).toString('latin1');

// PostHog
const window = 'w-1';
const cv = e => {
  if (e.type === 2) return {...e, cv: '2024-10', data: latin1(e.data)};
  if (e.type === 3 && e.data.source === 0) {
    const d = {...e.data};
    for (const k of ['texts', 'attributes', 'removes', 'adds']) d[k] = latin1(d[k]);
    return {...e, cv: '2024-10', data: d};
  }
  return e;
};
const jsonl = list => Buffer.from(list.map(e => JSON.stringify([window, cv(e)])).join('\n') + '\n');
put('posthog-raw.snappy.bin', snappy(jsonl(events)));
put('posthog/blob_key_0.bin', Buffer.concat([prefixed(snappy(jsonl(segments[0]))), prefixed(snappy(jsonl(segments[1])))]));
put('posthog/blob_key_1.bin', prefixed(snappy(jsonl(segments[2]))));
put('posthog/recording.json', JSON.stringify({
  id: '01890000-0000-7000-8000-00000000000a', distinct_id: 'd-7', start_time: '2021-01-19T10:00:00Z', recording_duration: 18,
  person: {distinct_ids: ['d-7'], properties: {$browser: 'Chrome', $os: 'Mac OS X', $device_type: 'Desktop', $geoip_country_code: 'DE', plan: 'pro'}},
}));
put('posthog-old.jsonl', segments.map(s => JSON.stringify({window_id: window, data: s})).join('\n'));
put('posthog-export.ph-recording.json', JSON.stringify({version: '2023-04-28', data: {
  id: 'export-1', person: {distinct_ids: ['d-7'], properties: {$browser: 'Chrome', $os: 'Mac OS X', plan: 'pro'}},
  snapshots: events.map(e => ({windowId: window, ...e})),
}}, null, 2));
put('posthog-export-2022.json', JSON.stringify({version: '2022-12-02', data: {person: {distinct_ids: ['d-7'], properties: {plan: 'pro'}}, snapshotsByWindowId: {[window]: events}}}));
put('posthog-queue.ndjson', segments.map(s => JSON.stringify({distinct_id: 'd-7', token: 't', data: JSON.stringify({
  event: '$snapshot_items', properties: {$snapshot_items: s, $session_id: 'queue-1', $window_id: window, $snapshot_source: 'web'},
})})).join('\n'));
put('posthog-captured.json', JSON.stringify(segments.map(s => ({event: '$snapshot', properties: {
  $snapshot_data: s, $session_id: 'captured-1', $window_id: window, distinct_id: 'd-7',
}}))));

// Sentry
const replay = '0b6c1c2d3e4f5a6b7c8d9e0f1a2b3c4d';
const item = (i, packed) => Buffer.concat([Buffer.from(`{"segment_id":${i}}\n`), packed ? zlib.deflateSync(JSON.stringify(segments[i])) : Buffer.from(JSON.stringify(segments[i]))]);
segments.forEach((s, i) => {
  const text = Buffer.from(JSON.stringify(s));
  put(`sentry-item.seg${i}.bin`, item(i, i != 1));
  put(`${replay}/${i}`, zlib.deflateSync(i == 1 ? Buffer.concat([Buffer.from([0]), text]) : text));
  const recording = item(i, true);
  const event = JSON.stringify({type: 'replay_event', replay_id: replay, segment_id: i, environment: 'test', user: {id: 'u-7', username: 'seven'}, tags: {plan: 'pro'}});
  put(`sentry-envelope.segment${i}.bin`, Buffer.concat([
    Buffer.from(`{"event_id":"${replay}","sent_at":"2021-01-19T10:00:00Z"}\n{"type":"replay_event"}\n${event}\n{"type":"replay_recording","length":${recording.length}}\n`),
    recording, Buffer.from('\n'),
  ]));
});
put(`${replay}/replay.json`, JSON.stringify({data: {
  id: replay, started_at: '2021-01-19T10:00:00Z', urls: [], count_errors: 0, user: {id: 'u-7'}, browser: {name: 'Chrome'}, os: {name: 'Mac OS X'}, tags: {plan: ['pro']},
}}));
const video = Buffer.from('no video'), size = Buffer.alloc(5);
size[0] = 1; size.writeUInt32BE(video.length, 1);
put('sentry-video.zlib', zlib.deflateSync(Buffer.concat([size, video, Buffer.from(JSON.stringify(events))])));
put('sentry-api.json', JSON.stringify(segments));

// highlight
segments.forEach((s, i) => put(`highlight/session-contents-compressed-000${i}`, zlib.brotliCompressSync(JSON.stringify(s.map((e, k) => ({...e, _sid: i * third + k + 1}))))));
put('highlight/session.json', JSON.stringify({secure_id: 'hl-1', identifier: 'seven@test.example', browser_name: 'Chrome', os_name: 'Mac OS X', country: 'DE', city: 'Berlin'}));
put('highlight.br', zlib.brotliCompressSync(JSON.stringify(events)));
const at = events[0].timestamp;
segments.forEach((s, i) => put(`highlight-payload-${i + 1}.json`, JSON.stringify({session_secure_id: 'hl-2', payload_id: String(i + 1), data: zlib.gzipSync(JSON.stringify({
  session_secure_id: 'hl-2', events: {events: s},
  messages: JSON.stringify({messages: i ? [] : [{type: 'warn', time: at + 5, value: ['careful']}]}),
  resources: JSON.stringify({resources: i ? [] : [{name: 'https://api.test/x', initiatorType: 'fetch', startTimeAbs: at + 10, responseEndAbs: at + 52, requestResponsePairs: {request: {verb: 'POST'}, response: {status: 500}}}]}),
  errors: i ? [] : [{event: 'boom', type: 'Error', timestamp: new Date(at + 20).toISOString()}],
})).toString('base64')})));
