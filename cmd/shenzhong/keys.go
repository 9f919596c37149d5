package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// secret reads the key of that name in the folder, and makes it there at
// random, readable by its owner alone, if it has never been. A key that is
// there and cannot be read is never replaced: what it sealed would be lost.
func secret(folder, name string, size int) ([]byte, error) {
	path := filepath.Join(folder, name+".key")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecret(folder, path, size)
	}
	if err != nil {
		return nil, fmt.Errorf("read the key of %s: %w", name, err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != size {
		return nil, fmt.Errorf("密钥文件 %s 已损坏，请从备份恢复；不要删除，否则已封存的内容无法读出", path)
	}
	return key, nil
}

func makeSecret(folder, path string, size int) ([]byte, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of keys: %w", err)
	}
	key := make([]byte, size)
	rand.Read(key)
	f, err := os.CreateTemp(folder, ".key-*") // 0600
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, fmt.Errorf("write a key: %w", err)
	}
	// Of two processes that make it at once, the first one's key stays.
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("keep a key: %w", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read a key: %w", err)
	}
	return hex.DecodeString(strings.TrimSpace(string(text)))
}
