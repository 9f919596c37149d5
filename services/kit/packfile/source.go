package packfile

import (
	"sync/atomic"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
)

// Load opens the pack, as Open does, and reads its rules. An extract of one day
// is fault.Invalid: whoever decides must also judge older facts.
func Load(pack, trust string) (*law.Pack, error) {
	fsys, err := Open(pack, trust)
	if err != nil {
		return nil, err
	}
	p, err := law.Load(fsys)
	if err != nil {
		return nil, err
	}
	if on := p.Manifest().AsOf; !on.IsZero() {
		return nil, fault.New(fault.Invalid, "规则包 %s 只是 %s 的摘录，只供查阅比对；运行请用完整的规则包。", pack, on)
	}
	return p, nil
}

// Source is a law.Source over a pack on the disk that may be replaced while the
// program runs. It is safe for concurrent use.
type Source struct {
	pack, trust string
	now         atomic.Pointer[law.Pack]
}

// NewSource loads the pack for the first time.
func NewSource(pack, trust string) (*Source, error) {
	s := &Source{pack: pack, trust: trust}
	p, err := Load(pack, trust)
	if err != nil {
		return nil, err
	}
	s.now.Store(p)
	return s, nil
}

// Law returns the pack in force. Whoever decides asks once and keeps to the
// answer until the decision is made.
func (s *Source) Law() *law.Pack { return s.now.Load() }

// Reload takes the pack as it is on the disk now and reports whether it is
// another. A pack that cannot be taken, or that is another district's, changes
// nothing: the one in force stays.
func (s *Source) Reload() (bool, error) {
	old := s.now.Load()
	p, err := Load(s.pack, s.trust)
	if err != nil {
		return false, err
	}
	if had, has := old.Manifest().District, p.Manifest().District; had != has {
		return false, fault.New(fault.Conflict, "正在使用 %s 的规则包，不能换成 %s 的。", had, has)
	}
	if p.Version() == old.Version() {
		return false, nil
	}
	s.now.Store(p)
	return true, nil
}
