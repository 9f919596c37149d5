// The checks V1 to V14 of section 6.4. Each answers holds, fails or not
// applicable, with a reason; what could not be looked at never holds.

function holdsThat(why, byHand) { return { status: "holds", why: why, byHand: byHand || "" }; }
function failsThat(why) { return { status: "fails", why: why, byHand: "" }; }
function unknownThat(why) { return { status: "not applicable", why: why, byHand: "" }; }

var CEREMONY = ["announce", "policy", "pool", "officers", "freeze", "reveals", "beacon", "result", "sealed"];

// verify makes the report of a bundle that parseBundle returned.
function verify(bundle) {
  var v = readFiles(bundle), report = { draw: "", checks: [], v: v }, i;
  var head = headOf(v);
  if (head) { report.draw = headName(head); }
  var runs = [
    ["文件格式", formats], ["参与方", parties], ["逐级绑定", chain], ["承诺与揭示", nonces], ["公共随机数", beaconAsAnnounced], ["抽取重算", redraw],
    ["密封与通知", sealing], ["日志次序", logOrder], ["见证时间", witnessTimes], ["概率依据", chances], ["名录完整", registerComplete],
    ["编号连续", dense], ["人员替换", substitutions], ["结果公示", published]
  ];
  for (i = 0; i < runs.length; i++) {
    var f = runs[i][1](v);
    report.checks.push({ id: "V" + (i + 1), title: runs[i][0], status: f.status, why: f.why, byHand: f.byHand });
  }
  report.warnings = warnings(v);
  return report;
}

function readFiles(b) {
  var v = { b: b, given: {}, bad: [], subs: [], notices: [], previous: null, seed: "", drawn: null }, i;
  function take(file, text, parse) {
    var value = null;
    if (text === "") { return null; }
    v.given[file] = true;
    var why = attempt(function () { value = parse(text); });
    if (why) { v.bad.push(why); }
    return value;
  }
  var parsers = {
    announce: parseAnnounce, policy: parsePolicy, pool: parsePool, officers: parseOfficers, freeze: parseFreeze, reveals: parseReveals, beacon: parseBeacon,
    result: parseResult, sealed: parseSealed, fallback: parseFallback, registry: parseRegistry, changes: parseChanges, numbers: parseNumbers, ledger: parseLedger, "void": parseVoid
  };
  var order = CEREMONY.concat(["fallback", "registry", "changes", "numbers", "ledger", "void"]);
  for (i = 0; i < order.length; i++) { v[order[i]] = take(order[i], b[order[i]], parsers[order[i]]); }
  if (b.previous_pool !== "") {
    var why = attempt(function () { v.previous = parsePool(b.previous_pool); });
    if (why) { v.bad.push("上一次的" + why); }
  }
  for (i = 0; i < b.substitutions.length; i++) { v.subs.push(take("substitute", b.substitutions[i], parseSubstitution)); }
  for (i = 0; i < b.notices.length; i++) { v.notices.push(take("notice", b.notices[i].text, parseNotice)); }
  if (v.announce && v.reveals && v.beacon) {
    v.hash = v.announce.hash;
    v.seed = labeled(v.hash, "seed", headText(v.reveals) + "reveals " + labeled(v.hash, "reveals", b.reveals) + "\nbeacon " + labeled(v.hash, "beacon", b.beacon) + "\n");
  }
  v.log = readLog(b.log);
  return v;
}

// lack says which of the files a check needs are not there, or nothing.
function lack(v, files) {
  var absent = [], broken = [], why = [];
  for (var i = 0; i < files.length; i++) {
    if (v[files[i]]) { continue; }
    (v.given[files[i]] ? broken : absent).push(FILE_NAMES[files[i]]);
  }
  if (absent.length > 0) { why.push("验证包中没有" + absent.join("、")); }
  if (broken.length > 0) { why.push(broken.join("、") + "不能读取（见 V1）"); }
  return why.join("；");
}

function headOf(v) { return v.announce || v.sealed; }

function formats(v) {
  if (v.bad.length > 0) { return failsThat(v.bad[0] + (v.bad.length > 1 ? "；另有 " + (v.bad.length - 1) + " 个文件不合格式" : "") + "。"); }
  var why = lack(v, CEREMONY);
  return why ? unknownThat(why + "；其余文件的格式、数目、次序和唯一性都符合规定。") : holdsThat("九个文件的格式、数目、次序和唯一性都符合规定，重新写出后字节相同。");
}

