package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// receipt is what the QR code of a notice of inspection carries.
type receipt struct {
	Format string       `json:"format"`
	Notice string       `json:"notice"`
	Index  int64        `json:"index"`
	Size   int64        `json:"size"`
	Path   []fdraw.Node `json:"path"`
}

const receiptFormat = "fdraw/v1 receipt"

func newVerifyNoticeCommand() *cobra.Command {
	var sealed string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "notice 凭证文件 --sealed 封存文件|网址",
		Short: "核验检查通知书上的抽取凭证：这家单位确实在封存的结果之中",
		Long: "凭证文件是扫检查通知书上的二维码得到的文字，存成文件。\n" +
			"封存文件从抽取的网页取得，也可以是抽取的网址或者整个验证包。成立的，退出码为 0；不成立，为 1；文件不对，为 2。",
		Example: "  shenzhong verify notice 凭证.txt --sealed https://某区/api/v1/draws/500156-2026-0001",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || sealed == "" {
				return usageError{errors.New("请写明凭证文件，并用 --sealed 写明封存文件，加 --help 查看用法")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return asUsage(runVerifyNotice(cmd.Context(), cmd.OutOrStdout(), args[0], sealed, asJSON))
		},
	}
	cmd.Flags().StringVar(&sealed, "sealed", "", "封存文件、验证包或者抽取的网址")
	cmd.Flags().BoolVar(&asJSON, "json", false, "输出 JSON")
	return cmd
}

// noticeReport is the form of --json.
type noticeReport struct {
	Draw     string `json:"draw"`
	Facility string `json:"facility"`
	Index    int64  `json:"index"`
	Size     int64  `json:"size"`
	Holds    bool   `json:"holds"`
	Why      string `json:"why"`
}

func runVerifyNotice(ctx context.Context, out io.Writer, name, source string, asJSON bool) error {
	raw, err := readLimited(name)
	if err != nil {
		return err
	}
	var r receipt
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || r.Format != receiptFormat {
		return fault.New(fault.Invalid, "“%s”不是抽取凭证，请把扫得的文字原样存成文件", name)
	}
	notice, err := fdraw.ParseNotice(r.Notice)
	if err != nil {
		return fault.New(fault.Invalid, "凭证中的通知不合规：%w", err)
	}
	sealed, err := loadSealed(ctx, source)
	if err != nil {
		return err
	}
	report := noticeReport{Draw: notice.Head.String(), Facility: notice.Visit.Facility, Index: r.Index, Size: r.Size}
	proof := fdraw.Proof{Index: r.Index, Size: r.Size, Path: r.Path}
	switch {
	case notice.Head != sealed.Head:
		report.Why = fmt.Sprintf("凭证属于抽取 %s，封存文件属于 %s", notice.Head, sealed.Head)
	case r.Size != int64(sealed.Notices) || !proof.Holds(sealed.Root, r.Notice):
		report.Why = "凭证不在封存的结果之中：通知或者凭证被改动过，或者不是这次抽取的"
	default:
		report.Holds = true
		report.Why = fmt.Sprintf("%s 在抽取 %s 封存的 %d 家之中，检查组与封存时相同", report.Facility, report.Draw, sealed.Notices)
	}
	return verdict(out, asJSON, report, report.Holds, report.Why)
}

// verdict prints what a verification found, as JSON or in words, and fails if it
// does not hold.
func verdict(out io.Writer, asJSON bool, report any, holds bool, why string) (err error) {
	if asJSON {
		err = json.NewEncoder(out).Encode(report)
	} else {
		_, err = fmt.Fprintln(out, why)
	}
	if err == nil && !holds {
		err = errors.New("核验不通过")
	}
	return err
}

// loadSealed reads a sealed file: its own, in a package, or at the address of the
// draw.
func loadSealed(ctx context.Context, source string) (*fdraw.Sealed, error) {
	raw, err := readSource(ctx, source, "sealed")
	if err != nil {
		return nil, err
	}
	text := string(raw)
	if strings.HasPrefix(text, "{") {
		b, err := parseBundle(source, raw)
		if err != nil {
			return nil, err
		}
		text = b.Sealed
	}
	sealed, err := fdraw.ParseSealed(text)
	if err != nil {
		return nil, fault.New(fault.Invalid, "“%s”不是合规的封存文件：%w", source, err)
	}
	return sealed, nil
}
