// The teams of a draw as replacements change them (section 4.3): the deck of the
// draw decides who comes next.

function Roster(hash, seed, pool, officers, result) {
  this.pool = pool;
  this.head = { draw: result.draw, attempt: result.attempt };
  this.visits = [];
  this.decks = {};
  this.number = 0;
  this.away = {};
  this.gone = {};
  this.bars = barring(officers);
  var load = {}, i, j;
  for (i = 0; i < result.visits.length; i++) {
    var v = result.visits[i], seats = [];
    for (j = 0; j < v.seats.length; j++) {
      var s = v.seats[j];
      seats.push({ dept: s.dept, j: s.j, officer: s.officer });
      load["+" + s.officer] = (load["+" + s.officer] || 0) + 1;
      if (!this.decks["+" + s.dept]) { this.decks["+" + s.dept] = new Deck(hash, seed, s.dept, officers, result.visits.length); }
    }
    this.visits.push({ facility: v.facility, seats: seats });
  }
  for (var key in this.decks) {
    if (!this.decks.hasOwnProperty(key)) { continue; }
    var staff = this.decks[key].staff;
    for (i = 0; i < staff.length; i++) { staff[i].load = load["+" + staff[i].id] || 0; }
  }
}

Roster.prototype = {
  seat: function (s) {
    var v = find(this.visits, "facility", s.facility);
    for (var i = 0; v && i < v.seats.length; i++) {
      if (v.seats[i].dept === s.dept && v.seats[i].j === s.j) { return v.seats[i]; }
    }
    return null;
  },
  // barred reports whether the frozen list keeps an officer from a facility.
  barred: function (officer, facility, ignoreRotation) {
    var codes = this.bars[officer + " " + facility] || [];
    for (var i = 0; i < codes.length; i++) {
      if (codes[i] !== "rotate" || !ignoreRotation) { return true; }
    }
    return false;
  },
  next: function (s, vacancy) {
    var roster = this, v = find(this.visits, "facility", s.facility), skill = "", u = find(this.pool.units, "facility", s.facility);
    for (var i = 0; u && s.j === 1 && i < u.demand.length; i++) {
      if (u.demand[i].dept === s.dept) { skill = u.demand[i].skill; }
    }
    return this.decks["+" + s.dept].top(function (o) {
      return (!skill || o.skills.indexOf(skill) >= 0) && !holds(v, o.id) && !roster.away["+" + o.id] &&
        !roster.gone[o.id + " " + s.facility] && !roster.barred(o.id, s.facility, vacancy);
    });
  },
  // replace returns who leaves the seat and who takes it.
  replace: function (s) {
    var seat = this.seat(s), from;
    if (!seat) { wrong("抽取结果中没有 " + show(s.facility) + " 的 " + show(s.dept) + " 第 " + s.j + " 席"); }
    from = seat.officer;
    if (s.reason === "vacancy" && from) { wrong(s.facility + " 的 " + s.dept + " 第 " + s.j + " 席并不空缺"); }
    if (s.reason !== "vacancy" && !from) { wrong(s.facility + " 的 " + s.dept + " 第 " + s.j + " 席空缺，应按空缺递补"); }
    this.number++;
    if (from) {
      this.gone[from + " " + s.facility] = true;
      if (s.reason === "leave") { this.away["+" + from] = true; }
    }
    var o = this.next(s, s.reason === "vacancy");
    if (o) { o.load++; }
    seat.officer = o ? o.id : "";
    return { from: from, to: seat.officer };
  },
  // appoint gives a vacant seat to an officer named by a person.
  appoint: function (s) {
    var seat = this.seat(s);
    if (!seat || seat.officer) { wrong(show(s.facility) + " 的 " + show(s.dept) + " 第 " + s.j + " 席并不空缺，不能指定人员"); }
    checkID(s.to);
    if (this.next(s, true)) { wrong("按顺位还有人员可用，不能另行指定"); }
    if (holds(find(this.visits, "facility", s.facility), s.to)) { wrong(s.to + " 已在 " + s.facility + " 的检查组中"); }
    if (this.away["+" + s.to] || this.gone[s.to + " " + s.facility] || this.barred(s.to, s.facility, true)) {
      wrong(s.to + " 应当回避或不在岗，不能指定到 " + s.facility);
    }
    this.number++;
    seat.officer = s.to;
    return { from: "", to: s.to };
  },
  // apply repeats a recorded replacement, or says what is wrong with it.
  apply: function (s) {
    var roster = this, want;
    if (!sameHead(s, this.head)) { return "替换记录属于抽取 " + headName(s) + "，不是 " + headName(this.head); }
    if (s.number !== this.number + 1) { return "替换记录的编号应为 " + (this.number + 1) + "，实为 " + s.number; }
    var why = attempt(function () { want = s.reason === "manual" ? roster.appoint(s) : roster.replace(s); });
    if (why) { return "第 " + s.number + " 号替换：" + why; }
    if (want.from !== s.from) { return "第 " + s.number + " 号替换：原人员应为 " + (want.from || "-") + "，记为 " + (s.from || "-"); }
    if (want.to !== s.to) { return "第 " + s.number + " 号替换：按顺位应为 " + (want.to || "-") + "，记为 " + (s.to || "-"); }
    return "";
  }
};
