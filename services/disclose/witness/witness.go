// Package witness runs a witness (见证方) of the public log: a program of another
// authority that remembers the newest checkpoint it saw and cosigns a newer one
// only if the log has grown from it (C2SP tlog-witness, over HTTP or by files on
// a USB stick). It also asks witnesses on behalf of a log.
//
// It must never answer before what it saw is kept, and it needs nothing of the
// district's but the public keys of its log.
package witness

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/fault"
)

// keyFile holds the secret line of a witness.
const keyFile = "witness.key"

// State is what a witness keeps in a folder: its key, and of each log the newest
// checkpoint that it cosigned. One process at a time has it.
type State struct {
	dir  string
	lock *os.File
}

// Open takes the folder, and makes it if it is not there. While another process
// has it, it is fault.Unavailable.
func Open(dir string) (*State, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.New(fault.Invalid, "不能建立见证目录“%s”，请换一个位置：%w", dir, err)
	}
	lock, err := takeLock(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, fault.New(fault.Unavailable, "见证目录“%s”正由另一个见证程序使用，请等它结束：%w", dir, err)
	}
	return &State{dir: dir, lock: lock}, nil
}

// Close gives the folder back.
func (s *State) Close() error { return s.lock.Close() }

// Key reads the key of the witness, and makes it, readable by its owner alone,
// if there has never been one; made says that. A key that is there and cannot be
// read is never replaced: those who know its public key would know nobody.
func (s *State) Key(name string) (key *publiclog.Cosigner, made bool, err error) {
	path := filepath.Join(s.dir, keyFile)
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && name == "":
		return nil, false, fault.New(fault.Invalid, "见证目录“%s”中还没有密钥，请用 --name 写明见证方名称，首次运行时生成", s.dir)
	case errors.Is(err, fs.ErrNotExist):
		made = true
		secret, err := publiclog.GenerateCosigner(name)
		if err == nil {
			err = replace(path, secret)
		}
		if err != nil {
			return nil, false, err
		}
		text = []byte(secret)
	case err != nil:
		return nil, false, fmt.Errorf("read the key of the witness: %w", err)
	}
	key, err = publiclog.ParseCosigner(string(text))
	if err == nil && name != "" && key.Name() != name {
		return nil, false, fault.New(fault.Invalid, "见证目录“%s”中的密钥属于 %s，不是 %s", s.dir, key.Name(), name)
	}
	return key, made, err
}

// file is where what was seen of a log is kept. An origin may have any letters,
// a file name not.
func (s *State) file(origin string) string {
	sum := sha256.Sum256([]byte(origin))
	return filepath.Join(s.dir, "seen-"+hex.EncodeToString(sum[:8])+".txt")
}

// Seen implements publiclog.WitnessMemory. A file that is there and cannot be
// read stops the witness: one that forgets would cosign a fork.
func (s *State) Seen(origin string) (publiclog.Seen, error) {
	seen := publiclog.Seen{Origin: origin}
	path := s.file(origin)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return seen, nil
	}
	if err != nil {
		return seen, fmt.Errorf("read what the witness saw: %w", err)
	}
	line := strings.Split(string(text), "\n")
	bad := fault.New(fault.Internal, "见证记录 %s 已损坏，已停止见证；请从备份恢复，不要删除", path)
	if len(line) != 4 || line[0] != origin || line[3] != "" {
		return seen, bad
	}
	root, err := base64.StdEncoding.Strict().DecodeString(line[2])
	if err != nil || len(root) != tlog.HashSize {
		return seen, bad
	}
	seen.Root = tlog.Hash(root)
	if seen.Size, err = strconv.ParseInt(line[1], 10, 64); err != nil || seen.Size < 0 {
		return seen, bad
	}
	return seen, nil
}

// Keep implements publiclog.WitnessMemory.
func (s *State) Keep(seen publiclog.Seen) error {
	return replace(s.file(seen.Origin), publiclog.Body(seen.Origin, seen.Size, seen.Root))
}

// replace writes a file whole, readable by its owner alone, and returns when it
// and its name are on the disk.
func replace(path, text string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is gone when all went well
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
