package disclose

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/fault"
)

// errNoLog says that this installation keeps no public log.
var errNoLog = fault.New(fault.NotFound, "本系统没有开通公开日志")

// Checkpoint is the newest signed checkpoint with the lines of its witnesses.
func (s *Service) Checkpoint() (string, error) {
	if s.public == nil {
		return "", errNoLog
	}
	s.public.mu.RLock()
	defer s.public.mu.RUnlock()
	_, err := s.public.published()
	return s.public.point, err
}

// published is the size of the checkpoint that is published; l.mu is held.
func (l *ledger) published() (int64, error) {
	switch {
	case l.halt != nil:
		return 0, l.halt
	case l.point == "":
		return 0, fault.New(fault.Early, "公开日志的第一个检查点尚未签发，请稍后再试")
	}
	return publiclog.SizeOf(l.point)
}

// LogStatus is how the public log stands, for the operator and for the public.
type LogStatus struct {
	Origin  string `json:"origin"`
	Entries int64  `json:"entries"` // in the store
	Signed  int64  `json:"signed"`  // of them, by the newest checkpoint
	Stopped string `json:"stopped"` // why it is signed no more; empty while all is well

	Witnessed Witnessed `json:"witnessed"`
}

// LogStatus reads it; it is zero where no public log is kept.
func (s *Service) LogStatus() LogStatus {
	if s.public == nil {
		return LogStatus{}
	}
	l := s.public
	l.mu.RLock()
	defer l.mu.RUnlock()
	st := LogStatus{Origin: l.cfg.Notary.Keys.Origin, Entries: l.tree.Size()}
	st.Witnessed = l.witnessed(l.clock.Now())
	if l.halt != nil {
		st.Stopped = l.halt.Error()
	}
	if size, err := publiclog.SizeOf(l.point); err == nil {
		st.Signed = size
	}
	return st
}

// LogKeys are the public keys of the log, one line each, the newest last.
func (s *Service) LogKeys() ([]string, error) {
	if s.public == nil {
		return nil, errNoLog
	}
	return s.public.cfg.Notary.Keys.Public(), nil
}

// LogTile returns a tile of the public log, at a path as C2SP tlog-tiles has
// it, and whether it will stay as it is for ever.
func (s *Service) LogTile(ctx context.Context, path string) (data []byte, full bool, err error) {
	if s.public == nil {
		return nil, false, errNoLog
	}
	tile, err := publiclog.ParseTile(path)
	if err != nil {
		return nil, false, err
	}
	l := s.public
	l.mu.RLock()
	size := l.tree.Size()
	if l.halt != nil { // what is there contradicts what was signed
		defer l.mu.RUnlock()
		return nil, false, l.halt
	}
	if !tile.Within(size) {
		l.mu.RUnlock()
		return nil, false, fault.New(fault.NotFound, "公开日志只有 %d 条，没有这个分片", size)
	}
	first, entries := tile.Entries()
	if !entries {
		data, err = l.tree.Nodes(tile)
	}
	l.mu.RUnlock()
	if entries {
		data, err = l.bundle(ctx, first, tile.W)
	}
	return data, tile.Full(), err
}

// bundle is the tile of n entries from first on.
func (l *ledger) bundle(ctx context.Context, first int64, n int) ([]byte, error) {
	leaves, err := l.leaves(ctx, first, n)
	return publiclog.Bundle(leaves), err
}

// leaves reads n entries from first on from the store.
func (l *ledger) leaves(ctx context.Context, first int64, n int) ([]string, error) {
	commits, err := l.log.Scan(ctx, l.growth.Subject(l.id), first, n)
	if err != nil {
		return nil, err
	}
	var leaves []string
	for _, c := range commits {
		fact, err := events.Open[events.LeafLogged](c.Envelope())
		if err != nil {
			return nil, err
		}
		leaves = append(leaves, fact.Leaf)
	}
	if len(leaves) != n {
		return nil, fault.New(fault.Internal, "%d entries from %d on, want %d", len(leaves), first, n)
	}
	return leaves, nil
}

// Proof returns what a citizen needs to check that a public record is in the
// log, or fault.NotFound when it is no longer public: its salt is told to
// nobody then. Before a checkpoint covers it, it is fault.Early.
func (s *Service) Proof(ctx context.Context, record string) (publiclog.Proof, error) {
	var p publiclog.Proof
	row, err := s.ShownRecord(ctx, record)
	if err != nil {
		return p, err
	}
	if row.State != Published {
		return p, fault.New(fault.NotFound, "编号为 %s 的信息已不再公示，不提供证明", record)
	}
	if p.Checkpoint, err = s.Checkpoint(); err != nil {
		return p, err
	}
	if p.Document, err = s.publishedDocument(ctx, record, max(row.Version, 1)); err != nil {
		return p, err
	}
	l := s.public
	p.Record, p.Version = l.name(record), max(row.Version, 1)
	p.SetSalt(l.salt(record, p.Version))
	l.mu.RLock()
	defer l.mu.RUnlock()
	places := l.places["record "+p.Record]
	size, err := publiclog.SizeOf(p.Checkpoint)
	if err != nil {
		return p, err
	}
	if len(places) < p.Version || places[p.Version-1] >= size {
		return p, fault.New(fault.Early, "该信息刚刚公示，检查点尚未覆盖，请稍后再试")
	}
	p.Index, p.Size = places[p.Version-1], size
	p.Path, err = l.tree.Include(p.Index, size)
	return p, err
}

// publishedDocument is a record as it is published, byte for byte: since its
// last correction, if there was one.
func (s *Service) publishedDocument(ctx context.Context, record string, version int) (string, error) {
	const most = 1000 // of one record's commits; it has a handful
	commits, err := s.cfg.Log.Scan(ctx, s.records.Subject(record), 0, most)
	if err != nil {
		return "", err
	}
	for _, c := range commits {
		known := c.Kind == (events.RecordPublished{}).Kind() || c.Kind == (events.RecordCorrected{}).Kind()
		if c.Subject != s.records.Subject(record) || !known {
			continue
		}
		if version--; version == 0 {
			return documentOf(c.Envelope())
		}
	}
	return "", fault.New(fault.NotFound, "没有编号为 %s 的公示信息，请核对编号", record)
}

// LogRequest is what a witness is asked: whether the log has grown from the
// size old, as C2SP tlog-witness writes it.
func (s *Service) LogRequest(old int64) (string, error) {
	text, err := s.Checkpoint()
	if err != nil {
		return "", err
	}
	size, err := publiclog.SizeOf(text)
	if err != nil {
		return "", err
	}
	if old < 0 || old > size {
		return "", fault.About("old", fault.Invalid, "公开日志的检查点只有 %d 条，不能从第 %d 条起证明", size, old)
	}
	s.public.mu.RLock()
	defer s.public.mu.RUnlock()
	path, err := s.public.tree.Extend(old, size)
	return publiclog.Request(old, path, text), err
}
