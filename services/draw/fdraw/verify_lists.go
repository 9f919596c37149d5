package fdraw

// chances is V10: every probability follows from the policy and from what the
// register knew.
func (v *verifier) chances() finding {
	if lack := v.lack(AnnounceFile, PolicyFile, PoolFile, RegistryFile); lack != "" {
		return unknown("%s，不能重算概率。", lack)
	}
	if v.registry.Head != v.announce.Head {
		return fails("对象属性表属于抽取 %s，不是 %s。", v.registry.Head, v.announce.Head)
	}
	if v.announce.Hash.Sum(labelPolicy, v.b.Policy) != v.announce.Policy {
		return fails("验证包中的抽取政策不是公告的那一份。")
	}
	want, err := Rates(v.policy, v.registry)
	if err != nil {
		return fails("%s。", err)
	}
	for i, c := range want {
		var u *Unit
		if i < len(v.pool.Units) && v.pool.Units[i].Facility == c.Facility {
			u = &v.pool.Units[i] // as it should be: both lists have the same order
		} else {
			u = v.pool.Find(c.Facility)
		}
		switch {
		case u == nil:
			return fails("%s 在对象属性表中，对象名录却没有它。", c.Facility)
		case u.PPM != c.PPM || u.Reason != c.Reason:
			return fails("%s 按政策应为百万分之 %d（%s），名录记为百万分之 %d（%s）。", c.Facility, c.PPM, c.Reason, u.PPM, u.Reason)
		}
	}
	if len(want) != len(v.pool.Units) {
		return fails("对象名录有 %d 个对象，对象属性表只有 %d 个。", len(v.pool.Units), len(want))
	}
	f := holds("%d 个对象的概率和理由都由公告的政策得出。", len(want))
	f.byHand = "对象属性表出自监管部门的登记，请与公示的信用等级和风险分类比对"
	return f
}

// registerComplete is V11: nobody was left out of the pool, and what changed
// since the draw before is explained.
func (v *verifier) registerComplete() finding {
	if lack := v.lack(PoolFile, RegistryFile); lack != "" {
		return unknown("%s，不能核对名录是否完整。", lack)
	}
	for i := range max(len(v.pool.Units), len(v.registry.Entries)) {
		switch {
		case i >= len(v.pool.Units):
			return fails("对象名录漏了登记在册的 %s。", v.registry.Entries[i].Facility)
		case i >= len(v.registry.Entries):
			return fails("对象名录中的 %s 不在登记之列。", v.pool.Units[i].Facility)
		}
		in, reg := v.pool.Units[i].Facility, v.registry.Entries[i].Facility
		switch {
		case reg < in:
			return fails("对象名录漏了登记在册的 %s。", reg)
		case in < reg:
			return fails("对象名录中的 %s 不在登记之列。", in)
		}
	}
	if lack := v.lack(ChangesFile); lack != "" {
		return unknown("名录与登记一致；但%s，与上一次抽取的差异未经说明。", lack)
	}
	return v.changesExplained()
}

func (v *verifier) changesExplained() finding {
	c := v.changes
	switch {
	case c.Head != v.pool.Head:
		return fails("名录变动说明属于抽取 %s，不是 %s。", c.Head, v.pool.Head)
	case c.Previous == (Head{}) && len(c.Changes) > 0:
		return fails("名录变动说明称没有上一次抽取，却列有变动。")
	case c.Previous == (Head{}):
		return holds("名录的 %d 个对象与登记一致；说明称此前没有同类抽取。", len(v.pool.Units))
	case v.previous == nil:
		return unknown("名录与登记一致；但验证包中没有可读的上一次对象名录，不能核对变动说明。")
	case v.previous.Head != c.Previous:
		return fails("所附上一次名录属于抽取 %s，说明所称为 %s。", v.previous.Head, c.Previous)
	}
	if err := c.Explain(v.previous, v.pool); err != nil {
		return fails("%s。", err)
	}
	return holds("名录的 %d 个对象与登记一致；与抽取 %s 相比的 %d 处变动都有说明。", len(v.pool.Units), c.Previous, len(c.Changes))
}

