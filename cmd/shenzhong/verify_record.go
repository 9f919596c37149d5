package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/fault"
)

// recordFlags is what was asked for, as it was typed.
type recordFlags struct {
	keys, site string
	json       bool
}

// recordReport is the form of --json.
type recordReport struct {
	Record  string `json:"record"`  // random id in the log
	Version int    `json:"version"` // that the document is
	Index   int64  `json:"index"`
	Size    int64  `json:"size"`
	Holds   bool   `json:"holds"`   // it was published, word for word
	State   string `json:"state"`   // live, withdrawn, expired, corrected, or "" where it was not asked
	AsOf    string `json:"as_of"`   // day of the state
	Why     string `json:"why"`     // in words
	OwnKeys bool   `json:"ownKeys"` // the keys came from elsewhere than the site
}

func newVerifyRecordCommand() *cobra.Command {
	var f recordFlags
	cmd := &cobra.Command{
		Use:   "record 证明文件 内容文件 --keys 公钥文件 [--site 网址]",
		Short: "核验一条公示信息：内容一字不差，且已记入公开日志",
		Long: "两个文件从公示信息的网页下载。公钥最好从纸质公告或者见证单位取得；只写 --site 的，公钥取自该网站。\n" +
			"证明只说明曾经公示。写明 --site 的，还核对现在是否仍在公示。\n" +
			"成立的，退出码为 0；不成立，为 1；文件不对，为 2。",
		Example: "  shenzhong verify record 证明.tlog-proof 内容.json --keys 公钥.txt --site https://某区.gov.cn",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 || f.keys == "" && f.site == "" {
				return usageError{errors.New("请写明证明文件和内容文件，并用 --keys 写明日志公钥文件，或者用 --site 写明网站；加 --help 查看用法")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return asUsage(runVerifyRecord(cmd.Context(), cmd.OutOrStdout(), args[0], args[1], f))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.keys, "keys", "", "日志公钥文件，每行一个")
	flags.StringVar(&f.site, "site", "", "网站，例如 https://某区.gov.cn：核对现在是否仍在公示")
	flags.BoolVar(&f.json, "json", false, "输出 JSON")
	return cmd
}

func runVerifyRecord(ctx context.Context, out io.Writer, proofFile, documentFile string, f recordFlags) error {
	text, err := readLimited(proofFile)
	if err != nil {
		return err
	}
	proof, err := publiclog.ParseProof(string(text))
	if err != nil {
		return err
	}
	document, err := readLimited(documentFile)
	if err != nil {
		return err
	}
	proof.Document = string(document)
	public, err := logKeysFrom(ctx, f)
	if err != nil {
		return err
	}
	r := recordReport{Record: proof.Record, Version: proof.Version, Index: proof.Index, Size: proof.Size, OwnKeys: f.keys != ""}
	if err := proof.Check(public); err != nil {
		r.Why = "不成立：" + err.Error()
	} else {
		r.Holds = true
		r.Why = fmt.Sprintf("成立：内容与公示时一字不差，记入公开日志第 %d 条（第 %d 版）。", proof.Index, proof.Version)
		if err := standing(ctx, &r, f.site, public); err != nil {
			return err
		}
	}
	return verdict(out, f.json, r, r.Holds, r.Why)
}

// logKeysFrom reads the public keys of the log: a file of one's own, or what the
// site says.
func logKeysFrom(ctx context.Context, f recordFlags) ([]string, error) {
	var raw []byte
	var err error
	if f.keys != "" {
		raw, err = readLimited(f.keys)
	} else {
		raw, err = fromSite(ctx, f.site, "log", "keys")
	}
	if err != nil {
		return nil, err
	}
	var keys []string
	for line := range strings.SplitSeq(string(raw), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			keys = append(keys, line)
		}
	}
	if len(keys) == 0 {
		return nil, fault.New(fault.Invalid, "公钥文件中没有公钥，应每行一个")
	}
	return keys, nil
}

// fromSite fetches what a site has below its address.
func fromSite(ctx context.Context, site string, path ...string) ([]byte, error) {
	u, err := url.Parse(site)
	if err != nil || u.Host == "" {
		return nil, fault.New(fault.Invalid, "网址“%s”不正确，请核对", site)
	}
	return fetchURL(ctx, u.JoinPath(path...).String())
}

// standing says what became of a record since: a proof only shows that it was
// published once.
func standing(ctx context.Context, r *recordReport, site string, public []string) error {
	if site == "" {
		r.Why += "历史记录，不代表现状：没有核对现在是否仍在公示。"
		return nil
	}
	raw, err := fromSite(ctx, site, "api", "v1", "public", "log", "state", r.Record)
	if err != nil {
		return err
	}
	var proof publiclog.StateProof
	if err := json.Unmarshal(raw, &proof); err != nil || proof.Record != r.Record {
		return fault.New(fault.Invalid, "网站答复的状态证明不合格式，请稍后再试")
	}
	st, err := proof.Check(public)
	if err != nil {
		return err
	}
	r.State, r.AsOf = st.Word, st.Date
	words := map[string]string{
		publiclog.Live: "仍在公示", publiclog.Withdrawn: "已经撤回，不再公示", publiclog.Expired: "公示已经期满",
	}
	switch {
	case !st.Listed:
		r.State = ""
		r.Why += fmt.Sprintf("截至 %s 的状态清单尚未列入这条公示：历史记录，不代表现状。", st.Date)
	case st.Word == publiclog.Live && st.Version != r.Version:
		r.State = "corrected"
		r.Why += fmt.Sprintf("截至 %s 已更正为第 %d 版：这一版不再是现行内容。", st.Date, st.Version)
	default:
		r.Why += fmt.Sprintf("截至 %s %s。", st.Date, words[st.Word])
	}
	if !r.OwnKeys {
		r.Why += "公钥取自该网站，请另与纸质公告或者见证单位公布的比对。"
	}
	return nil
}
