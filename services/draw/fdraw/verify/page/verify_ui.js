// The page itself: choose a bundle, see what holds.

var STATUS_WORDS = { holds: "成立", fails: "不成立", "not applicable": "无从核对" };
var REASON_WORDS = { rate: "按比例", census: "数量少，全数抽查", must: "每次必查", cap: "已达频次上限", floor: "保留的最低概率", closed: "已停业", scope: "不在本次范围" };

// checkText is the report of a bundle, given as bytes. What cannot be read as a
// bundle throws an Error with a message for people.
function checkText(bytes) {
  try { return verify(parseBundle(bytes)); } catch (e) {
    if (e.why !== undefined) { throw new Error(e.why); }
    throw e;
  }
}

function use(file) {
  empty(byID("report"));
  empty(byID("status")).appendChild(make("p", {}, ["正在读取并重算 " + file.name + " ……"]));
  readFile(file, function (bytes) {
    setTimeout(function () {
      var report;
      try { report = checkText(bytes); } catch (e) { refuse("这个文件不是验证包：" + e.message + "。请重新下载。"); return; }
      present(report);
    }, 20);
  }, refuse);
}

function refuse(why) { empty(byID("status")).appendChild(make("p", { "class": "error" }, [why])); }

function present(report) {
  var body = empty(byID("report")), n = { holds: 0, fails: 0, "not applicable": 0 }, byHand = 0, i;
  for (i = 0; i < report.checks.length; i++) {
    n[report.checks[i].status]++;
    byHand += report.checks[i].byHand ? 1 : 0;
  }
  var panel = conclusion(report, n, byHand);
  empty(byID("status")).appendChild(panel);
  body.appendChild(section("逐项核对", [checkList(report)]));
  if (report.warnings.length > 0) { body.appendChild(section("提醒", report.warnings.map(function (w) { return make("p", {}, [w + "。"]); }))); }
  var out = report.v.drawn;
  if (out) {
    body.appendChild(section("重算出的名单", [selected(report.v, out)]));
    var picture = drawRuler(report.v, out);
    if (picture) { body.appendChild(section("抽签尺", picture)); }
  }
  if (report.v.seed) { body.appendChild(section("种子从哪里来", [origins(report.v)])); }
  panel.setAttribute("tabindex", "-1");
  panel.focus();
}

function conclusion(report, n, byHand) {
  var title = "各项都成立：名单就是按公开规则抽出来的", kind = "holds";
  if (n.fails > 0) { title = "有 " + n.fails + " 项不成立"; kind = "fails"; }
  else if (n["not applicable"] > 0) { title = "已核对的 " + n.holds + " 项都成立，另有 " + n["not applicable"] + " 项无从核对"; kind = "part"; }
  return make("div", { "class": "panel " + kind, id: "conclusion" }, [
    make("h2", {}, [title]),
    make("p", {}, [(report.draw ? "抽取 " + report.draw + "。" : "") + "十四项中成立 " + n.holds + " 项，不成立 " + n.fails + " 项，无从核对 " + n["not applicable"] + " 项。全部在这台电脑上算出。" + (byHand > 0 ? "有 " + byHand + " 项还需要您自己与公开的记录比对。" : "")])
  ]);
}

function section(title, children) { return make("section", {}, [make("h2", {}, [title])].concat(children)); }

function checkList(report) {
  return make("ol", { "class": "checks" }, report.checks.map(function (c) {
    var parts = [make("span", { "class": "id" }, [c.id]), make("h3", {}, [c.title]), make("span", { "class": "tag " + (c.status === "not applicable" ? "" : c.status) }, [STATUS_WORDS[c.status]]), make("p", {}, [c.why])];
    if (c.byHand) { parts.push(make("p", { "class": "hand" }, ["请自行比对：" + c.byHand + "。"])); }
    return make("li", { "data-check": c.id, "data-status": c.status }, parts);
  }));
}

function percent(ppm) { return (ppm / 10000) + "%"; }

// selected is the table of facilities and teams as they were computed here.
function selected(v, out) {
  var head = make("tr", {}, ["对象", "抽中概率", "依据", "刻度位置", "检查人员"].map(function (name) { return make("th", { scope: "col" }, [name]); }));
  var rows = out.visits.map(function (visit) {
    var unit = find(v.pool.units, "facility", visit.facility), depts = [], team = {};
    visit.seats.forEach(function (s) {
      if (!team["+" + s.dept]) { team["+" + s.dept] = []; depts.push(s.dept); }
      team["+" + s.dept].push(s.officer || "（空缺）");
    });
    return make("tr", { "data-facility": visit.facility }, [
      make("td", { "data-name": "对象" }, [visit.facility]), make("td", { "data-name": "抽中概率" }, [percent(unit.ppm)]), make("td", { "data-name": "依据" }, [REASON_WORDS[unit.reason]]),
      make("td", { "data-name": "刻度位置" }, [percent(visit.offset)]),
      make("td", { "data-name": "检查人员" }, [make("ul", {}, depts.map(function (d) { return make("li", {}, [d + "：" + team["+" + d].join("、")]); }))])
    ]);
  });
  return make("div", { "class": "scroll" }, [make("table", { "class": "cards" }, [
    make("caption", {}, ["名录 " + v.pool.units.length + " 个对象，抽中 " + out.visits.length + " 个。编号对应的名称见公示页面。"]), make("thead", {}, [head]), make("tbody", {}, rows)
  ])]);
}

