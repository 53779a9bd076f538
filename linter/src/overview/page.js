"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const CLASSES = ["public", "guarded", "external", "undecided", "depends", "trusted", "none"];
// Of containers without a policy, and of policies that cannot be judged.
const GROUPS = ["public", "guarded", "external", "depends", "undecided", "unjudged", "trusted", "unattached", "none"];
// Up to so many containers, everything is shown at once; of a list, so many at a time.
const FEW = 12, SOME = 40;
const SEVERITIES = ["error", "warning", "info"];
const MEANING = {
  public: "outsiders of whom the policy knows nothing are let in, without a secret",
  guarded: "outsiders are let in if they send a fixed value in a header that any client can write",
  external: "only outsiders whom the policy names are let in",
  trusted: "only the trust zone is let in",
  none: "nobody is let in",
  unjudged: "the policy could not be judged; see its findings",
  unattached: "no policy is attached here: the container's own account only, by its own permissions",
  undecided: "not settled within the bound on work: not proven safe",
  depends: "different for different values of what is unknown: not proven safe",
};
const LOOK = { depends: "undecided", unjudged: "undecided", unattached: "none" };
const colour = (name) => `--c: var(--${LOOK[name] ?? name})`;

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
// What is quoted in backticks is code.
const prose = (text) => text.split("`").map((part, at) => at % 2 ? make("code", {}, part) : part);
const byId = (id) => document.getElementById(id);
const plural = (count, one, many = one + "s") => `${count} ${count === 1 ? one : many}`;
const counts = (items, keys, of) => keys.map((key) => [key, items.filter((item) => of(item) === key).length]);

