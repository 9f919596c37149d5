// The files beside the draw itself that a bundle may carry: policy, register,
// changes, numbers, ledger, replacements, and the entries of the public log.

function parsePolicy(text) {
  var r = new Reader("policy", text), p = { rates: [], caps: [], times: 0 }, before = "", w;
  r.literal("fdraw/v1 policy");
  while (r.more("rate")) {
    w = r.fields("rate", 4);
    var rate = { key: r.id(w[0]) + " " + r.id(w[1]) + " " + r.id(w[2]), ppm: r.number(w[3], 0, CERTAIN) };
    r.ascend(before, rate.key, "抽取率");
    p.rates.push(rate);
    before = rate.key;
  }
  p.censusBelow = r.numberOf("census-below", 0, MOST);
  p.floor = r.numberOf("floor", 0, CERTAIN);
  if (r.more("flag")) {
    var flag = r.word("flag");
    if (!r.error && flag !== "must") {
      if (flag.charAt(0) !== "x") { r.fail("“" + show(flag) + "”应为 must 或 x 加倍数"); }
      p.times = r.number(flag.slice(1), 1, CERTAIN);
    }
  }
  before = "";
  while (r.more("cap") || r.more("cap-hard")) {
    var hard = r.more("cap-hard");
    w = r.fields(hard ? "cap-hard" : "cap", 3);
    var cap = { category: r.id(w[0]), times: r.number(w[1], 1, MOST), months: r.number(w[2], 1, MOST), hard: hard };
    r.ascend(before, cap.category, "频次上限");
    p.caps.push(cap);
    before = cap.category;
  }
  return r.end(p);
}

function parseRegistry(text) {
  var r = new Reader("registry", text), g = r.head(), before = "";
  g.plans = [];
  g.entries = [];
  while (r.more("plan")) {
    var w = r.fields("plan", 3), p = { category: r.id(w[0]), draw: r.number(w[1], 1, MOST), of: r.number(w[2], 1, MOST), living: 0 };
    r.ascend(before, p.category, "类别");
    if (p.draw > p.of) { r.fail("第 " + p.draw + " 次抽取超过全年 " + p.of + " 次"); }
    g.plans.push(p);
    before = p.category;
  }
  var count = r.numberOf("count", 0, MOST);
  before = "";
  while (!r.error && g.entries.length < count) {
    var e = entry(r);
    r.ascend(before, e.facility, "对象");
    e.plan = find(g.plans, "category", e.category);
    if (!r.error && !e.plan) { r.fail("类别“" + e.category + "”没有 plan 行"); }
    if (e.plan && e.status !== "closed") { e.plan.living++; }
    g.entries.push(e);
    before = e.facility;
  }
  return r.end(g);
}

function entry(r) {
  var w = r.fields("r", 8), e = { facility: r.id(w[0]), category: r.id(w[1]), risk: r.id(w[3]), inspected: r.number(w[5], 0, MOST), status: w[4], flags: [] };
  e.grade = r.someone(w[2]);
  r.oneOf(e.status, ["active", "closed", "scope"], "不认识的状态“" + show(w[4]) + "”，只能是 active、closed 或 scope");
  r.oneOf(w[6], ["yes", "no"], "当年是否已抽中应为 yes 或 no，实为“" + show(w[6]) + "”");
  e.drawn = w[6] === "yes";
  if (e.grade === "U") { r.fail("没有等级的对象应写“-”，不写“U”"); }
  e.flags = w[7] === "-" || r.error ? [] : w[7].split(",");
  for (var i = 0; i < e.flags.length; i++) {
    r.oneOf(e.flags[i], ["abnormal-list", "high-attention", "high-complaint", "serious-violation"], "不认识的标记“" + show(e.flags[i]) + "”");
    r.ascend(i > 0 ? e.flags[i - 1] : "", e.flags[i], "标记");
  }
  return e;
}

var CHANGE_REASONS = ["registered", "closed", "merged", "renamed", "grade", "risk", "flag", "frequency", "census", "scope", "policy", "error"];

