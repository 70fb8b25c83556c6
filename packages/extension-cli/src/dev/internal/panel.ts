/** The panel beside the extension's page, in HTML. Its script fills it. The revision is that of the document around it. */
export const panelOf = (
  revision: number
) => `<aside id="panel" aria-label="Development panel" data-revision="${revision}">
<section class="bench" aria-label="Bench">
<p id="build" role="status">Building…</p>
<ul id="problems" class="problems" hidden></ul>
<label for="viewer">Who looks</label>
<select id="viewer"></select>
<fieldset><legend>Granted</legend><div id="grants"></div></fieldset>
</section>
<details id="try" class="try"><summary>Send a request</summary>
<div class="line" id="endpoints" hidden><label for="endpoint">Endpoint</label><select id="endpoint"></select></div>
<div class="line"><select id="method" aria-label="Method"><option>GET</option><option>POST</option><option>PUT</option><option>PATCH</option><option>DELETE</option></select>
<input id="path" aria-label="Path and query" value="/" autocomplete="off" spellcheck="false"><button type="button" id="send">Send</button></div>
<label for="body">Body</label><textarea id="body" rows="2" spellcheck="false"></textarea>
<div id="answer" role="status" aria-label="Answer"></div>
</details>
<details id="data"><summary>Clients and services</summary>
<div class="line"><select id="kind" aria-label="Records"><option value="clients">Clients</option><option value="services">Services</option></select>
<input id="named" type="search" placeholder="Name" aria-label="Records whose names hold" maxlength="200" autocomplete="off" spellcheck="false"></div>
<div id="rows"></div>
</details>
<div id="world"></div>
<section aria-label="Executions">
<div class="line heading"><h2>Executions</h2><input id="filter" type="search" placeholder="Filter" aria-label="Filter executions" autocomplete="off" spellcheck="false"><button type="button" id="clear">Clear</button></div>
<p id="found" class="empty" role="status">None yet.</p>
<div id="executions"></div>
</section>
</aside>
`
