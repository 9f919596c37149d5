package packfile

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
)

// Load opens the pack, as Open does, for a program that decides by it. An extract
// of one day is fault.Invalid: whoever decides must also judge older facts.
func Load(pack string, trust ...string) (*law.Pack, error) {
	o, err := Open(pack, trust...)
	if err != nil {
		return nil, err
	}
	if on := o.Pack.Manifest().AsOf; !on.IsZero() {
		return nil, fault.New(fault.Invalid, "规则包 %s 只是 %s 的摘录，只供查阅比对；运行请用完整的规则包。", pack, on)
	}
	return o.Pack, nil
}

// Source is a law.Source over a pack on the disk that may be replaced while the
// program runs. It is safe for concurrent use.
type Source struct {
	pack  string
	trust []string
	now   atomic.Pointer[law.Pack]

	mu   sync.Mutex
	seen [sha256.Size]byte // guarded by mu; what lay on the disk when it was last looked at
}

// NewSource loads the pack for the first time.
func NewSource(pack string, trust ...string) (*Source, error) {
	s := &Source{pack: pack, trust: trust}
	p, err := Load(pack, trust...)
	if err != nil {
		return nil, err
	}
	s.now.Store(p)
	s.seen = s.stamp()
	return s, nil
}

// Law returns the pack in force. Whoever decides asks once and keeps to the
// answer until the decision is made.
func (s *Source) Law() *law.Pack { return s.now.Load() }

// Reload takes the pack as it is on the disk now and reports whether it is
// another. A pack that cannot be taken, that is another district's, or that has
// lost a rule by which something under way is judged, changes nothing: the one in
// force stays, and the refusal is told once. It is cheap while nothing on the disk
// changes, so it may be asked for often.
func (s *Source) Reload() (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stamp := s.stamp()
	if stamp == s.seen {
		return false, nil
	}
	s.seen = stamp
	old := s.now.Load()
	p, err := Load(s.pack, s.trust...)
	if err != nil {
		return false, err
	}
	if had, has := old.Manifest().District, p.Manifest().District; had != has {
		return false, fault.New(fault.Conflict, "正在使用 %s 的规则包，不能换成 %s 的。", had, has)
	}
	if p.Version() == old.Version() {
		return false, nil
	}
	if lost := law.Lost(old, p); len(lost) > 0 {
		return false, fault.New(fault.Conflict, "新规则包缺少正在办理的事项还要用的规则，不能换用；旧规则应当写明失效日期，不应当删去：%s等 %d 条。", lost[0], len(lost))
	}
	s.now.Store(p)
	return true, nil
}

// stamp is a digest of all that lies on the disk: the pack, its signatures and
// the keys. What cannot be read is left out; Load says why.
func (s *Source) stamp() [sha256.Size]byte {
	sum := sha256.New()
	names := append([]string{SignatureOf(s.pack)}, s.trust...)
	if info, err := os.Stat(s.pack); err == nil && info.IsDir() {
		files, err := filepath.Glob(filepath.Join(s.pack, "*.yaml"))
		if err == nil {
			names = append(names, files...)
		}
	} else {
		names = append(names, s.pack)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(data))
		sum.Write(data)
	}
	return [sha256.Size]byte(sum.Sum(nil))
}