function parseChanges(text) {
  var r = new Reader("changes", text), c = r.head(), before = "";
  c.previous = null;
  c.changes = [];
  if (r.text.substr(r.at, 11) === "previous -\n") { r.literal("previous -"); }
  else {
    var w = r.fields("previous", 2);
    c.previous = { draw: r.id(w[0]), attempt: r.number(w[1], 1, MOST) };
  }
  var count = r.numberOf("count", 0, MOST);
  while (!r.error && c.changes.length < count) {
    var kind = r.more("chance") ? "chance" : r.more("drop") ? "drop" : "add";
    w = r.fields(kind, kind === "chance" ? 4 : 2);
    var x = { facility: r.id(w[0]), kind: kind, old: 0, now: 0 }, why = w[w.length - 1];
    if (kind === "chance") { x.old = r.number(w[1], 0, CERTAIN); x.now = r.number(w[2], 0, CERTAIN); }
    r.oneOf(why, CHANGE_REASONS, "不认识的变动理由“" + show(why) + "”");
    r.ascend(before, x.facility, "对象");
    c.changes.push(x);
    before = x.facility;
  }
  return r.end(c);
}

// explains says what is wrong with an account of the differences of two pools.
function explains(c, previous, next) {
  var diff = [], i = 0, j = 0, a = previous.units, b = next.units;
  while (i < a.length || j < b.length) {
    if (j === b.length || i < a.length && a[i].facility < b[j].facility) { diff.push({ facility: a[i++].facility, kind: "drop", old: 0, now: 0 }); }
    else if (i === a.length || b[j].facility < a[i].facility) { diff.push({ facility: b[j++].facility, kind: "add", old: 0, now: 0 }); }
    else {
      if (a[i].ppm !== b[j].ppm) { diff.push({ facility: b[j].facility, kind: "chance", old: a[i].ppm, now: b[j].ppm }); }
      i++;
      j++;
    }
  }
  for (i = 0; i < Math.max(diff.length, c.changes.length); i++) {
    var said = c.changes[i], is = diff[i];
    if (!is) { return "说明了并未发生的变动：" + said.facility; }
    if (!said) { return "没有说明 " + is.facility + " 的变动"; }
    if (said.facility !== is.facility || said.kind !== is.kind || said.old !== is.old || said.now !== is.now) {
      return "对 " + (said.facility < is.facility ? said.facility : is.facility) + " 的变动说明与两份名录不符";
    }
  }
  return "";
}

function parseNumbers(text) {
  var r = new Reader("numbers", text), n = { draws: [] }, before = { draw: "", attempt: 0 };
  r.literal("fdraw/v1 numbers");
  var count = r.numberOf("count", 0, MOST);
  while (!r.error && n.draws.length < count) {
    var w = r.fields("n", 3), a = { draw: w[0], attempt: r.number(w[1], 1, MOST), ended: w[2] };
    a.id = r.check(parseDraw.bind(null, a.draw));
    r.oneOf(a.ended, ["announced", "sealed", "open", "void"], "不认识的结局“" + show(w[2]) + "”");
    if (a.draw < before.draw || a.draw === before.draw && a.attempt <= before.attempt) {
      r.fail("抽取 " + headName(a) + " 应排在 " + headName(before) + " 之前，且不得重复");
    }
    n.draws.push(a);
    before = a;
  }
  return r.end(n);
}

// gaps says what is wrong with a year's list of draws: a gap, or a draw tried
// again though it was not void.
function gaps(n, of) {
  var own = parseDraw(of.draw), serial = 1;
  for (var i = 0; i < n.draws.length; i++) {
    var a = n.draws[i], last = n.draws[i - 1], first = !last || last.draw !== a.draw;
    if (a.id.place !== own.place) { return "清单混入了其他地区或年度的抽取 " + a.draw; }
    if (first && a.id.serial !== serial) { return "抽取编号不连续：缺 " + own.place + "-" + pad(String(serial), 4); }
    if (a.attempt !== (first ? 1 : last.attempt + 1)) { return "抽取 " + a.draw + " 的各次尝试不连续"; }
    if (!first && last.ended !== "void") { return "抽取 " + a.draw + " 第 " + last.attempt + " 次并未作废，却又重抽"; }
    if (!n.draws[i + 1] || n.draws[i + 1].draw !== a.draw) { serial++; }
  }
  return "";
}

// lists reports whether a draw is on the list, or belongs on another.
function lists(n, h) {
  for (var i = 0; i < n.draws.length; i++) {
    if (sameHead(n.draws[i], h)) { return true; }
  }
  var own = null;
  attempt(function () { own = parseDraw(h.draw); });
  return own !== null && n.draws.length > 0 && own.place !== n.draws[0].id.place;
}

