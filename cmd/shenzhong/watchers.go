package main

import (
	"fmt"
	"os"
	"time"
)

const watchersUsage = "见证政策文件：每行一个 witness（名称 公钥 网址），以及 group、quorum（C2SP tlog-policy）；设置后，抽取须先经法定数目的见证方联署揭示。运行 draw 和 disclose 的进程须用同一份"

// askTimeout is how long a witness may take to answer: a checkpoint waits for it.
const askTimeout = 5 * time.Second

// readWatchers reads who the witnesses of the public log are.
func readWatchers(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", usageError{fmt.Errorf("读不出见证政策文件，请核对文件名：%w", err)}
	}
	return string(text), nil
}
