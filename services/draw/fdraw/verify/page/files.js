// The files of one draw (section 3). Each parser returns what the file says, or
// fails with the line that is not as it must be.

var SOURCES = ["cwl-kl8", "cwl-ssq", "dice-d10x20", "drand-quicknet"];
var SOURCE_NAMES = { "cwl-kl8": "中国福利彩票快乐8", "cwl-ssq": "中国福利彩票双色球", "dice-d10x20": "当众掷骰（二十枚十面骰）", "drand-quicknet": "drand quicknet" };
var DICE = "dice-d10x20";

function parseAnnounce(text) {
  var r = new Reader("announce", text), a = r.head();
  r.check(function () { parseDraw(a.draw); });
  a.hash = r.word("hash");
  r.oneOf(a.hash, ["sm3", "sha256"], "不认识的杂凑算法“" + show(a.hash) + "”，只能是 sm3 或 sha256");
  r.literal("algorithm fdraw-ruler-1 fdraw-deal-1");
  a.policy = r.digestOf("policy");
  a.parties = [];
  var before = "";
  while (r.more("party")) {
    var party = r.idOf("party");
    r.ascend(before, party, "参与方");
    a.parties.push(party);
    before = party;
  }
  if (a.parties.length < 3) { r.fail("参与方至少 3 个，实有 " + a.parties.length + " 个"); }
  a.quorum = r.numberOf("quorum", 2, MOST);
  if (a.quorum > a.parties.length) { r.fail("法定揭示数 " + a.quorum + " 超过参与方数 " + a.parties.length); }
  a.commitBy = deadline(r, "commit-by", LONG_AGO, "");
  a.freezeBy = deadline(r, "freeze-by", a.commitBy, "承诺截止");
  a.revealBy = deadline(r, "reveal-by", a.freezeBy, "冻结");
  var w = r.fields("beacon", 3);
  a.beacon = { source: source(r, w[0]), issue: w[1], at: r.time(w[2]) };
  r.check(function () { checkIssue(a.beacon.source, a.beacon.issue); });
  if (!r.error && a.beacon.source === DICE && a.beacon.issue !== headName(a)) { r.fail("掷骰的期号应为 " + headName(a)); }
  if (!r.error && a.revealBy >= a.beacon.at) { r.fail("公共随机数的时间须晚于揭示截止时间，否则可以看着随机数决定是否揭示"); }
  a.fallback = source(r, r.word("fallback"));
  if (a.fallback !== DICE) { r.fail("备用随机源只能是 " + DICE + "：其他来源的期号未在公告中确定"); }
  a.openBy = deadline(r, "open-by", a.beacon.at, "公共随机数产生");
  return r.end(a);
}

function deadline(r, keyword, before, what) {
  var t = r.time(r.word(keyword));
  if (!r.error && t < before) { r.fail(keyword + " 的时间早于" + what + "的时间"); }
  return t;
}

// parseDraw takes a draw id apart.
function parseDraw(draw) {
  var p = /^([0-9]{6})-([0-9]{4})-([0-9]{4})$/.exec(draw);
  if (!p) { wrong("抽取编号“" + show(draw) + "”应形如 500156-2026-0007"); }
  if (p[3] === "0000") { wrong("抽取编号“" + show(draw) + "”的序号应从 0001 起"); }
  return { place: p[1] + "-" + p[2], serial: Number(p[3]) };
}

function source(r, word) { return r.oneOf(word, SOURCES, "不认识的随机源“" + show(word) + "”"); }

function checkIssue(src, issue) {
  if (src === "cwl-kl8" || src === "cwl-ssq") {
    if (!/^[0-9]{7}$/.test(issue)) { wrong("期号“" + show(issue) + "”应为 7 位数字"); }
  } else if (src === "drand-quicknet") {
    parseNumber(issue, 1, MOST);
  } else {
    var cut = issue.indexOf("/");
    if (cut < 0) { wrong("掷骰的期号“" + show(issue) + "”应为“抽取编号/次数”"); }
    checkID(issue.slice(0, cut));
    parseNumber(issue.slice(cut + 1), 1, MOST);
  }
}

function checkValue(src, value) {
  if (src === "cwl-kl8") { checkBalls(value, 20, 80); }
  else if (src === "drand-quicknet") { checkDigest(value); }
  else if (src === DICE) {
    if (!/^[0-9]{20}$/.test(value)) { wrong("“" + show(value) + "”应为按掷出顺序的 20 位数字"); }
  } else {
    var plus = value.indexOf("+");
    if (plus < 0) { wrong("双色球应为 6 个红球、一个“+”和 1 个蓝球，如 02 07 11 19 26 33+05"); }
    checkBalls(value.slice(0, plus), 6, 33);
    checkBalls(value.slice(plus + 1), 1, 16);
  }
}