function parseLedger(text) {
  var r = new Reader("ledger", text), l = r.head(), before = "";
  l.asOf = r.time(r.word("as-of"));
  l.rule = r.idOf("rule");
  var count = r.numberOf("count", 0, MOST);
  l.visits = [];
  while (!r.error && l.visits.length < count) {
    var w = r.fields("visit", 6);
    var k = { facility: r.id(w[0]), how: w[1], visited: maybeTime(r, w[2]), due: maybeTime(r, w[3]), published: maybeTime(r, w[4]), record: w[5] === "-" ? "" : w[5] };
    if (w[5] !== "-") { recordID(r, w[5]); }
    possible(r, k, l.asOf);
    r.ascend(before, k.facility, "对象");
    l.visits.push(k);
    before = k.facility;
  }
  return r.end(l);
}

function maybeTime(r, word) {
  var t = word === "-" ? null : r.time(word);
  if (t !== LONG_AGO) { return t; }
  r.respelled = true;
  return null;
}

function recordID(r, word) {
  if (!r.error && !/^[0-9a-f]{32}$/.test(word)) { r.fail("记录号“" + show(word) + "”应为 32 位十六进制数"); }
}

function possible(r, k, asOf) {
  if (r.error) { return; }
  if (k.how === "pending") {
    if (k.visited !== null || k.due !== null || k.published !== null) { r.fail("尚未检查的对象不应有检查、期限或公示时间"); }
  } else if (k.how !== "inspected" && k.how !== "closed" && k.how !== "unreachable") {
    r.fail("不认识的检查结局“" + show(k.how) + "”");
  } else if (k.visited === null || k.due === null) { r.fail("已检查的对象应有检查时间和公示期限"); }
  if ((k.published === null) !== (k.record === "")) { r.fail("公示时间与记录号应同时具备或同时为“-”"); }
  else if (k.visited !== null && k.visited > asOf || k.published !== null && k.published > asOf) { r.fail("时间晚于台账的截止时间"); }
  else if (k.published !== null && k.visited !== null && k.published < k.visited) { r.fail("公示早于检查"); }
}

function parseFallback(text) {
  var r = new Reader("fallback", text), f = r.head();
  f.source = source(r, r.word("source"));
  f.issue = r.word("issue");
  r.check(function () { checkIssue(f.source, f.issue); });
  r.literal("reason not-drawn");
  return r.end(f);
}

function parseSubstitution(text) {
  var r = new Reader("substitute", text), s = r.head();
  s.number = r.numberOf("number", 1, MOST);
  var w = r.fields("seat", 3);
  s.facility = r.id(w[0]);
  s.dept = r.id(w[1]);
  s.j = r.number(w[2], 1, MOST_SEATS);
  s.from = r.someone(r.word("from"));
  s.reason = r.word("reason");
  r.oneOf(s.reason, ["leave", "avoid", "challenge", "vacancy", "manual"], "不认识的替换理由“" + show(s.reason) + "”");
  s.to = r.someone(r.word("to"));
  return r.end(s);
}

function parseLeaf(text) {
  var r = new Reader("leaf", text);
  r.literal("fdlog/v1 draw");
  var l = r.origin();
  r.check(function () { parseDraw(l.draw); });
  l.stage = r.word("stage");
  r.oneOf(l.stage, ["announce", "freeze", "reveals", "beacon", "sealed", "open", "void", "fault", "substitute"], "不认识的步骤“" + show(l.stage) + "”");
  l.sha256 = r.digestOf("doc-sha256");
  l.sm3 = r.digestOf("doc-sm3");
  return r.end(l);
}

function parseRecordLeaf(text) {
  var r = new Reader("leaf", text), l = {};
  r.literal("fdlog/v1 record");
  l.record = r.word("record");
  recordID(r, l.record);
  l.version = r.numberOf("version", 1, MOST);
  r.literal("kind disclosure");
  if (l.version > 1 && r.numberOf("replaces", 1, MOST) !== l.version - 1) { r.fail("第 " + l.version + " 版只能替换第 " + (l.version - 1) + " 版"); }
  r.digestOf("doc-sha256");
  r.digestOf("doc-sm3");
  return r.end(l);
}