// dense is V12: no draw of the year is missing, and none was tried in secret.
func (v *verifier) dense() finding {
	if lack := v.lack(NumbersFile); lack != "" {
		return unknown("%s，不能核对编号。", lack)
	}
	head, ok := v.head()
	if !ok {
		return unknown("验证包中没有抽取公告，不知道核对哪一次抽取。")
	}
	if err := v.numbers.Dense(head); err != nil {
		return fails("%s。", err)
	}
	if err := v.ended(head); err != nil {
		return fails("%s。", err)
	}
	for _, l := range v.log.draws {
		if !v.numbers.has(l.leaf.Head) {
			return fails("公开日志记有抽取 %s，清单却没有。", l.leaf.Head)
		}
	}
	f := holds("本年度编号连续，列出的 %d 次尝试中只有作废的才重来。", len(v.numbers.Draws))
	f.byHand = "清单由主办单位出具，请与公开日志的全部抽取条目比对"
	return f
}

func (n *Numbers) has(h Head) bool {
	for _, a := range n.Draws {
		if a.Head == h {
			return true
		}
	}
	// A log extract may show draws of other years; they are on other lists.
	own, err := ParseNumber(h.Draw)
	if err != nil || len(n.Draws) == 0 {
		return false
	}
	listed, err := ParseNumber(n.Draws[0].Draw)
	return err == nil && (own.Year != listed.Year || own.District != listed.District)
}

// allLogged reports whether the log, as far as it is there, goes up to the opening:
// what is not in it by then was not done.
func (v *verifier) allLogged() bool {
	head, ok := v.head()
	if _, usable := v.log.usable(); !ok || !usable {
		return false
	}
	e, err := v.log.only(StageOpen, head)
	return err == nil && e != nil && e.proofAt(v.log.last().Size) != nil
}

// substitutions is V13: whoever was replaced was replaced by the next card.
func (v *verifier) substitutions() finding {
	logged := v.log.count(StageSubstitute, v.head)
	if len(v.b.Substitutions) == 0 {
		if logged > 0 {
			return fails("公开日志记有 %d 次人员替换，验证包中却没有替换记录。", logged)
		}
		if v.allLogged() {
			return holds("没有人员替换：直到公开，公开日志和验证包中都没有这样的记录。")
		}
		return unknown("验证包中没有人员替换记录，无可核对。")
	}
	if lack := v.lack(AnnounceFile, PoolFile, OfficersFile, RevealsFile, BeaconFile, ResultFile); lack != "" {
		return unknown("%s，不能核对人员替换。", lack)
	}
	if v.outcome().Result.Text() != v.b.Result {
		return unknown("公布的结果与重算不同（见 V6），替换无从核对。")
	}
	roster := NewRoster(v.announce.Hash, v.seed, v.pool, v.officers, v.result)
	manual := 0
	for i, s := range v.subs {
		if s == nil {
			return unknown("第 %d 份替换记录不能读取（见 V1）。", i+1)
		}
		if err := roster.Apply(s); err != nil {
			return fails("%s。", err)
		}
		if s.Reason == Manual {
			manual++
		}
	}
	for _, l := range v.log.draws {
		if l.leaf.Stage == StageSubstitute && l.leaf.Head == v.result.Head && !l.isOfAny(v.b.Substitutions) {
			return fails("公开日志中有一次人员替换不在验证包的记录之列。")
		}
	}
	f := holds("%d 次人员替换都依牌序进行。", len(v.subs))
	if manual > 0 {
		f.why = holds("%d 次人员替换，其中 %d 次在无人可依次递补后由人指定，其余依牌序进行。", len(v.subs), manual).why
		f.byHand = "由人指定的替换请核对审批"
	}
	return f
}