function checkBalls(value, n, most) {
  var balls = value.split(" "), before = 0;
  if (balls.length !== n) { wrong("应有 " + n + " 个号码，实有 " + balls.length + " 个"); }
  for (var i = 0; i < n; i++) {
    if (!/^[0-9]{2}$/.test(balls[i])) { wrong("号码“" + show(balls[i]) + "”应为两位数字"); }
    var k = Number(balls[i]);
    if (k < 1 || k > most) { wrong("号码“" + balls[i] + "”超出 01 至 " + pad(String(most), 2)); }
    if (k === before) { wrong("号码“" + balls[i] + "”重复"); }
    if (k < before) { wrong("号码“" + balls[i] + "”应按从小到大排列"); }
    before = k;
  }
}

function parsePool(text) {
  var r = new Reader("pool", text), p = r.head(), before = "", cache = {};
  r.literal("unit 1000000");
  var count = r.numberOf("count", 0, MOST);
  p.units = [];
  while (!r.error && p.units.length < count) {
    var u = unit(r, cache);
    r.ascend(before, u.facility, "对象");
    p.units.push(u);
    before = u.facility;
  }
  return r.end(p);
}

var REASONS = ["rate", "census", "must", "cap", "floor", "closed", "scope"];

function unit(r, cache) {
  var w = r.fields("f", 5), u = { facility: r.id(w[0]), stratum: r.id(w[1]), ppm: r.number(w[2], 0, CERTAIN), reason: w[3] };
  r.oneOf(u.reason, REASONS, "不认识的概率理由“" + show(u.reason) + "”");
  u.demand = cache["+" + w[4]] || r.check(function () { return parseDemand(w[4]); }) || [];
  cache["+" + w[4]] = u.demand;
  var most = 0;
  for (var i = 0; i < u.demand.length; i++) { most = Math.max(most, u.demand[i].below); }
  if (most > u.ppm) { r.fail("部门参与概率 @" + most + " 大于对象的概率 " + u.ppm); }
  return u;
}

// parseDemand reads "-" or "部门:人数/专长@概率", several with commas. Below 0
// means that the department always comes.
function parseDemand(word) {
  var demand = [], parts = word === "-" ? [] : word.split(",");
  for (var i = 0; i < parts.length; i++) {
    var n = parseNeed(parts[i]);
    for (var j = 0; j < demand.length; j++) {
      if (demand[j].dept === n.dept) { wrong("部门“" + n.dept + "”重复"); }
    }
    demand.push(n);
  }
  return demand;
}

function parseNeed(word) {
  var at = word.indexOf("@"), rest = at < 0 ? word : word.slice(0, at), slash = rest.indexOf("/");
  var skill = slash < 0 ? "" : rest.slice(slash + 1);
  rest = slash < 0 ? rest : rest.slice(0, slash);
  var colon = rest.lastIndexOf(":"), n = { dept: rest.slice(0, colon), skill: skill, count: 0, below: 0 };
  if (colon < 0) { wrong("“" + show(word) + "”应形如 部门:人数"); }
  checkID(n.dept);
  var why = attempt(function () { n.count = parseNumber(rest.slice(colon + 1), 1, MOST_SEATS); });
  if (why) { wrong("人数" + why); }
  if (slash >= 0) { checkID(skill); }
  why = at < 0 ? "" : attempt(function () { n.below = parseNumber(word.slice(at + 1), 1, CERTAIN); });
  if (why) { wrong("参与概率 @" + why); }
  return n;
}

function parseOfficers(text) {
  var r = new Reader("officers", text), o = r.head(), before = "";
  o.salt = r.digestOf("salt");
  var count = r.numberOf("count", 0, MOST);
  o.officers = [];
  o.barred = [];
  while (!r.error && o.officers.length < count) {
    var w = r.fields("o", 4), officer = { id: r.id(w[0]), dept: r.id(w[1]), max: r.number(w[2], 0, CERTAIN), skills: [] }, last = "";
    var skills = w[3] === "-" || r.error ? [] : w[3].split(",");
    for (var i = 0; i < skills.length; i++) {
      r.ascend(last, r.id(skills[i]), "专长");
      last = skills[i];
    }
    officer.skills = skills;
    r.ascend(before, officer.id, "执法人员");
    o.officers.push(officer);
    before = officer.id;
  }
  barredLines(r, o);
  return r.end(o);
}