function proof(title, cell) {
  byId("proof-title").textContent = title;
  const request = cell.witness;
  const facts = [["principal", request.principal], ["action", request.action], ["resource", request.resource],
    ...Object.entries(request.context).map(([key, values]) => [key, values.join(", ")])];
  const body = [...(cell.class ? [make("p", {}, make("span", { class: "cell", style: colour(cell.class) }, cell.class), " " + MEANING[cell.class])] : []),
    make("p", {}, "This request is allowed:"),
    make("dl", {}, facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", { class: "mono" }, value)]))];
  if (cell.attempt) body.push(make("p", {}, "Try it:"), make("pre", {}, cell.attempt));
  byId("proof-body").replaceChildren(...body);
  byId("proof").showModal();
}

function cell(found, title) {
  if (!found) return make("td", { class: "answer" }, "");
  const style = colour(found.class), name = `cell ${found.class}`;
  const inside = found.witness
    ? make("button", { type: "button", class: name, style, title: MEANING[found.class], onclick: () => proof(title, found) }, found.class)
    : make("span", { class: name, style, title: MEANING[found.class] }, found.class === "none" ? "–" : found.class);
  return make("td", { class: "answer" }, inside);
}

const where = (subject) => subject.line ? `${subject.file}:${subject.line}` : subject.file;
const called = (subject) => subject.name ?? subject.address;
const nameOf = (subject) => make("td", { class: "name" }, called(subject), make("small", {},
  make("span", { class: "mono" }, subject.address === where(subject) ? "" : subject.address), " ", where(subject)));
const groupOf = (subject) => subject.exposure ?? (subject.policy ? "unjudged" : "unattached");
// What is only worth knowing breaks no rule.
const breaks = (finding, family) => finding.family === family && finding.severity !== "info";
const findingsOf = (subject) => subject.findings.map((at) => data.findings[at]);

function bar(pairs, choose) {
  const shown = pairs.filter(([, count]) => count > 0);
  return [make("div", { class: "bar" }, shown.map(([key, count]) => make("i", { style: `${colour(key)}; flex: ${count}`, title: `${key}: ${count}` }))),
    make("div", { class: "key" }, shown.map(([key, count]) =>
      make("button", { type: "button", onclick: () => choose(key) }, make("i", { style: colour(key) }), `${count} ${key}`)))];
}

function summary() {
  const { subjects, findings } = data;
  const containers = subjects.filter((subject) => subject.container);
  const kept = (family) => containers.filter((subject) => !findingsOf(subject).some((finding) => breaks(finding, family))).length;
  const tile = (value, label, whole) => make("div", { class: "tile" }, make("b", {}, value, whole ? make("small", {}, `of ${whole}`) : null), make("span", {}, label));
  const choose = (id) => (key) => { byId(id).value = byId(id).value === key ? "" : key; draw(); };
  byId("summary").replaceChildren(
    tile(String(containers.length), containers.length === 1 ? "container" : "containers"),
    make("div", { class: "tile wide" }, make("span", {}, "Who gets in"), bar(counts(subjects, GROUPS, groupOf), choose("exposure"))),
    make("div", { class: "tile wide" }, make("span", {}, plural(findings.length, "finding")),
      bar(counts(findings, SEVERITIES, (finding) => finding.severity), choose("severity"))),
    tile(String(kept("naming")), "names follow the rules", containers.length), tile(String(kept("tagging")), "tags follow the rules", containers.length));
}

function fill(table, head, bodies, nothing) {
  const columns = make("thead", {}, make("tr", {}, head.map((name) => make("th", { scope: "col" }, name))));
  table.replaceChildren(columns, ...(bodies.length ? bodies : [make("tbody", {}, make("tr", {}, make("td", { colspan: head.length, class: "empty" }, nothing)))]));
}

// A principal as people call it: what is special in its ARN, then its account.
function who(row) {
  const [, account, name] = /^arn:[^:]*:iam::(\d*):(.*)$/.exec(row.who) ?? [];
  return make("td", { class: "who", title: row.who }, name ?? row.who, account ? make("small", {}, ` of ${account}`) : null,
    row.path ? [" below ", make("code", {}, row.path)] : null);
}

function matrix(subjects, isOpen) {
  const width = data.actions.length + 2;
  const cells = (subject, row) => row.cells.map((found, column) => cell(found, `${called(subject)}: ${data.actions[column]}`));
  const body = (subject) => {
    if (!subject.access) return make("tbody", { class: "subject" }, make("tr", {}, nameOf(subject), make("td", { colspan: width - 1 }, "–")));
    const [whole, ...rest] = subject.access.rows, left = subject.access.left_out;
    const more = () => [...rest.map((row) => make("tr", { class: "more" }, make("td", {}), who(row), cells(subject, row))),
      ...(left ? [make("tr", { class: "more" }, make("td", {}), make("td", { colspan: width - 1, class: "who" }, `and ${plural(left, "path or principal", "paths or principals")} more`))] : [])];
    const tbody = make("tbody", { class: "subject" });
    const twist = make("button", { type: "button", class: "plain twist", "aria-expanded": "false", onclick: () => toggle() },
      `everybody, and ${plural(rest.length + left, "path or principal", "paths or principals")}`);
    const toggle = () => {
      const opens = twist.getAttribute("aria-expanded") === "false";
      twist.setAttribute("aria-expanded", String(opens));
      if (opens) tbody.append(...more()); else tbody.replaceChildren(tbody.firstChild);
    };
    tbody.append(make("tr", {}, nameOf(subject), rest.length ? make("td", { class: "who" }, twist) : who(whole), cells(subject, whole)));
    if (isOpen && rest.length) toggle();
    return tbody;
  };
  const bodies = GROUPS.flatMap((group) => {
    const own = subjects.filter((subject) => groupOf(subject) === group);
    if (!own.length) return [];
    const head = make("tr", { class: "group", style: colour(group) }, make("th", { colspan: width, scope: "rowgroup" },
      make("span", { class: "count" }, String(own.length)), make("b", {}, group), MEANING[group]));
    return [make("tbody", {}, head), ...own.map(body)];
  });
  byId("access-count").textContent = plural(subjects.length, "subject");
  fill(byId("matrix"), ["Container", "Who", ...data.actions.map((action) => action.split(":")[1])], bodies, "Nothing fits the filter.");
}

// Names one after the other; many are counted, and shown when asked for.
function listed(items) {
  // With a space between, so that lines can end there.
  const span = (item) => [make("span", {}, item), " "];
  if (items.length <= 6) return make("div", { class: "places" }, items.flatMap(span));
  return make("details", { class: "places" }, make("summary", {}, items.slice(0, 4).flatMap(span), `and ${items.length - 4} more`), items.slice(4).flatMap(span));
}

function grants(subjects) {
  const origins = new Map();
  for (const subject of subjects) for (const grant of subject.cors) {
    const methods = grant.methods.join(", ") || "nothing", key = `${grant.origin} ${methods}`;
    if (!origins.has(key)) origins.set(key, { origin: grant.origin, methods, containers: [] });
    origins.get(key).containers.push(called(subject));
  }
  const wild = (entry) => entry.origin === "*" ? 2 : entry.origin.includes("*") ? 1 : 0;
  const entries = [...origins.values()].sort((a, b) => wild(b) - wild(a) || b.containers.length - a.containers.length || a.origin.localeCompare(b.origin));
  const rows = entries.map((entry) => make("tbody", { class: "subject" }, make("tr", {},
    make("td", { class: "mono name" }, wild(entry) ? make("span", { class: "cell", style: colour(wild(entry) === 2 ? "public" : "guarded") }, entry.origin) : entry.origin),
    make("td", {}, entry.methods), make("td", {}, String(entry.containers.length)), make("td", {}, listed(entry.containers)))));
  byId("cors-count").textContent = plural(entries.length, "grant");
  fill(byId("grants"), ["Origin", "Methods", "Containers", ""], rows, "No CORS policy fits the filter.");
}

function names(subjects) {
  const containers = subjects.filter((subject) => subject.container);
  const of = (subject, family) => findingsOf(subject).filter((finding) => finding.family === family);
  const bad = (subject) => findingsOf(subject).filter((finding) => breaks(finding, "naming") || breaks(finding, "tagging")).length;
  const verdict = (found) => found.length
    ? make("td", {}, found.map((finding) => make("div", {}, make("span", { class: "cell", style: colour(finding.severity) }, finding.rule), " ", prose(finding.message))))
    : make("td", {}, make("span", { class: "cell", style: colour("trusted") }, "ok"));
  const row = (subject) => make("tbody", { class: "subject" }, make("tr", {}, nameOf(subject), verdict(of(subject, "naming")),
    make("td", {}, Object.entries(subject.tags).map(([key, value]) => make("span", { class: "tag" }, `${key} = ${value}`))),
    verdict(of(subject, "tagging"))));
  const worst = containers.filter(bad).sort((a, b) => bad(b) - bad(a)), good = containers.filter((subject) => !bad(subject));
  const bodies = [...some(worst, row, 4), ...(good.length > FEW
    ? [make("tbody", {}, make("tr", {}, make("td", { colspan: 4, class: "empty" }, `${good.length} more follow every rule.`)))]
    : good.map(row))];
  byId("compliance-count").textContent = `${worst.length} of ${containers.length} against the rules`;
  fill(byId("names"), ["Container", "Name", "Tags", "Tagging"], bodies, "No container fits the filter.");
}

// The first of many, and a button for more.
function some(items, show, columns) {
  const shown = items.slice(0, SOME).map(show), rest = items.slice(SOME);
  if (!rest.length) return shown;
  const holder = columns ? make("tbody", {}) : make("p", {});
  const button = make("button", { type: "button", class: "plain more", onclick: () => holder.replaceWith(...some(rest, show, columns)) }, `Show more of ${rest.length}`);
  holder.append(columns ? make("tr", {}, make("td", { colspan: columns }, button)) : button);
  return [...shown, holder];
}

function excerpt(finding) {
  const style = colour(finding.severity);
  return make("pre", {}, finding.excerpt.flatMap((line) => [make("span", { class: "n" }, String(line.number).padStart(5) + "  "),
    line.before, make("mark", { style }, line.marked), line.after, "\n"]));
}

function findingList(shown) {
  const entry = (finding) => make("article", { class: "finding", style: colour(finding.severity) },
    make("p", {}, make("b", {}, prose(finding.message))),
    make("p", { class: "where" }, `${finding.file}${finding.line ? ":" + finding.line : ""}`, finding.address ? ` · ${finding.address}` : ""),
    finding.excerpt.length ? excerpt(finding) : null,
    finding.help ? make("p", {}, prose(finding.help)) : null,
    finding.witness ? make("p", {}, make("button", { type: "button", class: "cell", style: colour(finding.severity),
      onclick: () => proof(finding.rule, { witness: finding.witness, attempt: finding.attempt }) }, "the request that proves it")) : null);
  const rules = new Map();
  for (const finding of shown) rules.set(finding.rule, [...(rules.get(finding.rule) ?? []), finding]);
  const worst = (found) => SEVERITIES.findIndex((severity) => found.some((finding) => finding.severity === severity));
  const groups = [...rules].sort(([, a], [, b]) => worst(a) - worst(b) || b.length - a.length);
  const group = ([rule, found]) => {
    const severity = SEVERITIES[worst(found)];
    const details = make("details", { class: "rule" }, make("summary", {}, make("span", { class: "cell", style: colour(severity) }, severity), make("code", {}, rule),
      make("span", { class: "places" }, prose(found[0].message), found.length > 1 ? " …" : ""), make("span", { class: "count" }, String(found.length))));
    // What nobody opens is not built.
    details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) details.append(...some(found, entry)); });
    details.open = shown.length <= 2 * FEW;
    return details;
  };
  byId("findings-count").textContent = `${shown.length} of ${plural(rules.size, "rule")}`;
  byId("list").replaceChildren(...(groups.length ? groups.map(group) : [make("p", { class: "empty" }, "No finding fits the filter.")]));
}