var SELECTED = "#1b4b7a";

// drawRuler is the picture of section 4.1: each row begins at a tick, so whoever
// lies at its left end is selected.
function drawRuler(v, out) {
  var total = 0, i, svg = "http://www.w3.org/2000/svg";
  for (i = 0; i < out.line.length; i++) { total += out.line[i].unit.ppm; }
  var start = startOf(v.hash, v.seed), rows = Math.ceil((total - start) / CERTAIN) + 1;
  if (out.line.length > 3000 || rows > 80 || total === 0 || !document.createElementNS) { return null; }
  var picture = document.createElementNS(svg, "svg");
  picture.setAttribute("viewBox", "0 0 1000 " + rows * 26);
  picture.setAttribute("class", "ruler");
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", "抽签尺：每行从一个刻度开始，行首的对象被抽中");
  var edge = CERTAIN - start, shade = 0;
  function block(from, to, fill, name, title) {
    var rect = document.createElementNS(svg, "rect"), row = Math.floor(from / CERTAIN), label = document.createElementNS(svg, "title");
    rect.setAttribute("x", (from - row * CERTAIN) / 1000);
    rect.setAttribute("y", row * 26);
    rect.setAttribute("width", (to - from) / 1000);
    rect.setAttribute("height", 20);
    rect.setAttribute("fill", fill);
    rect.setAttribute("stroke", "#fff");
    label.appendChild(document.createTextNode(title));
    rect.appendChild(label);
    picture.appendChild(rect);
    if (fill === SELECTED && to - from > 12000 * name.length) { write(from, name); }
  }
  function write(from, name) {
    var text = document.createElementNS(svg, "text"), row = Math.floor(from / CERTAIN);
    text.setAttribute("x", (from - row * CERTAIN) / 1000 + 10);
    text.setAttribute("y", row * 26 + 15);
    text.setAttribute("fill", "#fff");
    text.setAttribute("font-size", 14);
    text.appendChild(document.createTextNode(name));
    picture.appendChild(text);
  }
  function tick(row) {
    var rect = document.createElementNS(svg, "rect");
    rect.setAttribute("x", 0);
    rect.setAttribute("y", row * 26 - 2);
    rect.setAttribute("width", 4);
    rect.setAttribute("height", 24);
    rect.setAttribute("fill", "#ffbf00");
    picture.appendChild(rect);
  }
  for (i = 0; i < out.line.length; i++) {
    var u = out.line[i].unit, end = edge + u.ppm, hit = find(out.visits, "facility", u.facility) !== null, cut = Math.ceil((edge + 1) / CERTAIN) * CERTAIN;
    var fill = hit ? SELECTED : shade++ % 2 ? "#cbd6e0" : "#dde5ec", title = u.facility + "，" + percent(u.ppm) + (hit ? "，抽中" : "");
    if (u.ppm > 0 && end > cut) { block(edge, cut, fill, u.facility, title); edge = cut; }
    if (end > edge) { block(edge, end, fill, u.facility, title); }
    edge = end;
  }
  for (i = 1; i < rows; i++) { tick(i); }
  return [make("p", {}, ["所有对象按种子算出的次序首尾相接，各占与概率相称的长度；尺子每隔 100% 一个刻度，由种子决定从哪里量起。下图从第二行起，每行左端的黄线是一个刻度；刻度落在谁身上，谁就抽中，以深色表示（跨在刻度上的，一段在上一行末尾）。"]), picture];
}

function origins(v) {
  var told = v.reveals.parties.map(function (p) { return p.party + (p.nonce ? "：" + p.nonce : "：缺席"); });
  var list = make("dl", {}, []);
  function add(name, values) {
    list.appendChild(make("dt", {}, [name]));
    values.forEach(function (value) { list.appendChild(make("dd", { "class": "mono" }, [value])); });
  }
  add("杂凑算法", [v.hash]);
  add("各方揭示的随机数", told);
  add("公共随机数", [SOURCE_NAMES[v.beacon.source] + " 第 " + v.beacon.issue + " 期：" + v.beacon.value]);
  add("种子", [v.seed]);
  var unit = v.pool && v.pool.units[0] ? v.pool.units[0].facility : "GM0001";
  add("自己动手，例如算对象 " + unit + " 的签号", ["printf 'fdraw/v1/unit\\n%s\\n%s\\n' " + v.seed + " " + unit + " | openssl dgst -" + v.hash]);
  return list;
}

window.fdraw = { check: checkText, fromUnicode: fromUnicode };
onFile(byID("file"), byID("drop"), use);