function barredLines(r, o) {
  var before = "";
  while (r.more("x")) {
    var w = r.fields("x", 3), x = { officer: r.id(w[0]), facility: r.id(w[1]), code: w[2] }, key = w.join(" ");
    r.oneOf(x.code, ["avoid", "rotate", "leave"], "不认识的回避代码“" + show(x.code) + "”，只能是 avoid、rotate 或 leave");
    if (r.error) { return; }
    if (key === before) { r.fail("回避行重复"); }
    else if (key < before) { r.fail("回避行应按人员、对象、代码排序"); }
    else if (!find(o.officers, "id", x.officer)) { r.fail("回避行中的“" + show(x.officer) + "”不在执法人员名录中"); }
    o.barred.push(x);
    before = key;
  }
}

function parseFreeze(text) {
  var r = new Reader("freeze", text), f = r.head(), before = "";
  f.announce = r.digestOf("announce");
  f.pool = r.digestOf("pool");
  f.officers = r.digestOf("officers");
  f.commits = [];
  while (r.more("commit")) {
    var w = r.fields("commit", 2), c = { party: r.id(w[0]), digest: r.digest(w[1]) };
    r.ascend(before, c.party, "参与方");
    f.commits.push(c);
    before = c.party;
  }
  return r.end(f);
}

function parseReveals(text) {
  var r = new Reader("reveals", text), v = r.head();
  v.freeze = r.digestOf("freeze");
  v.parties = fates(r);
  return r.end(v);
}

function parseBeacon(text) {
  var r = new Reader("beacon", text), b = {};
  r.literal("fdraw/v1 beacon");
  b.source = source(r, r.word("source"));
  b.issue = r.word("issue");
  r.check(function () { checkIssue(b.source, b.issue); });
  var line = r.next();
  if (!r.error && line.slice(0, 6) !== "value ") { r.fail("应以“value”开头，实为“" + show(line) + "”"); }
  b.value = line.slice(6);
  r.check(function () { checkValue(b.source, b.value); });
  return r.end(b);
}

function parseResult(text) {
  var r = new Reader("result", text), out = r.head(), before = "";
  var count = r.numberOf("count", 0, MOST);
  out.visits = [];
  while (!r.error && out.visits.length < count) {
    var v = visit(r);
    r.ascend(before, v.facility, "对象");
    out.visits.push(v);
    before = v.facility;
  }
  return r.end(out);
}

// visit reads a "sel" line and the seats that belong to it.
function visit(r) {
  var w = r.fields("sel", 2), v = { facility: r.id(w[0]), offset: r.number(w[1], 0, CERTAIN - 1), seats: [] }, last = { dept: "", j: 0 };
  while (r.more("seat")) {
    w = r.fields("seat", 4);
    var s = { dept: r.id(w[1]), j: r.number(w[2], 1, MOST_SEATS), officer: r.someone(w[3]) };
    if (!r.error && w[0] !== v.facility) { r.fail("席位属于“" + show(w[0]) + "”，应属于“" + v.facility + "”"); }
    else if (s.dept < last.dept) { r.fail("部门“" + s.dept + "”应排在“" + last.dept + "”之前"); }
    else if (s.j !== (s.dept === last.dept ? last.j + 1 : 1)) { r.fail("席位序号 " + s.j + " 不连续"); }
    else if (s.officer && holds(v, s.officer)) { r.fail("执法人员“" + s.officer + "”在同一次检查中重复"); }
    v.seats.push(s);
    last = s;
  }
  return v;
}

function holds(v, officer) {
  for (var i = 0; i < v.seats.length; i++) {
    if (v.seats[i].officer === officer) { return true; }
  }
  return false;
}

function visitText(v) {
  var out = "sel " + v.facility + " " + v.offset + "\n";
  for (var i = 0; i < v.seats.length; i++) {
    var s = v.seats[i];
    out += "seat " + v.facility + " " + s.dept + " " + s.j + " " + (s.officer || "-") + "\n";
  }
  return out;
}

function resultText(out) {
  var text = "fdraw/v1 result\n" + headText(out) + "count " + out.visits.length + "\n", parts = [];
  for (var i = 0; i < out.visits.length; i++) { parts.push(visitText(out.visits[i])); }
  return text + parts.join("");
}

function parseSealed(text) {
  var r = new Reader("sealed", text), s = r.head();
  s.reveals = r.digestOf("reveals");
  s.beacon = r.digestOf("beacon");
  s.seedCommit = r.digestOf("seed-commit");
  s.result = r.digestOf("result");
  var w = r.fields("notices", 2);
  s.notices = r.number(w[0], 0, MOST);
  s.root = fromBase64(w[1], true);
  if (s.root === null || s.root.length !== 32) { r.fail("“" + show(w[1]) + "”应为 44 个字符的 base64 摘要"); }
  return r.end(s);
}

function parseNotice(text) {
  var r = new Reader("notice", text), n = r.head();
  n.visit = visit(r);
  n.salt = r.digestOf("salt");
  return r.end(n);
}
