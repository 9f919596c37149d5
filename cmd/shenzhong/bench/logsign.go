package bench

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"shenzhong/services/disclose/publiclog"
)

// memory keeps a checkpoint nowhere.
type memory struct{ text string }

func (m *memory) Last() (string, error)   { return m.text, nil }
func (m *memory) Keep(text string) error  { m.text = text; return nil }
func (m *memory) Halted() (string, error) { return "", nil }
func (m *memory) Halt(string) error       { return nil }

// signBare is an Ed25519 and an SM2 signature.
func (t *tree) signBare(body []byte) (signed [2][]byte, err error) {
	signed[0] = ed25519.Sign(t.ed25519, body)
	if signed[1], err = sm2.SignASN1(rand.Reader, t.sm2, body, sm2.DefaultSM2SignerOpts); err != nil {
		err = fmt.Errorf("sign with SM2: %w", err)
	}
	return signed, err
}

// sign measures signing checkpoints without keeping them.
func (t *tree) sign(_ context.Context, _ string, size LogSize) (Report, error) {
	return t.checkpoints(fmt.Sprintf("公开日志：签检查点，不落盘（%d 条起）", t.entries.Size()), size, &memory{}, func([]byte) error { return nil })
}

// keep measures signing checkpoints as the log does, kept before published; by
// hand one file is written anew and synced with its folder.
func (t *tree) keep(_ context.Context, dir string, size LogSize) (Report, error) {
	kept := &publiclog.File{Path: filepath.Join(dir, "checkpoint-kept")}
	byHand := filepath.Join(dir, "checkpoint-by-hand")
	return t.checkpoints(fmt.Sprintf("公开日志：签检查点并落盘（%d 条起）", t.entries.Size()), size, kept, func(text []byte) error {
		return replace(byHand, text)
	})
}

// replace puts text in the place of a file, durably.
func replace(path string, text []byte) error {
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// checkpoints signs again and again a tree that grows by one entry each time.
func (t *tree) checkpoints(name string, size LogSize, kept publiclog.Memory, keep func([]byte) error) (Report, error) {
	entries := t.entries // what is appended to measure is no part of the log that is stated
	notary := &publiclog.Notary{Keys: t.keys, Memory: kept}
	root, err := entries.Root(entries.Size())
	if err != nil {
		return Report{}, err
	}
	body := []byte(publiclog.Body(origin, entries.Size(), root))
	leaf := publiclog.Record(entryID(0), 2, [32]byte{}, "")
	return turns(Report{Name: name, Unit: "个"}, size.Load,
		func(lasting time.Duration) (tally, error) {
			return repeated(lasting, 1, func(int) error {
				if err := entries.Add(leaf); err != nil {
					return err
				}
				_, err := notary.Sign(&entries)
				return err
			})
		},
		func(lasting time.Duration) (tally, error) {
			return repeated(lasting, 1, func(int) error {
				signed, err := t.signBare(body)
				if err != nil {
					return err
				}
				return keep(append(append(body, signed[0]...), signed[1]...))
			})
		})
}
