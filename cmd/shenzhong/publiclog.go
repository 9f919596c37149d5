package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"shenzhong/cmd/shenzhong/backup"
	"shenzhong/services/disclose"
	"shenzhong/services/disclose/publiclog"
)

// The files of the public log in the folder of keys.
const (
	logKeys   = backup.LogKeys    // the secret keys it signs with
	logSalts  = "log-salts"       // secret(…): what salts are made of
	logMemory = backup.Checkpoint // the last checkpoint that was signed
)

// trialDomain names the log of an installation that was told no domain. It is
// reserved, so no such log can pass for that of an office.
const trialDomain = "shenzhong.invalid"

const logDomainUsage = "公开日志名称中的本单位域名，首次启动时确定，以后不能更改；不填则称 " + trialDomain + "，只供试用"

// publicLog reads what the public log of a district signs with, and makes it if
// it has never been. domain is that of the office, or empty for whichever the
// keys are of.
func publicLog(folder, domain, district string) (*disclose.PublicLog, error) {
	path := filepath.Join(folder, logKeys)
	memory := &publiclog.File{Path: filepath.Join(folder, logMemory)}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		text, err = installLog(folder, memory, logOrigin(domain, district))
	case err == nil:
		err = complete(folder)
	}
	if err != nil {
		return nil, err
	}
	keys, err := publiclog.ParseKeys(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s：%w", path, err)
	}
	if wanted := logOrigin(domain, district); domain != "" && keys.Origin != wanted {
		return nil, usageError{fmt.Errorf("公开日志的密钥属于 %s，不能改称 %s；名称在首次启动时确定，请去掉 --log-domain 或者改回原来的域名", keys.Origin, wanted)}
	}
	salts, err := secret(folder, logSalts)
	if err != nil {
		return nil, err
	}
	return &disclose.PublicLog{Notary: &publiclog.Notary{Keys: keys, Memory: memory}, Secret: salts}, nil
}

// complete refuses a folder that lost a part: other salts would open no entry,
// and without the last checkpoint an older store could fork the log.
func complete(folder string) error {
	for _, name := range []string{logSalts + ".key", logMemory} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			return fmt.Errorf("密钥目录 %s 缺少 %s，请从备份恢复该文件，不要另建：%w", folder, name, err)
		}
	}
	return nil
}

// logOrigin is what the log of a district is called. Its epoch is 1: a log is
// never begun anew.
func logOrigin(domain, district string) string {
	if domain == "" {
		domain = trialDomain
	}
	return domain + "/fdlog-" + district + "-1"
}

// installLog makes salts, a checkpoint of nothing and keys; the keys last, so
// that where they are, everything is. A log that was signed before never gets
// new keys in silence: who knows the old ones would take it for a forgery.
func installLog(folder string, memory *publiclog.File, origin string) ([]byte, error) {
	last, err := memory.Last()
	if err != nil {
		return nil, err
	}
	if size, err := publiclog.SizeOf(last); last != "" && (err != nil || size > 0) {
		return nil, fmt.Errorf("密钥目录 %s 中有 %s 而没有 %s，请从备份恢复密钥文件，不要另生成", folder, logMemory, logKeys)
	}
	text, err := publiclog.Generate(origin)
	if err != nil {
		return nil, usageError{err}
	}
	keys, err := publiclog.ParseKeys(text)
	if err != nil {
		return nil, err
	}
	if _, err := secret(folder, logSalts); err != nil {
		return nil, err
	}
	if _, err := (&publiclog.Notary{Keys: keys, Memory: memory}).Sign(&publiclog.Tree{}); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, logKeys)
	if err := keepOnce(folder, path, text); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// keepOnce writes a secret file that is not there yet, whole or not at all. Of two
// processes that make it at once, the first one's stays.
func keepOnce(folder, path, text string) error {
	return putSecret(folder, path, text, func(from, to string) error {
		if err := os.Link(from, to); !errors.Is(err, fs.ErrExist) {
			return err
		}
		return nil
	})
}

// replaceSecret writes a secret file over the one that is there: after a power
// failure it is the old one or the new one.
func replaceSecret(folder, path, text string) error { return putSecret(folder, path, text, os.Rename) }

func putSecret(folder, path, text string, place func(from, to string) error) error {
	f, err := os.CreateTemp(folder, ".key-*") // 0600
	if err != nil {
		return fmt.Errorf("make %s: %w", filepath.Base(path), err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(strings.TrimSpace(text) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	if err := place(f.Name(), path); err != nil {
		return fmt.Errorf("keep %s: %w", filepath.Base(path), err)
	}
	return syncFolder(folder)
}

// syncFolder makes a new name in a folder survive a power failure.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("open %s: %w", folder, err)
	}
	return errors.Join(d.Sync(), d.Close())
}
