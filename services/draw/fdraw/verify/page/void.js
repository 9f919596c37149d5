// An attempt that was given up before its public number was drawn: why, and the
// checks of which the answer is then another one.

var VOID_REASONS = {
  commits: "提交承诺值的单位不足", reveals: "揭示的单位不足", unfrozen: "名录没有在揭示截止之前锁定",
  unclosed: "揭示没有在公开随机数产生之前截止", unseen: "见证方没有在公开随机数产生之前见证揭示"
};

function parseVoid(text) {
  var r = new Reader("void", text), v = r.head();
  v.reason = r.word("reason");
  r.oneOf(v.reason, Object.keys(VOID_REASONS), "不认识的作废理由“" + show(v.reason) + "”");
  v.parties = fates(r);
  return r.end(v);
}

// givenUp is V5 of such an attempt.
function givenUp(v) {
  var why = lack(v, ["announce", "void"]), a = v.announce, gone = v["void"];
  if (why) { return unknownThat(why + "，不能核对作废的理由。"); }
  if (!sameHead(gone, a)) { return failsThat("作废说明属于抽取 " + headName(gone) + "，不是 " + headName(a) + "。"); }
  if (v.given.beacon || v.given.result) { return failsThat("本次尝试称已作废，却有公共随机数或者结果。"); }
  if (gone.reason === "commits") { return tooFewCommits(v, a, gone); }
  if (gone.reason === "reveals") { return tooFewReveals(v, a, gone); }
  if (gone.reason === "unfrozen" && v.given.freeze) { return failsThat("作废说明称名录没有锁定，验证包中却有冻结文件。"); }
  return unknownThat("本次尝试已作废，没有取公共随机数；理由是" + VOID_REASONS[gone.reason] + "，须由公开日志印证。");
}

function tooFewCommits(v, a, gone) {
  for (var i = 0; i < gone.parties.length; i++) {
    var p = gone.parties[i];
    if (p.nonce !== "" || a.parties.indexOf(p.party) < 0) { return failsThat("作废说明把 " + p.party + " 列为没有提交承诺值的参与方，与公告不符。"); }
  }
  var n = a.parties.length - gone.parties.length;
  if (v.given.freeze) { return failsThat("作废说明称承诺不足，验证包中却有冻结文件。"); }
  if (n >= a.quorum) { return failsThat("提交承诺值的有 " + n + " 方，达到法定的 " + a.quorum + " 方，不应作废。"); }
  return holdsThat("本次尝试在公共随机数产生之前作废：提交承诺值的只有 " + n + " 方，少于法定的 " + a.quorum + " 方。");
}

function tooFewReveals(v, a, gone) {
  var why = lack(v, ["freeze"]), told = 0, i;
  if (why) { return unknownThat(why + "，不能核对作废的理由。"); }
  function names(list) { return list.map(function (p) { return p.party; }).join(" "); }
  if (names(gone.parties) !== names(v.freeze.commits)) { return failsThat("作废说明所列的参与方与冻结文件中提交承诺的不一致。"); }
  for (i = 0; i < gone.parties.length; i++) {
    var p = gone.parties[i];
    if (p.nonce === "") { continue; }
    if (v.freeze.commits[i].digest !== labeled(a.hash, "commit", commitText(v.freeze, p.party, p.nonce))) {
      return failsThat(p.party + " 揭示的随机数与它冻结前的承诺不符。");
    }
    told++;
  }
  if (told >= a.quorum) { return failsThat("揭示的有 " + told + " 方，达到法定的 " + a.quorum + " 方，不应作废。"); }
  return holdsThat("本次尝试在公共随机数产生之前作废：揭示的只有 " + told + " 方，少于法定的 " + a.quorum + " 方。");
}

// voidOrder is V8 of such an attempt: nothing came after it was given up.
function voidOrder(v, head) {
  var after = ["beacon", "sealed", "open"], steps = [["announce", "announce"]];
  for (var i = 0; i < after.length; i++) {
    if (entriesOf(v.log, after[i], head).length > 0) { return failsThat("本次抽取 " + headName(head) + " 称已作废，公开日志却记有 " + after[i] + " 一步。"); }
  }
  if (v.b.freeze !== "") { steps.push(["freeze", "freeze"]); }
  if (v.b.reveals !== "") { steps.push(["reveals", "reveals"]); }
  steps.push(["void", "void"]);
  return inOrder(v, head, steps, "本次尝试至作废的各步依次记入日志，内容与文件相符，其后没有随机数、密封和公开。");
}

// voidSeen is V9 of such an attempt.
function voidSeen(v) {
  var why = lack(v, ["announce", "void"]);
  if (why) { return unknownThat(why + "，不能核对见证时间。"); }
  var f = witnessed(v, "void", v.announce.beacon.at, "公共随机数产生");
  if (f.status === "fails") { return unknownThat(f.why + "作废的理由是" + VOID_REASONS[v["void"].reason] + "，请核对。"); }
  return f.status === "holds" ? holdsThat(f.why, keysByHand(v.log)) : f;
}

// ended is whether the list of numbers says of this attempt what the bundle says.
function ended(v, head) {
  var found = v.numbers.draws.filter(function (a) { return sameHead(a, head); })[0];
  if (!found) { return "清单中没有本次抽取 " + headName(head); }
  if (found.ended === "void" && !v.given["void"]) { return "清单把本次抽取 " + headName(head) + " 记为作废"; }
  if (found.ended !== "void" && v.given["void"]) { return "本次抽取 " + headName(head) + " 称已作废，清单却没有这样记"; }
  return "";
}
