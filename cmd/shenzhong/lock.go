package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"shenzhong/services/kit/fault"
)

// holdData makes this process the only one that runs a broker on the data
// directory dir: two on one folder would destroy what they keep. The lock ends
// with the process, however it ends.
func holdData(dir string) (release func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "running.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f.Close, nil
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fault.New(fault.Unavailable, "数据目录 %s 正由另一个 shenzhong 进程使用；请先停止它，或者用 --data 换一个目录", dir)
	}
	return nil, errors.Join(err, f.Close())
}
