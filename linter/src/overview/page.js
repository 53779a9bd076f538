"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const CLASSES = ["public", "guarded", "external", "undecided", "depends", "trusted", "none"];
const SEVERITIES = ["error", "warning", "info"];
const MEANING = {
  public: "outsiders of whom the policy knows nothing are let in, without a secret",
  guarded: "outsiders are let in if they send a fixed value in a header that any client can write",
  external: "only outsiders whom the policy names are let in",
  trusted: "only the trust zone is let in",
  none: "nobody is let in",
  undecided: "not settled within the bound on work: not proven safe",
  depends: "different for different values of what is unknown: not proven safe",
};
const colour = (name) => `--c: var(--${name === "depends" ? "undecided" : name})`;

// Text goes into the page as text nodes only: nothing in the data can become markup.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}
const byId = (id) => document.getElementById(id);
const plural = (count, one, many = one + "s") => `${count} ${count === 1 ? one : many}`;
const counts = (items, keys, of) => keys.map((key) => [key, items.filter((item) => of(item) === key).length]);

function proof(title, cell) {
  byId("proof-title").textContent = title;
  const request = cell.witness;
  const facts = [["principal", request.principal], ["action", request.action], ["resource", request.resource],
    ...Object.entries(request.context).map(([key, values]) => [key, values.join(", ")])];
  const body = [make("p", {}, make("span", { class: "cell", style: colour(cell.class) }, cell.class), " " + MEANING[cell.class]),
    make("p", {}, "This request is allowed:"),
    make("dl", {}, facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", { class: "mono" }, value)]))];
  if (cell.attempt) body.push(make("p", {}, "Try it:"), make("pre", {}, cell.attempt));
  byId("proof-body").replaceChildren(...body);
  byId("proof").showModal();
}

function cell(found, title) {
  if (!found) return make("td", {}, "");
  const style = colour(found.class), name = `cell ${found.class}`;
  const inside = found.witness
    ? make("button", { type: "button", class: name, style, title: MEANING[found.class], onclick: () => proof(title, found) }, found.class)
    : make("span", { class: name, style, title: MEANING[found.class] }, found.class === "none" ? "–" : found.class);
  return make("td", {}, inside);
}

const where = (subject) => subject.line ? `${subject.file}:${subject.line}` : subject.file;
const nameOf = (subject, rows) => make("td", { class: "name", rowspan: rows > 1 && rows },
  subject.name ?? subject.address, make("small", { class: "mono" }, subject.address), make("small", {}, where(subject)));

function bar(pairs) {
  const shown = pairs.filter(([, count]) => count > 0);
  return [make("div", { class: "bar" }, shown.map(([key, count]) => make("i", { style: `${colour(key)}; flex: ${count}`, title: `${key}: ${count}` }))),
    make("div", { class: "key" }, shown.map(([key, count]) => make("span", {}, make("i", { style: colour(key) }), `${count} ${key}`)))];
}

function summary() {
  const { subjects, findings } = data;
  const containers = subjects.filter((subject) => subject.container);
  const broken = (family) => containers.filter((subject) => subject.findings.some((at) => findings[at].family === family)).length;
  const share = (family) => containers.length ? `${containers.length - broken(family)} of ${containers.length}` : "–";
  const tile = (value, label) => make("div", { class: "tile" }, make("b", {}, value), make("span", {}, label));
  const judged = subjects.filter((subject) => subject.exposure);
  byId("summary").replaceChildren(
    tile(String(containers.length), containers.length === 1 ? "container" : "containers"),
    make("div", { class: "tile wide" }, make("span", {}, `Exposure of ${plural(judged.length, "policy", "policies")}`),
      bar(counts(judged, CLASSES, (subject) => subject.exposure))),
    make("div", { class: "tile wide" }, make("span", {}, plural(findings.length, "finding")),
      bar(counts(findings, SEVERITIES, (finding) => finding.severity))),
    tile(share("naming"), "names follow the rules"), tile(share("tagging"), "tags follow the rules"));
}

function rowsOrNone(table, head, bodies, nothing) {
  const columns = make("thead", {}, make("tr", {}, head.map((name) => make("th", { scope: "col" }, name))));
  table.replaceChildren(columns, ...(bodies.length ? bodies : [make("tbody", {}, make("tr", {}, make("td", { colspan: head.length, class: "empty" }, nothing)))]));
}

function matrix(subjects) {
  const bodies = subjects.filter((subject) => subject.access).map((subject) => {
    const { rows, left_out } = subject.access;
    const lines = rows.map((row, at) => make("tr", {}, at === 0 ? nameOf(subject, rows.length) : null,
      make("td", { class: "who" }, row.who, row.path ? make("small", { class: "mono" }, row.path) : null,
        at === rows.length - 1 && left_out ? make("small", {}, `and ${plural(left_out, "path or principal", "paths or principals")} more`) : null),
      row.cells.map((found, column) => cell(found, `${subject.name ?? subject.address}: ${data.actions[column]}`))));
    return make("tbody", { class: "subject" }, lines);
  });
  rowsOrNone(byId("matrix"), ["Container", "Who, and below which path", ...data.actions.map((action) => action.split(":")[1])], bodies, "No policy fits the filter.");
}

function grants(subjects) {
  const bodies = subjects.filter((subject) => subject.cors.length).map((subject) => make("tbody", { class: "subject" },
    subject.cors.map((grant, at) => make("tr", {}, at === 0 ? nameOf(subject, subject.cors.length) : null,
      make("td", { class: "mono" }, grant.origin), make("td", {}, grant.methods.join(", ") || "nothing"),
      make("td", {}, grant.rules.map((rule) => rule + 1).join(", ") || "–")))));
  rowsOrNone(byId("grants"), ["Container", "Origin", "Methods", "Rule"], bodies, "No CORS policy fits the filter.");
}

function names(subjects) {
  const ofFamily = (subject, family) => subject.findings.map((at) => data.findings[at]).filter((finding) => finding.family === family);
  const verdict = (found) => found.length
    ? make("td", {}, found.map((finding) => make("div", {}, make("span", { class: "cell", style: colour(finding.severity) }, finding.rule), " " + finding.message)))
    : make("td", {}, make("span", { class: "cell", style: colour("trusted") }, "ok"));
  const bodies = subjects.filter((subject) => subject.container).map((subject) => make("tbody", { class: "subject" }, make("tr", {}, nameOf(subject),
    verdict(ofFamily(subject, "naming")),
    make("td", {}, Object.entries(subject.tags).map(([key, value]) => make("span", { class: "tag" }, `${key} = ${value}`))),
    verdict(ofFamily(subject, "tagging")))));
  rowsOrNone(byId("names"), ["Container", "Name", "Tags", "Tagging"], bodies, "No container fits the filter.");
}

function excerpt(finding) {
  const style = colour(finding.severity);
  return make("pre", {}, finding.excerpt.flatMap((line) => [make("span", { class: "n" }, String(line.number).padStart(5) + "  "),
    line.before, make("mark", { style }, line.marked), line.after, "\n"]));
}

function findingList(shown) {
  const entry = (finding) => make("article", { class: "finding", style: colour(finding.severity) },
    make("p", {}, make("span", { class: "cell", style: colour(finding.severity) }, finding.severity), " ", make("b", {}, finding.message)),
    make("p", { class: "where" }, make("code", {}, finding.rule), ` · ${finding.file}${finding.line ? ":" + finding.line : ""}`, finding.address ? ` · ${finding.address}` : ""),
    finding.excerpt.length ? excerpt(finding) : null,
    finding.help ? make("p", {}, finding.help) : null,
    finding.witness ? make("p", {}, make("button", { type: "button", class: "cell", style: colour("public"),
      onclick: () => proof(finding.rule, { class: finding.class ?? "public", witness: finding.witness, attempt: finding.attempt }) }, "the request that proves it")) : null);
  byId("list").replaceChildren(...(shown.length ? shown.map(entry) : [make("p", { class: "empty" }, "No finding fits the filter.")]));
}

function draw() {
  const text = byId("text").value.trim().toLowerCase(), exposure = byId("exposure").value, severity = byId("severity").value;
  const says = (item) => !text || item.search.includes(text);
  const bad = (subject) => !severity || subject.findings.some((at) => data.findings[at].severity === severity);
  const subjects = data.subjects.filter((subject) => says(subject) && bad(subject) && (!exposure || subject.exposure === exposure));
  const own = new Set(subjects.flatMap((subject) => subject.findings));
  const shown = data.findings.filter((finding, at) => (!severity || finding.severity === severity) &&
    (says(finding) || (text && own.has(at))) && (!exposure || own.has(at)));
  matrix(subjects); grants(subjects); names(subjects); findingList(shown);
  byId("shown").textContent = `${subjects.length} of ${data.subjects.length}`;
}

for (const item of data.subjects) item.search = JSON.stringify(item).toLowerCase();
for (const item of data.findings) item.search = JSON.stringify([item.rule, item.message, item.file, item.address, item.help]).toLowerCase();
const options = (id, all, values) => byId(id).replaceChildren(make("option", { value: "" }, all), ...values.map((value) => make("option", {}, value)));
options("exposure", "any", CLASSES.filter((name) => data.subjects.some((subject) => subject.exposure === name)));
options("severity", "any", SEVERITIES.filter((name) => data.findings.some((finding) => finding.severity === name)));
byId("about").textContent = data.about;
document.querySelector("main").hidden = false;
summary(); draw();
let waiting;
byId("filter").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(draw, 120); });
byId("filter").addEventListener("submit", (event) => event.preventDefault());
