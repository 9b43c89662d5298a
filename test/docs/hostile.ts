/** HTML that tries to run, load, leave or deceive. Each would set `window.pwned` or ask `http://127.0.0.1:9/` if it worked. */
export const hostileHtml = [
  '<script>window.pwned = 1</script>',
  '<script src="http://127.0.0.1:9/x.js"></script>',
  '<img src=x onerror="window.pwned = 2">',
  '<img src="http://127.0.0.1:9/pixel.png" alt="pixel">',
  '<svg onload="window.pwned = 3"><script>window.pwned = 4</script></svg>',
  '<svg><style><img src=x onerror=window.pwned=5></style></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.pwned=6&gt;">',
  '<iframe src="javascript:parent.pwned = 7"></iframe><iframe srcdoc="<script>parent.pwned=8</script>"></iframe>',
  '<object data="data:text/html,<script>window.pwned=9</script>"></object><embed src="http://127.0.0.1:9/">',
  '<a href="javascript:window.pwned = 10">click</a><a href="data:text/html,<script>1</script>">click</a>',
  '<a href=" java\nscript:window.pwned = 11">click</a>',
  '<form action="http://127.0.0.1:9/"><button formaction="javascript:window.pwned=12">go</button><input name="body" autofocus onfocus="window.pwned=13"></form>',
  '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/"><base href="http://127.0.0.1:9/">',
  '<link rel="stylesheet" href="http://127.0.0.1:9/x.css"><style>body { display: none; background: url(http://127.0.0.1:9/) }</style>',
  '<div style="position:fixed;inset:0;background:url(http://127.0.0.1:9/)" onclick="window.pwned=14" id="article" class="search-dialog">over all</div>',
  '<details open ontoggle="window.pwned=15"><summary>open</summary></details>',
  '<video src="http://127.0.0.1:9/v" onerror="window.pwned=16"></video><audio src="http://127.0.0.1:9/a"></audio>',
  '<template><script>window.pwned=17</script></template><noscript><p title="</noscript><img src=x onerror=window.pwned=18>"></noscript>',
  '<p>kept words</p>',
].join('\n');

export const hostileSvg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20" onload="window.pwned=20"><title>A "hostile" <b>picture</title>' +
  '<script>window.pwned=21</script><image href="http://127.0.0.1:9/i.png"/><rect width="20" height="20"/></svg>';
