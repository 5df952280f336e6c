package style

// userAgent is the style sheet behind every page: the rendering section of the
// HTML standard, with the metrics of Chromium's form controls.
const userAgent = `
html, body, div, p, section, article, aside, header, footer, nav, main, address, figure, figcaption, blockquote,
center, dl, dt, dd, form, fieldset, hgroup, search, h1, h2, h3, h4, h5, h6, hr, ol, ul, menu, dir, pre, listing, xmp, plaintext,
legend, details, summary, optgroup, option, frameset, frame, dialog { display: block }
head, script, style, link, meta, title, base, template, noscript, area, datalist, param, rp, noembed, noframes, source, track { display: none }
[hidden] { display: none }
slot { display: contents }
body { margin: 8px }
p, dl, blockquote, figure, ul, ol, menu, dir, pre, listing, xmp, plaintext { margin-block: 1em }
blockquote, figure { margin-inline: 40px }
dd { margin-inline-start: 40px }
ul, ol, menu, dir { padding-inline-start: 40px; list-style-type: disc }
ol { list-style-type: decimal }
li { display: list-item }
summary { display: list-item; list-style: disclosure-closed inside; counter-increment: list-item 0 }
details[open] > summary:first-of-type { list-style-type: disclosure-open }
:is(ul, ol, menu, dir) ul { list-style-type: circle }
:is(ul, ol, menu, dir) :is(ul, ol, menu, dir) ul { list-style-type: square }
:is(ul, ol, menu, dir) :is(ul, ol, menu, dir) { margin-block: 0 }
h1 { font-size: 2em; margin-block: .67em; font-weight: bold }
h2 { font-size: 1.5em; margin-block: .83em; font-weight: bold }
h3 { font-size: 1.17em; margin-block: 1em; font-weight: bold }
h4 { margin-block: 1.33em; font-weight: bold }
h5 { font-size: .83em; margin-block: 1.67em; font-weight: bold }
h6 { font-size: .67em; margin-block: 2.33em; font-weight: bold }
b, strong, th { font-weight: bolder }
th { font-weight: bold; text-align: -internal-center }
i, em, cite, var, dfn, address { font-style: italic }
code, kbd, samp, tt, pre, listing, xmp, plaintext { font-family: monospace }
pre, listing, xmp, plaintext { white-space: pre }
small { font-size: smaller }
big { font-size: larger }
sub { vertical-align: sub; font-size: smaller }
sup { vertical-align: super; font-size: smaller }
a:any-link { color: #0000ee; text-decoration: underline }
u, ins { text-decoration: underline }
s, strike, del { text-decoration: line-through }
abbr[title], acronym[title] { text-decoration: underline }
mark { background-color: yellow; color: black }
nobr { white-space: nowrap }
center { text-align: -webkit-center }
q::before { content: open-quote }
q::after { content: close-quote }
hr { color: gray; border: 1px inset gray; margin-block: .5em; margin-inline: auto; overflow: hidden }
img, video, canvas, audio, iframe, embed, object { overflow: clip }
iframe { border: 2px inset #eeeeee }
svg { overflow: hidden }
video { object-fit: contain }
audio:not([controls]) { display: none }
table { display: table; border-spacing: 2px; box-sizing: border-box; text-indent: 0; border-color: gray }
thead { display: table-header-group; vertical-align: middle }
tbody { display: table-row-group; vertical-align: middle }
tfoot { display: table-footer-group; vertical-align: middle }
tr { display: table-row; vertical-align: inherit }
td, th { display: table-cell; vertical-align: inherit; padding: 1px }
col { display: table-column }
colgroup { display: table-column-group }
caption { display: table-caption; text-align: center }
tr, thead, tbody, tfoot, td, th, col, colgroup { border-color: inherit }
table[border] { border: 1px outset gray }
table[border] > * > tr > :is(td, th), table[border] > tr > :is(td, th) { border: 1px inset gray }
table[border="0"], table[border="0"] > * > tr > :is(td, th) { border-width: 0 }
fieldset { margin-inline: 2px; border: 2px groove #c0c0c0; padding: .35em .75em .625em; min-width: min-content }
legend { padding-inline: 2px; width: fit-content }
input, textarea, select, button { font: 400 13.3333px Arial; color: fieldtext; letter-spacing: normal; word-spacing: normal;
  line-height: normal; text-transform: none; text-indent: 0; text-align: start; display: inline-block; margin: 0 }
input, textarea { background-color: field; border: 2px inset #767676; padding: 1px 2px; cursor: text }
textarea { font-family: monospace; white-space: pre-wrap; overflow-wrap: break-word; padding: 2px; border-width: 1px; overflow: auto }
input[type=hidden] { display: none !important }
input[type=checkbox], input[type=radio] { margin: 3px 3px 3px 4px; border: 0; padding: 0; background-color: transparent; box-sizing: border-box }
input[type=radio] { margin: 3px 3px 0 5px }
input[type=range] { border: 0; padding: 0; margin: 2px; background-color: transparent }
input[type=color] { width: 50px; height: 27px; box-sizing: border-box; border: 1px solid #a9a9a9 }
input:is([type=date], [type=time], [type=datetime-local], [type=month], [type=week]) { padding: 0 0 0 1px }
input[type=image] { border: 0; padding: 0; background-color: transparent }
input[type=file] { border: 0; padding: 0; background-color: transparent }
button, input:is([type=button], [type=submit], [type=reset]) { background-color: buttonface; color: buttontext; border: 2px outset buttonborder;
  padding: 1px 6px; text-align: center; box-sizing: border-box; white-space: pre }
button { white-space: inherit }
select { background-color: field; border: 1px solid #767676; box-sizing: border-box; white-space: pre; border-radius: 0 }
select:is([multiple], [size]:not([size="1"])) { overflow: hidden; vertical-align: text-bottom; border-radius: 2px }
optgroup { font-weight: bolder }
option { font-weight: normal; white-space: nowrap; padding: 0 2px 1px; min-height: 1.2em }
:is(input, textarea, select, button, option, optgroup):disabled { color: graytext }
input::placeholder, textarea::placeholder { color: #757575 }
progress, meter { display: inline-block; width: 10em; height: 1em; vertical-align: -.2em; box-sizing: border-box; background-color: #efefef; border: 1px solid #b2b2b2 }
meter { width: 5em }
dialog { position: absolute; inset-inline: 0; width: fit-content; height: fit-content; margin: auto; border: solid; padding: 1em; color: canvastext; background-color: canvas }
dialog:modal { position: fixed; inset-block: 0; overflow: auto; max-width: calc(100% - 2em - 6px); max-height: calc(100% - 2em - 6px) }
dialog:not([open]) { display: none }
[popover]:not(:popover-open, dialog[open]) { display: none }
ruby > rt { font-size: 50% }
[dir=rtl i] { direction: rtl }
[dir=ltr i] { direction: ltr }
marquee { display: inline-block; width: -webkit-fill-available; overflow: hidden }
svg :is(defs, desc, metadata, symbol, clippath, mask, marker, pattern, lineargradient, radialgradient, filter) { display: none }
`