function revealed(v) { return v.reveals.parties.filter(function (p) { return p.nonce !== ""; }); }

function parties(v) {
  var why = lack(v, ["announce", "freeze", "reveals"]), i;
  if (why) { return unknownThat(why + "，不能核对参与方。"); }
  var commits = v.freeze.commits, told = v.reveals.parties, n = revealed(v).length;
  for (i = 0; i < commits.length; i++) {
    if (v.announce.parties.indexOf(commits[i].party) < 0) { return failsThat(commits[i].party + " 提交了承诺，却不在公告的参与方之列。"); }
  }
  for (i = 0; i < Math.max(commits.length, told.length); i++) {
    if (!told[i]) { return failsThat(commits[i].party + " 提交了承诺，揭示文件却没有它的一行。"); }
    if (!commits[i]) { return failsThat(told[i].party + " 没有提交承诺，却出现在揭示文件中。"); }
    if (commits[i].party !== told[i].party) { return failsThat("承诺方与揭示文件所列不一致：" + commits[i].party + "、" + told[i].party + "。"); }
  }
  if (n < v.announce.quorum) { return failsThat("只有 " + n + " 方揭示，少于法定的 " + v.announce.quorum + " 方，本次应作废重来。"); }
  return holdsThat("公告 " + v.announce.parties.length + " 方，承诺 " + commits.length + " 方，揭示 " + n + " 方，达到法定的 " + v.announce.quorum + " 方。");
}

function chain(v) {
  var why = links(v);
  if (why) { return failsThat(why); }
  why = lack(v, ["announce", "policy", "pool", "officers", "freeze", "reveals", "beacon"]);
  return why ? unknownThat(why + "，摘要链不完整。") : holdsThat("公告、政策、名录、承诺、揭示逐级以摘要相连，种子为 " + v.seed + "。");
}

// links checks every link of which both ends are there.
function links(v) {
  var i, a = v.announce, own = ["pool", "officers", "freeze", "reveals", "result", "sealed"];
  if (!a) { return ""; }
  for (i = 0; i < own.length; i++) {
    var f = v[own[i]];
    if (f && !sameHead(f, a)) { return FILE_NAMES[own[i]] + "属于抽取 " + headName(f) + "，公告属于抽取 " + headName(a) + "。"; }
  }
  var pairs = [["announce", "policy"], ["freeze", "announce"], ["freeze", "pool"], ["freeze", "officers"], ["reveals", "freeze"], ["sealed", "reveals"], ["sealed", "beacon"]];
  for (i = 0; i < pairs.length; i++) {
    var from = pairs[i][0], to = pairs[i][1];
    if (v[from] && v[to] && v[from][to] !== labeled(a.hash, to, v.b[to])) {
      return FILE_NAMES[to] + "的摘要与" + FILE_NAMES[from] + "所记的不同：文件在绑定之后被改动过。";
    }
  }
  return "";
}

function nonces(v) {
  var why = lack(v, ["announce", "freeze", "reveals"]);
  if (why) { return unknownThat(why + "，不能核对承诺。"); }
  var told = revealed(v);
  for (var i = 0; i < told.length; i++) {
    var c = find(v.freeze.commits, "party", told[i].party);
    if (!c || c.digest !== labeled(v.announce.hash, "commit", commitText(v.freeze, told[i].party, told[i].nonce))) {
      return failsThat(told[i].party + " 揭示的随机数与它冻结前的承诺不符。");
    }
  }
  return told.length === 0 ? unknownThat("没有一方揭示，无可核对。") : holdsThat("揭示的 " + told.length + " 个随机数都与冻结前的承诺相符。");
}

function beaconAsAnnounced(v) {
  if (v.given["void"]) { return givenUp(v); }
  var why = lack(v, ["announce", "beacon"]);
  if (why) { return unknownThat(why + "，不能核对公共随机数。"); }
  var b = v.beacon, a = v.announce, name = SOURCE_NAMES[b.source], planned = SOURCE_NAMES[a.beacon.source] + "第 " + a.beacon.issue + " 期";
  var byHand = "请与" + name + "第 " + b.issue + " 期的公开记录核对号码：" + b.value;
  if (b.source === a.beacon.source && b.issue === a.beacon.issue) { return holdsThat("公共随机数取自公告约定的" + name + "第 " + b.issue + " 期，写法规范。", byHand); }
  if (b.source !== a.fallback || b.issue !== headName(a)) { return failsThat("公告约定" + planned + "，实际用了" + name + "第 " + b.issue + " 期。"); }
  if (v.given.fallback && !v.fallback) { return unknownThat("备用随机源说明不能读取（见 V1），不能核对为何没有用公告约定的随机数。"); }
  if (!v.fallback) { return unknownThat("用了公告约定的备用随机源，但验证包中没有说明原定随机数为何未产生。"); }
  if (!sameHead(v.fallback, a) || v.fallback.source !== a.beacon.source || v.fallback.issue !== a.beacon.issue) {
    return failsThat("备用随机源说明针对的不是公告约定的" + planned + "。");
  }
  return holdsThat("原定" + planned + "届时未开出，按公告改用" + name + "，期号相符，写法规范。", byHand + "；并核对" + planned + "在约定时间后一天内确未开出");
}

