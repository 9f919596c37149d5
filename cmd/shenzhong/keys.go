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

// secretBytes is how long every secret is.
const secretBytes = 32

// secret reads the key of that name in the folder, and makes it there at
// random, readable by its owner alone, if it has never been. A key that is
// there and cannot be read is never replaced: what it sealed would be lost.
func secret(folder, name string) ([]byte, error) {
	path := filepath.Join(folder, name+".key")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecret(folder, path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the key of %s: %w", name, err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != secretBytes {
		return nil, fmt.Errorf("密钥文件 %s 已损坏，请从备份恢复；不要删除，否则已封存的内容无法读出", path)
	}
	return key, nil
}

func makeSecret(folder, path string) ([]byte, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of keys: %w", err)
	}
	key := make([]byte, secretBytes)
	rand.Read(key)
	if err := keepOnce(folder, path, hex.EncodeToString(key)); err != nil {
		return nil, err
	}
	if err := syncFolder(filepath.Dir(folder)); err != nil { // or a power failure takes its name
		return nil, fmt.Errorf("keep a key: %w", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read a key: %w", err)
	}
	return hex.DecodeString(strings.TrimSpace(string(text)))
}
