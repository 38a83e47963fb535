import { runPage } from './page-script.ts';
import { type Language, texts } from './texts.ts';

/** The page in one language; it loads only what lies beside it, and runs no script but that. */
export function pageHtml(language: Language): string {
  const t = texts[language];
  // The only way out of a script element is its end (HTML, 4.12.1.3).
  const data = JSON.stringify(t).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${t.title}</title>
<link rel="stylesheet" href="/page.css">
<script id="texts" type="application/json">${data}</script>
<script src="/page.js" defer></script>
</head>
<body>
<main>
<h1>${t.title}</h1>
<p>${t.intro}</p>
<p id="lost" class="problem" role="alert"></p>
<p id="said" role="status"></p>
<section aria-labelledby="restart-title">
<h2 id="restart-title">${t.restart}</h2>
<p id="none">${t.noRestart}</p>
<div id="announced" hidden>
<p id="when" class="strong"></p>
<p id="what"></p>
<p id="who"></p>
<p id="limit"></p>
<p id="postponing"><label for="minutes">${t.postponeBy}</label> <select id="minutes"></select>
<button id="postpone" type="button">${t.postpone}</button></p>
<p><button id="now" type="button" class="plain">${t.now}</button></p>
</div>
</section>
<section aria-labelledby="offers-title">
<h2 id="offers-title">${t.available}</h2>
<p id="stale"></p>
<p id="empty" hidden>${t.nothing}</p>
<ul id="offers"></ul>
</section>
<section aria-labelledby="components-title">
<h2 id="components-title">${t.components}</h2>
<ul id="components"></ul>
</section>
<p id="site" class="state"></p>
</main>
</body>
</html>
`;
}

export const pageScript = `(${runPage})();\n`;

export const pageStyle = `:root{color-scheme:light dark;--ink:#1b1f24;--quiet:#4f5863;--paper:#fff;--line:#c9d0d8;--act:#0b5394;--on:#fff;--bad:#a61b1b}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebef;--quiet:#b3bcc6;--paper:#16191d;--line:#454d57;--act:#8ec5ff;--on:#10243a;--bad:#ff9d9d}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,"Noto Sans JP",sans-serif;overflow-wrap:anywhere}
main{max-width:44rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.2rem;margin:1.5rem 0 .5rem}h3{font-size:1rem;margin:0}
p{margin:.25rem 0}p:empty{display:none}
ul{list-style:none;margin:0;padding:0}
li{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:space-between;padding:.75rem 0;border-top:1px solid var(--line)}
li>div{flex:1 1 14rem}
.state{color:var(--quiet)}.strong{font-weight:600}.problem{color:var(--bad)}
button,select{font:inherit;min-height:2.5rem;padding:.25rem 1rem;border-radius:.25rem;border:1px solid var(--act)}
button{background:var(--act);color:var(--on);cursor:pointer}
button.plain,select{background:transparent;color:inherit}
select{background:var(--paper)}
button:disabled{opacity:.6}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
`;