function redraw(v) {
  var why = lack(v, ["announce", "pool", "officers", "reveals", "beacon", "result"]);
  if (why) { return unknownThat(why + "，不能重算。"); }
  var out = outcome(v), got = resultText(out);
  if (got !== v.b.result) {
    var a = got.split("\n"), b = v.b.result.split("\n"), n = 0;
    while (a[n] === b[n]) { n++; }
    return failsThat("重算的结果与公布的不同，自第 " + (n + 1) + " 行起：应为“" + show(a[n] || "") + "”，公布为“" + show(b[n] || "") + "”。");
  }
  return holdsThat("重算 " + v.pool.units.length + " 个对象的抽取和 " + v.result.visits.length + " 个检查组的派员，与公布的结果逐字节相同。" +
    (out.vacant > 0 ? "其中 " + out.vacant + " 个席位没有可派人员，空缺属实。" : ""));
}

// outcome is the draw made again, once.
function outcome(v) {
  v.drawn = v.drawn || drawAgain(v.hash, v.seed, v.pool, v.officers);
  return v.drawn;
}

function sealing(v) {
  var why = lack(v, ["announce", "sealed", "reveals", "beacon", "result"]), bad = issued(v);
  if (why) { return bad ? failsThat(bad) : unknownThat(why + "，不能核对密封。"); }
  var want = seal(v.hash, v.seed, v.reveals, v.beacon, v.result);
  if (want.seedCommit !== v.sealed.seedCommit) { return failsThat("密封文件封存的不是这个种子。"); }
  if (want.result !== v.sealed.result) { return failsThat("密封文件封存的不是这份结果。"); }
  if (want.notices !== v.sealed.notices || want.root !== v.sealed.root) { return failsThat("密封文件封存的不是这些通知。"); }
  if (want.text !== v.b.sealed) { return failsThat("密封文件与重算的不同。"); }
  if (bad) { return failsThat(bad); }
  return holdsThat("种子、结果和 " + want.notices + " 份通知都与检查前封存的一致。" + (v.notices.length > 0 ? "另核对了所附 " + v.notices.length + " 份通知的证明。" : ""));
}

// issued checks the notices in the bundle against the sealed file.
function issued(v) {
  for (var i = 0; v.sealed && i < v.notices.length; i++) {
    var n = v.notices[i], proof = v.b.notices[i].proof;
    if (!n) { continue; }
    if (!sameHead(n, v.sealed)) { return "通知属于抽取 " + headName(n) + "，密封文件属于抽取 " + headName(v.sealed) + "。"; }
    if (proof.size !== v.sealed.notices) { return "证明针对 " + proof.size + " 份通知，密封文件记有 " + v.sealed.notices + " 份。"; }
    if (!proves(proof, v.sealed.root, n.text)) { return "通知与密封文件不符：" + n.visit.facility + " 不是这次抽取密封的第 " + (proof.index + 1) + " 份通知。"; }
  }
  return "";
}

// warnings names what is unwise but proves nothing.
function warnings(v) {
  var out = [], known = {};
  function note(r) {
    for (var i = 0; i < r.parties.length; i++) {
      var p = r.parties[i], where = headName(r) + " 的 " + p.party;
      if (p.nonce === "") { continue; }
      if (known[p.nonce]) { out.push(known[p.nonce] + " 与 " + where + " 用了同一个随机数：对别人它已不再保密"); }
      known[p.nonce] = where;
    }
  }
  for (var i = 0; v.reveals && i < v.b.earlier.length; i++) {
    var why = attempt(function () { note(parseReveals(v.b.earlier[i])); });
    if (why) { out.push("其他抽取的" + why); }
  }
  if (v.reveals) { note(v.reveals); }
  return out;
}