const ORDERS = {
  worst: (a, b) => a.rank - b.rank,
  name: (a, b) => called(a).localeCompare(called(b)),
  file: (a, b) => a.file.localeCompare(b.file) || a.line - b.line,
};

function draw() {
  const text = byId("text").value.trim().toLowerCase(), exposure = byId("exposure").value, severity = byId("severity").value;
  const says = (item) => !text || item.search.includes(text);
  const bad = (subject) => !severity || findingsOf(subject).some((finding) => finding.severity === severity);
  const subjects = data.subjects.filter((subject) => says(subject) && bad(subject) && (!exposure || groupOf(subject) === exposure));
  subjects.sort(ORDERS[byId("order").value]);
  const own = new Set(subjects.flatMap((subject) => subject.findings));
  const shown = data.findings.filter((finding, at) => (!severity || finding.severity === severity) &&
    (says(finding) || (text && own.has(at))) && (!exposure || own.has(at)));
  const all = byId("all").getAttribute("aria-pressed");
  matrix(subjects, all === null ? subjects.length <= FEW : all === "true");
  grants(subjects); names(subjects); findingList(shown);
  byId("shown").textContent = `${subjects.length} of ${data.subjects.length}`;
}

// The more outsiders can do, the earlier; of equals, the one with the worse findings.
const weight = (subject) => {
  const cells = subject.access?.rows[0].cells ?? [];
  const of = (finding) => [100, 10, 1][SEVERITIES.indexOf(finding.severity)];
  return cells.reduce((sum, found) => sum + 1e6 * (8 - CLASSES.indexOf(found.class)), 0) + findingsOf(subject).reduce((sum, finding) => sum + of(finding), 0);
};
const ranked = [...data.subjects].sort((a, b) => weight(b) - weight(a));
ranked.forEach((subject, at) => { subject.rank = at; });
for (const item of data.subjects) item.search = JSON.stringify([item, findingsOf(item).map((finding) => finding.rule)]).toLowerCase();
for (const item of data.findings) item.search = JSON.stringify([item.rule, item.message, item.file, item.address, item.help]).toLowerCase();
const options = (id, all, values) => byId(id).replaceChildren(make("option", { value: "" }, all), ...values.map((value) => make("option", {}, value)));
options("exposure", "any", GROUPS.filter((name) => data.subjects.some((subject) => groupOf(subject) === name)));
options("severity", "any", SEVERITIES.filter((name) => data.findings.some((finding) => finding.severity === name)));
byId("about").textContent = data.about;
document.querySelector("main").hidden = false;
summary(); draw();
new ResizeObserver(() => document.documentElement.style.setProperty("--bar", `${byId("filter").offsetHeight}px`)).observe(byId("filter"));
let waiting;
byId("filter").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(draw, 120); });
byId("filter").addEventListener("submit", (event) => event.preventDefault());
byId("all").addEventListener("click", () => {
  const opens = byId("all").getAttribute("aria-pressed") !== "true";
  byId("all").setAttribute("aria-pressed", String(opens));
  byId("all").textContent = opens ? "Show containers only" : "Show every path and principal";
  draw();
});
